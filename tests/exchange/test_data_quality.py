"""Right, complete, clean and live: counted by hand, and by the code."""

from __future__ import annotations

import polars as pl
import pytest
from sqlalchemy import text

from app.exchange import data_quality, holding_quality
from app.registry import everyone, lookup, quality
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
    return holding_quality.count(table, everyone.bearers(session))


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
    """The registry says in columns what it says one by one."""
    with exchange_reader.session() as session:
        bearers = everyone.bearers(session)
        found = lookup.find_many(session, bearers["number"])
        known = session.scalar(text("SELECT count(*) FROM citizen"))
    assert bearers["number"].is_unique().all()
    assert {"pin", "superseded", "old"} == set(bearers["via"])
    for row in bearers.iter_rows(named=True):
        hits = found[row["number"]].hits
        assert row["people"] == len(hits)
        told = (row["via"], row["full_name"], row["state"])
        assert told in {(hit.via, hit.full_name, hit.state) for hit in hits}
    assert bearers.filter(pl.col("via") == "pin").height == known


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
