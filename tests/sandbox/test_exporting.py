"""Exports and digests: the same rows give the same digest on either database; no others do."""

from __future__ import annotations

import json

import pyarrow.parquet as pq
import pytest
from sqlalchemy import text

import app.scenarios.models  # noqa: F401 - tables of a room above
from app.platform import errors
from app.platform.database import Base
from app.sandbox import exporting, reading, tables
from app.sandbox import worlds as lives


def change(world, statement, **values):
    def job(session):
        session.execute(text(statement), values)

    world.writer.submit(job)


def digest_of(worlds, world):
    return exporting.digest(worlds, world.name).digest


def test_what_callers_did_is_not_part_of_it(worlds, tiny_world):
    before = digest_of(worlds, tiny_world)
    change(tiny_world, "INSERT INTO revoked_token VALUES ('x', '2026-01-01 00:00:00')")
    lives.rekey(worlds, tiny_world.name)
    assert digest_of(worlds, tiny_world) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE citizen SET remarks = '' WHERE id = 1",
        "UPDATE citizen SET full_name = 'Đỗ Minh Đưc' WHERE id = 5",
        "UPDATE citizen SET birth_month = NULL, birth_day = NULL WHERE id = 1",
        "UPDATE citizen SET death_date = '2025-12-31', state = 'dead' WHERE id = 1",
        "UPDATE unit SET latitude = 0.0",
        "UPDATE unit SET valid_to = '2025-06-30'",
        "DELETE FROM citizen WHERE id = 5",
    ],
)
def test_every_change_of_a_value_changes_it(worlds, tiny_world, statement):
    before = digest_of(worlds, tiny_world)
    change(tiny_world, statement)
    assert digest_of(worlds, tiny_world) != before


def test_a_value_that_moves_to_another_row_changes_it(worlds, tiny_world):
    change(tiny_world, "UPDATE citizen SET remarks = 'ab' WHERE id = 1")
    change(tiny_world, "UPDATE citizen SET remarks = 'c' WHERE id = 2")
    before = digest_of(worlds, tiny_world)
    change(tiny_world, "UPDATE citizen SET remarks = 'a' WHERE id = 1")
    change(tiny_world, "UPDATE citizen SET remarks = 'bc' WHERE id = 2")
    assert digest_of(worlds, tiny_world) != before


def test_documents_are_compared_by_what_they_say(worlds, tiny_world):
    insert = (
        "INSERT INTO life_event (id, kind, citizen_id, occurred_on, recorded_on, recorded_at,"
        " reported_by, reason, documents, payload) VALUES (1, 'x', 1, '2026-01-01', '2026-01-01',"
        " '2026-01-01 00:00:00.000000', 'tests', 'x', '[]', :payload)"
    )
    change(tiny_world, insert, payload='{"b": 1, "a": "đ"}')
    before = digest_of(worlds, tiny_world)
    change(tiny_world, "UPDATE life_event SET payload = :payload", payload='{"a":"đ","b":1}')
    assert digest_of(worlds, tiny_world) == before
    change(tiny_world, "UPDATE life_event SET payload = :payload", payload='{"a":"d","b":1}')
    assert digest_of(worlds, tiny_world) != before


def test_the_size_of_the_blocks_leaves_no_trace(worlds, tiny_world, monkeypatch):
    before = digest_of(worlds, tiny_world)
    monkeypatch.setattr(reading, "BATCH_ROWS", 2)
    assert digest_of(worlds, tiny_world) == before


def test_an_export_holds_every_row(worlds, tiny_world, tmp_path):
    found = exporting.export(worlds, tiny_world.name, tmp_path / "out")
    assert found == exporting.digest(worlds, tiny_world.name)
    citizens = pq.read_table(tmp_path / "out" / "citizen.parquet").to_pylist()
    assert [row["full_name"] for row in citizens][-1] == "Đỗ Minh Đức"
    assert citizens[0]["remarks"] is None
    (unit,) = pq.read_table(tmp_path / "out" / "unit.parquet").to_pylist()
    assert unit["valid_from"].isoformat() == "2004-01-01"
    files = {file.stem for file in (tmp_path / "out").glob("*.parquet")}
    assert files == {table.name for table in tables.logical()}


def test_an_export_says_what_it_is(worlds, tiny_world, tmp_path):
    found = exporting.export(worlds, tiny_world.name, tmp_path)
    manifest = json.loads((tmp_path / exporting.MANIFEST).read_text())
    assert manifest["simulated"] is True
    assert manifest["digest"] == found.digest
    assert manifest["tables"]["citizen"]["rows"] == 5
    assert (manifest["seed"], manifest["start_date"]) == (7, "2026-01-01")
    assert "secret" not in json.dumps(manifest)


def test_an_export_overwrites_nothing(worlds, tiny_world, tmp_path):
    (tmp_path / "mine.txt").touch()
    with pytest.raises(errors.ConflictError, match="export-folder-not-empty"):
        exporting.export(worlds, tiny_world.name, tmp_path)


def test_every_table_is_part_of_a_world_or_named_as_not():
    logical = {table.name for table in tables.logical()}
    assert logical | tables.NOT_LOGICAL == set(Base.metadata.tables)
    assert not logical & tables.NOT_LOGICAL
