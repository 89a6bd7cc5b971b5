"""Right, complete, clean and live: counted by hand, and by the code."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.exchange import data_quality
from app.exchange.data_quality import Tally, measure
from app.registry import lookup, quality
from app.sectors import holdings
from app.sectors.holdings import Holding
from tests.exchange import people
from tests.exchange.people import TODAY

AN = "Nguyễn Văn An"
#: The worked example of docs/governance.md: five entries of a register.
FILE = [
    Holding(1, people.AN_PIN, None, in_force=True),  # right, present, in force
    Holding(2, people.AN_PIN, "Nguyễn Văn Ân", in_force=True),  # another name
    Holding(3, people.AN_OLD, AN, in_force=True),  # found, by an old number: not live
    Holding(4, people.SHARED_OLD, AN, in_force=True),  # two people's
    Holding(5, people.NOBODYS, AN, in_force=False),  # nobody's, and not in force
]


def test_the_worked_example_of_the_document(exchange_reader):
    with exchange_reader.session() as session:
        found = lookup.find_many(session, [row.number for row in FILE])
    tally = Tally()
    measure(tally, FILE, found)
    right, complete, clean, live = tally.shares()
    assert (right.good, right.of) == (2, 5)
    assert (complete.good, complete.of) == (4, 5)
    assert (clean.good, clean.of) == (4, 5)
    assert (live.good, live.of, live.share) == (2, 4, 0.5)


def test_a_number_that_is_none_is_not_clean():
    tally = Tally()
    tally.add(Holding(1, "12345", None, in_force=True), lookup.Found("12345", ()))
    assert [one.good for one in tally.shares()] == [0, 0, 0, 0]


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


def test_a_register_is_read_page_by_page(world, monkeypatch):
    monkeypatch.setattr(data_quality, "_PAGE", 2)
    row = (
        "INSERT INTO health_insurance (id, number, holder_number, holder_name, facility,"
        " valid_from, valid_to, state) VALUES ({}, 'X{}', '{}', {}, '01001', '2026-01-01',"
        " '2026-12-31', '{}')"
    )

    def job(session):
        for holding in FILE:
            name = "NULL" if holding.name is None else f"'{holding.name}'"
            state = "valid" if holding.in_force else "ended"
            said = row.format(holding.id, holding.id, holding.number, name, state)
            session.execute(text(said))

    world.writer.submit(job)
    with world.session() as session:
        found = data_quality.of_register(session, "health-insurance")
    told = (found.right, found.complete, found.clean, found.live)
    assert [(one.good, one.of) for one in told] == [(2, 5), (4, 5), (4, 5), (2, 4)]
    assert found.score == pytest.approx((0.4 + 0.8 + 0.8 + 0.5) / 4)
