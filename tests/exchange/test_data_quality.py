"""Right, complete, clean and live: counted by hand, and by the code."""

from __future__ import annotations

import polars as pl
import pytest
from sqlalchemy import select, text

from app.exchange import data_quality, holding_quality
from app.registry import lookup, quality
from app.registry.models import Citizen, OldNumber, SupersededNumber
from app.sectors import holdings
from app.sectors.holdings import Holding
from tests.exchange import people
from tests.exchange.people import TODAY

AN = "Nguyễn Văn An"
#: The worked example of docs/governance.md: five entries of a register.
FILE = [
    Holding(people.AN_PIN, None, in_force=True),  # right, present, in force
    Holding(people.AN_PIN, "Nguyễn Văn Ân", in_force=True),  # another name
    Holding(people.AN_OLD, AN, in_force=True),  # found, by an old number: not live
    Holding(people.SHARED_OLD, AN, in_force=True),  # two people's
    Holding(people.NOBODYS, AN, in_force=False),  # nobody's, and not in force
]


def counted(session, *entries):
    table = pl.DataFrame(entries, schema=holding_quality.HOLDINGS, orient="row")
    return holding_quality.count(table, holding_quality.bearers(session, [table]))


def test_the_worked_example_of_the_document(exchange_reader):
    with exchange_reader.session() as session:
        told = counted(session, *FILE)
    assert told == (5, 4, 2, 4, 4, 2)
    assert told._fields == ("rows", "in_force", "right", "complete", "clean", "live")


def test_a_number_that_is_none_is_not_clean(exchange_reader):
    with exchange_reader.session() as session:
        told = counted(session, Holding("12345", None, in_force=True))
    assert told == (1, 1, 0, 0, 0, 0)


def test_a_name_that_is_spelled_alike_is_right(exchange_reader):
    with exchange_reader.session() as session:
        told = counted(session, Holding(people.AN_PIN, AN.upper(), in_force=True))
    assert told.right == 1


def test_every_bearer_is_whom_the_lookup_finds(exchange_reader):
    """What is looked up in columns is what is looked up one by one."""
    with exchange_reader.session() as session:
        known = set(session.scalars(select(Citizen.pin)))
        others = {*session.scalars(select(OldNumber.number)), people.NOBODYS, "12345"}
        others |= set(session.scalars(select(SupersededNumber.pin)))
        asked = [Holding(number, None, in_force=True) for number in (*known, *others)]
        table = pl.DataFrame(asked, schema=holding_quality.HOLDINGS, orient="row")
        bearers = holding_quality.bearers(session, [table, table])
        found = lookup.find_many(session, known | others)
    assert bearers["number"].is_unique().all()
    assert {"pin", "superseded", "old"} == set(bearers["via"])
    assert set(bearers["number"]) == {number for number, one in found.items() if one.hits}
    for row in bearers.iter_rows(named=True):
        hits = found[row["number"]].hits
        assert row["people"] == len(hits)
        told = (row["via"], row["full_name"], row["state"])
        assert told in {(hit.via, hit.full_name, hit.state) for hit in hits}
    assert set(bearers.filter(pl.col("via") == "pin")["number"]) == known


def test_numbers_are_looked_up_slice_by_slice(exchange_reader, monkeypatch):
    table = pl.DataFrame(FILE, schema=holding_quality.HOLDINGS, orient="row")
    with exchange_reader.session() as session:
        whole = holding_quality.bearers(session, [table])
        monkeypatch.setattr(holding_quality, "_SLICE", 1)
        sliced = holding_quality.bearers(session, [table])
    by_number = {row["number"]: row["people"] for row in whole.iter_rows(named=True)}
    assert by_number == {row["number"]: row["people"] for row in sliced.iter_rows(named=True)}


def test_an_empty_file_has_no_score(exchange_reader):
    with exchange_reader.session() as session:
        found = data_quality.all_of_them(session, TODAY)
    assert [each.register for each in found] == ["population", *sorted(holdings.KEEPERS)]
    assert {each.score for each in found[1:]} == {None}
    registry = found[0]
    shares = [registry.right, registry.complete, registry.clean, registry.live]
    assert registry.score == pytest.approx(sum(one.share for one in shares) / 4)
    assert registry.complete.of == registry.right.of * len(quality.REQUIRED)


def test_who_keeps_a_register_sees_it(exchange_reader):
    with exchange_reader.session() as session:
        found = data_quality.all_of_them(session, TODAY, keeper="bhxh")
    assert [each.register for each in found] == [
        "population",
        "health-insurance",
        "social-insurance",
    ]


def test_a_register_is_read_slice_by_slice(world, monkeypatch):
    monkeypatch.setattr(holdings, "_SLICE", 2)
    row = (
        "INSERT INTO health_insurance (id, number, holder_number, holder_name, facility,"
        " valid_from, valid_to, state) VALUES ({0}, 'X{0}', '{1}', {2}, '01001', '2026-01-01',"
        " '2026-12-31', '{3}')"
    )

    def job(session):
        for position, holding in enumerate(FILE, 1):
            name = "NULL" if holding.name is None else f"'{holding.name}'"
            state = "valid" if holding.in_force else "ended"
            session.execute(text(row.format(position, holding.number, name, state)))

    world.writer.submit(job)
    with world.session() as session:
        [found] = data_quality.of_registers(session, ["health-insurance"])
    told = (found.right, found.complete, found.clean, found.live)
    assert [(one.good, one.of) for one in told] == [(2, 5), (4, 5), (4, 5), (2, 4)]
    assert found.score == pytest.approx((0.4 + 0.8 + 0.8 + 0.5) / 4)
