"""Whose number is this?"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import sqlite3

import asyncpg
import pytest

from app.matching.dates import PartialDate
from app.matching.verdicts import Record
from app.registry import lookup, units
from tests.registry.country import AN, BA_DINH, BINH, CHI, DUNG, GIANG, LUA, TODAY
from tests.registry.plans import reads_by_index


def test_a_personal_number_finds_its_holder(session):
    found = lookup.find(session, "936080000001")
    assert found.only.citizen_id == AN
    assert found.only.via == "pin"
    assert found.only.record() == Record(
        full_name="Nguyễn Văn An",
        birth_date=PartialDate(1980, 5, 12),
        sex="M",
        nationality="VN",
        ethnicity="01",
    )


def test_a_superseded_number_finds_its_holder_and_says_so(session):
    hit = lookup.find(session, "936180000001").only
    assert (hit.citizen_id, hit.via, hit.pin) == (AN, "superseded", "936080000001")


@pytest.mark.parametrize("number", ["162000001", "012000001"])
def test_each_old_number_of_a_person_finds_them(session, number):
    hit = lookup.find(session, number).only
    assert (hit.citizen_id, hit.via) == (AN, "old")


def test_an_old_number_that_two_people_share_finds_both_and_no_only_one(session):
    found = lookup.find(session, "271450001")
    assert [hit.citizen_id for hit in found.hits] == [BINH, DUNG]
    assert found.only is None


@pytest.mark.parametrize(
    "number", ["901080999999", "999999999", "", "12", "9360800000010", "٩" * 12]
)
def test_nobody_has_a_number_that_was_not_given(session, number):
    assert lookup.find(session, number).hits == ()


def test_a_birth_year_alone_stays_partial(session):
    assert lookup.find(session, "901150000004").only.record().birth_date == PartialDate(1950)


def test_many_numbers_of_all_kinds_are_found_at_once(session, statements):
    numbers = ["936080000001", "271450001", "936180000001", "000000000000", "x", "162000001"]
    found = lookup.find_many(session, numbers * 2)
    assert list(found) == numbers
    assert [len(found[number].hits) for number in numbers] == [1, 2, 1, 0, 0, 1]
    assert len(statements) == 2


def test_permanent_units_hold_on_the_day_asked(session):
    people = [AN, DUNG, LUA, GIANG]
    assert lookup.permanent_units(session, people, TODAY) == {
        AN: 300004,
        DUNG: 300007,
        LUA: 313636,
        GIANG: None,
    }
    assert lookup.permanent_units(session, [AN], dt.date(2015, 2, 28)) == {AN: 313636}
    assert lookup.permanent_units(session, [AN], dt.date(2015, 3, 1)) == {AN: 300004}


def test_the_province_of_a_permanent_residence_is_that_of_the_era_in_force(session):
    known = units.of(session)
    legacy = units.province_of(known, 313636, dt.date(2025, 6, 30))
    new = units.province_of(known, 313636, dt.date(2025, 7, 1))
    assert (legacy.code, new.code) == ("36", "37")
    assert units.province_of(known, BA_DINH, dt.date(2020, 1, 1)).code == "01"


def test_parents_are_named_whether_or_not_they_are_in_this_world(session):
    found = lookup.parents(session, [AN, CHI, LUA])
    assert found == {
        AN: lookup.Parents("Nguyễn Văn Khoa", "Trần Thị Lụa"),
        CHI: lookup.Parents("Nguyễn Văn An", "Đỗ Thị Bình"),
    }


def raw_rows(engine, statements, name, *values):
    """Ask as the hot route does: by the driver itself."""
    sql = getattr(statements, name)
    if engine.dialect.name == "sqlite":
        with contextlib.closing(sqlite3.connect(engine.url.database)) as connection:
            return connection.execute(sql, values).fetchall()

    async def ask():
        connection = await asyncpg.connect(str(engine.url.set(drivername="postgresql")))
        try:
            return [tuple(row) for row in await connection.fetch(sql, *values)]
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_the_drivers_own_statements_find_the_same(engine, session):
    sqlite = engine.dialect.name == "sqlite"
    one = lookup.SQLITE_ONE if sqlite else lookup.POSTGRES_ONE
    many = lookup.SQLITE_MANY if sqlite else lookup.POSTGRES_MANY
    array = json.dumps if sqlite else list
    day = TODAY.isoformat() if sqlite else TODAY
    numbers = ["936080000001", "936180000001", "000000000000"]
    for number in numbers:
        rows = raw_rows(engine, one, "personal", number)
        assert tuple(map(lookup.Hit._make, rows)) == lookup.find(session, number).hits
    hits = map(lookup.Hit._make, raw_rows(engine, many, "personal", array(numbers)))
    assert lookup.grouped(numbers, hits) == lookup.find_many(session, numbers)
    old = "271450001"
    expected = lookup.find(session, old).hits
    assert tuple(map(lookup.Hit._make, raw_rows(engine, one, "old", old))) == expected
    assert tuple(map(lookup.Hit._make, raw_rows(engine, many, "old", array([old])))) == expected
    assert raw_rows(engine, one, "permanent", AN, day) == [(AN, 300004)]
    assert dict(raw_rows(engine, many, "permanent", array([AN, DUNG]), day)) == {
        AN: 300004,
        DUNG: 300007,
    }
    parents = lookup.parents(session, [CHI])
    assert lookup.named_parents(raw_rows(engine, one, "parents", CHI)) == parents
    assert lookup.named_parents(raw_rows(engine, many, "parents", array([CHI]))) == parents


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("personal", ("936080000001",)),
        ("old", ("271450001",)),
        ("permanent", (AN, TODAY.isoformat())),
        ("parents", (CHI,)),
    ],
)
def test_no_lookup_reads_a_whole_table(engine, session, name, values):
    one = lookup.SQLITE_ONE if engine.dialect.name == "sqlite" else lookup.POSTGRES_ONE
    sql = getattr(one, name)
    if engine.dialect.name == "postgresql":  # its own placeholders take no values in EXPLAIN
        for place, value in enumerate(values, start=1):
            sql, values = sql.replace(f"${place}", repr(value)), ()
    reads_by_index(session, sql, values)
