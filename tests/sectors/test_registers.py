"""The registers answer: an entry by its number, and everything about a citizen."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.registry import citizens, lookup
from app.sandbox import personas
from app.sectors import (
    credit,
    driver_licences,
    holdings,
    register,
    subscribers,
    tax,
    welfare,
)

#: Registers that know people by number, and whose entry the cast has in each.
KNOWN = {
    "bank-accounts": "adult-level-2",
    "credit": "adult-level-2",
    "driver-licences": "adult-level-2",
    "electricity": "adult-level-2",
    "health-book": "adult-level-2",
    "health-insurance": "adult-level-2",
    "judicial-records": "adult-level-1",
    "schools": "minor-13",
    "social-insurance": "adult-level-2",
    "subscribers": "adult-level-2",
    "tax": "adult-level-2",
    "vehicles": "adult-level-2",
    "welfare": "card-unlimited",
}


@pytest.fixture
def session(world):
    with world.session() as session:
        yield session


def person(session, name):
    pin = personas.find(session, name).pin
    hit = lookup.find(session, pin).only
    return citizens.read(session, [hit.citizen_id])[0]


def test_every_register_of_people_is_tried_and_has_a_keeper():
    assert set(KNOWN) == set(holdings.KEEPERS) - {"land"}  # which is tried as a disclosure
    others = {"land", "organisations", "residence-permits"}
    assert set(KNOWN) == set(register.all_of_them()) - others


@pytest.mark.parametrize(("name", "persona"), KNOWN.items())
def test_an_entry_is_found_by_its_number_and_its_holder(session, name, persona):
    module = __import__(f"app.sectors.{name.replace('-', '_')}", fromlist=["of_citizen"])
    who = person(session, persona)
    entries = module.of_citizen(session, who.id, who.pin)
    assert entries
    assert {each.holder_number for each in entries} == {who.pin}
    assert module.find(session, entries[0][0]) == entries[0]
    assert module.find(session, "0") is None


@pytest.mark.parametrize("name", KNOWN)
def test_entries_of_a_register_are_read_slice_by_slice(session, name, monkeypatch):
    whole = [row for rows in holdings.slices(session, name) for row in rows]
    monkeypatch.setattr(holdings, "_SLICE", 7)
    slices = list(holdings.slices(session, name))
    assert [row for rows in slices for row in rows] == whole
    assert max(map(len, slices)) == min(7, len(whole))


def test_what_stands_under_an_old_or_a_cancelled_number_is_the_holders(session):
    table = register.all_of_them()["subscribers"].tables[0]
    old = session.scalar(
        select(table.holder_number).where(table.holder_number.like("_________")).limit(1)
    )
    [holder] = lookup.find(session, old).hits
    numbers = subscribers.of_citizen(session, holder.citizen_id, holder.pin)
    assert old in {each.holder_number for each in numbers}


def test_months_of_credit_are_read_as_days(session):
    who = person(session, "adult-level-1")
    [account] = credit.of_citizen(session, who.id, who.pin)
    assert account.days_past_due[-5:] == [0, 30, 60, 90, 120]
    assert account.group == 3
    assert account._replace(months="---" * 24).days_past_due == [None] * 24
    [inquiry] = credit.inquiries(session, who.id, who.pin)
    assert inquiry.lender == "vib"


def test_a_sellers_accounts_are_those_of_one_person(session):
    who = person(session, "adult-level-2")
    [code] = tax.of_citizen(session, who.id, who.pin)
    first, second = sorted(tax.shops(session, who.id, who.pin))
    assert (first.tax_code, second.tax_code) == (code.number, None)
    assert second.declared < second.turnover


def test_benefits_are_counted_by_state(session):
    counted = welfare.by_state(session)
    assert sum(counted.values()) == sum(map(len, holdings.slices(session, "welfare")))
    assert counted["no_account"] > counted["paid"] > counted["unpaid"] > 0


def test_a_licence_says_how_its_register_writes_the_holder(session):
    who = person(session, "double-surname")
    [licence] = driver_licences.of_citizen(session, who.id, who.pin)
    assert licence.holder_name == "Nguyễn Văn Hùng"
    assert licence.holder_birth_date is None
