"""Whole populations in databases: they pass every check that loading left out, and are the same
however the work was divided."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pyarrow as pa
import pytest
from sqlalchemy import create_engine, text

from app.identity import bulk as identity
from app.platform.database import Base
from app.registry import bulk as registry
from app.sectors import bulk as sectors
from seed import generate, pieces
from seed.rows import arrow
from tests.seed.samples import Spec

SMALL = Spec(seed=1, size=1_500)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """A SQLite database with a small population."""
    path = tmp_path_factory.mktemp("generated") / "world.db"
    engine = create_engine(f"sqlite:///{path}")
    Base.metadata.create_all(engine)
    told: list[tuple[str, float]] = []
    manifest = generate.make(
        SMALL, engine.url, progress=lambda what, part: told.append((what, part))
    )
    yield engine, manifest, told
    engine.dispose()


def test_a_load_passes_all_checks_and_references(loaded):
    engine, _, _ = loaded
    with engine.connect() as connection:
        # Reads every CHECK and NOT NULL; the load itself does not.
        assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


def test_the_manifest_counts_what_is_there(loaded):
    engine, manifest, _ = loaded
    with engine.connect() as connection:
        for table, count in manifest.rows.items():
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")) == count, table
    assert set(manifest.rows) == set(registry.SCHEMAS) | set(identity.SCHEMAS) | set(
        sectors.SCHEMAS
    )


def test_indexes_are_there_again_after_the_load(loaded):
    engine, _, _ = loaded
    indexes = {index.name for table in Base.metadata.tables.values() for index in table.indexes}
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'index'"))
        assert indexes <= set(found.scalars())


def test_progress_is_told_from_the_first_piece_to_the_indexes(loaded):
    told = loaded[2]
    assert told[0] == ("population", 0.0)
    assert told[-1] == ("indexes", 1.0)


def rows_of(tables):
    """The rows of a piece, dictionary-encoded texts written out."""
    schemas = {**registry.SCHEMAS, **identity.SCHEMAS, **sectors.SCHEMAS}
    return {name: arrow.conform(rows, schemas[name]).to_pylist() for name, rows in tables.items()}


def test_pieces_come_in_order_and_do_not_depend_on_it(monkeypatch):
    monkeypatch.setattr("seed.chunk.SIZE", 600)
    in_order = [rows_of(tables) for tables in generate.chunks(SMALL)]
    backwards = [rows_of(pieces.rows(SMALL, number)) for number in (1, 0)]
    assert in_order == backwards[::-1]
    ids = [row["id"] for tables in in_order for row in tables["citizen"]]
    assert ids == list(range(ids[0], ids[0] + 1_500))


def test_another_seed_gives_other_people():
    first, second = (pieces.rows(dataclasses.replace(SMALL, size=200, seed=s), 0) for s in (1, 2))
    assert not first["citizen"].equals(second["citizen"])


def test_the_pin_style_changes_nothing_but_numbers():
    reserved, realistic = (
        pieces.rows(dataclasses.replace(SMALL, size=300, pin_style=style), 0)
        for style in ("reserved", "realistic")
    )
    for name in ("household", "household_member", "residence", "kinship", "account"):
        assert reserved[name].equals(realistic[name]), name
    ours, theirs = (rows["citizen"].column("pin").to_pylist() for rows in (reserved, realistic))
    assert [pin[1:] for pin in ours] == [pin[1:] for pin in theirs]


def test_every_column_of_a_piece_is_one_of_its_table():
    schemas = {**registry.SCHEMAS, **identity.SCHEMAS, **sectors.SCHEMAS}
    for name, rows in pieces.rows(dataclasses.replace(SMALL, size=300), 0).items():
        found = arrow.conform(rows, schemas[name])
        assert isinstance(found, pa.RecordBatch)
        assert found.num_rows == rows.num_rows


def test_a_start_beyond_the_uns_table_is_refused():
    for year in (2015, 2030):
        spec = dataclasses.replace(SMALL, start_date=dt.date(year, 6, 1))
        with pytest.raises(ValueError, match="starts between 2016 and 2029"):
            generate.chunks(spec)


def test_processes_that_share_the_work_make_the_same_chunks():
    spec = Spec(seed=3, size=150_001)  # the smallest world of two chunks
    alone, shared = generate.chunks(spec), generate.chunks(spec, workers=2)
    chunks = 0
    for one, other in zip(alone, shared, strict=True):
        chunks += 1
        assert one.keys() == other.keys()
        for table, rows in one.items():
            assert rows.equals(other[table]), table
    assert chunks == 2
