"""Filling: what a later version of the generator makes is added, and nothing is changed."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from sqlalchemy import text

from app.registry import bulk
from app.sandbox import exporting, filling

COUNT = 1200


def marks(spec):
    """A part of the tests' own: more religions than there are, with ids that only spec gives."""
    rows = [
        {"code": f"{n:02x}"[-2:], "name": f"x{spec.seed}", "other_names": "", "source": "tests"}
        for n in range(16, 32)
    ]
    yield "religion", pa.RecordBatch.from_pylist(rows, schema=bulk.SCHEMAS["religion"])


def old_numbers(_spec):
    rows = [
        {"number": f"{n:09}", "citizen_id": n % 5 + 1, "issued_on": dt.date(2000, 1, 1)}
        for n in range(COUNT)
    ]
    yield "old_number", pa.RecordBatch.from_pylist(rows, schema=bulk.SCHEMAS["old_number"])


PARTS = (filling.Part("religions", "2", marks), filling.Part("old-numbers", "3", old_numbers))


def rows(world, table):
    with world.session() as session:
        return session.scalar(text(f"SELECT count(*) FROM {table}"))


def test_there_is_nothing_to_add_to_a_world_of_this_version(worlds, tiny_world):
    assert filling.fill(worlds, tiny_world.name) == []


def test_what_is_missing_is_added(worlds, tiny_world):
    assert filling.fill(worlds, tiny_world.name, PARTS[:1]) == ["religions"]
    assert rows(tiny_world, "religion") == 17
    assert filling.fill(worlds, tiny_world.name, PARTS) == ["old-numbers"]
    assert rows(tiny_world, "old_number") == COUNT
    assert filling.fill(worlds, tiny_world.name, PARTS) == []
    assert tiny_world.facts.parts == ("religions", "old-numbers")


def test_what_is_there_stays_as_it_is(worlds, tiny_world):
    def edit(session):
        session.execute(text("UPDATE citizen SET remarks = 'mine' WHERE id = 1"))
        session.execute(
            text("INSERT INTO religion VALUES ('10', 'mine', '', 'a user, before the filling')")
        )

    tiny_world.writer.submit(edit)
    before = exporting.digest(worlds, tiny_world.name).tables
    filling.fill(worlds, tiny_world.name, PARTS)
    after = exporting.digest(worlds, tiny_world.name).tables
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"religion", "old_number"}
    with tiny_world.session() as session:
        assert session.scalar(text("SELECT name FROM religion WHERE code = '10'")) == "mine"


def test_a_filling_that_was_cut_short_is_done_again(worlds, tiny_world):
    def broken(spec):
        yield from old_numbers(spec)
        raise LookupError

    with pytest.raises(LookupError):
        filling.fill(worlds, tiny_world.name, [filling.Part("old-numbers", "3", broken)])
    assert rows(tiny_world, "old_number") == COUNT
    assert filling.fill(worlds, tiny_world.name, PARTS[1:]) == ["old-numbers"]
    assert rows(tiny_world, "old_number") == COUNT


def test_rows_that_are_added_later_count_on(worlds, tiny_world):
    """A part that brings rows with ids must not leave the next id taken."""

    def more(_spec):
        row = {"id": 77, "citizen_id": 1, "kind": "current", "country": "VN", "address": "x"}
        row |= {"address_key": "x", "from_date": dt.date(2020, 1, 1)}
        yield "residence", pa.RecordBatch.from_pylist([row], schema=bulk.SCHEMAS["residence"])

    filling.fill(worlds, tiny_world.name, [filling.Part("residences", "2", more)])

    def add(session):
        session.execute(
            text(
                "INSERT INTO residence"
                " (citizen_id, kind, country, address, address_key, from_date)"
                " VALUES (2, 'current', 'VN', 'y', 'y', '2020-01-01')"
            )
        )
        return session.scalar(text("SELECT max(id) FROM residence"))

    assert tiny_world.writer.submit(add) == 78
