"""Who supplied what is told of cards and accounts: issue, registration, and what came after."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete, text, update

from app.identity import account_history, accounts, card_life, fields, locking, provenance
from app.identity import models as m
from app.registry import events
from app.registry import provenance as registry
from app.registry.models import SupersededNumber
from app.sectors.models import ResidencePermit
from tests.identity.test_card_life import current, on
from tests.registry.country import AN, BINH, CHI, DUNG, LUA, TODAY
from tests.registry.registering import BINH_PIN, report

REGISTERED, ACTIVATED = dt.date(2023, 1, 1), dt.date(2023, 2, 1)


def of(session, citizen_id, *names, day=TODAY):
    """Who supplied each of these fields, from what, when."""
    found = provenance.of(session, citizen_id, day)
    told = [found[name] for name in names]
    assert all(each.event_id is None and each.source_vi and each.source_en for each in told)
    return [(each.supplied_by, each.source, each.on) for each in told]


def test_each_field_of_card_and_account_has_a_source(session):
    assert set(provenance.of(session, AN, TODAY)) == set(fields.FIELDS)


def test_who_has_neither_card_nor_account_has_no_sources(session):
    assert provenance.of(session, CHI, TODAY) == {}


def test_a_card_is_the_ministrys_on_the_day_of_issue(session):
    issued = ("bca", "card_issue", dt.date(2022, 3, 1))
    assert (
        of(session, AN, "card_number", "card_issued_on", "card_expires_on", "card_state")
        == [issued] * 4
    )
    assert of(session, AN, "card_status", "card_status_since") == [issued] * 2


def test_a_term_that_ended_came_with_the_issue(session):
    ended = of(session, DUNG, "card_state", "card_status", day=dt.date(2026, 1, 1))
    assert ended == [("bca", "card_issue", dt.date(2021, 7, 1))] * 2


@pytest.mark.parametrize(
    ("by", "supplier"),
    [("holder", "holder"), ("representative", "representative"), ("authority", "bca")],
)
def test_what_happened_to_a_card_was_supplied_by_who_said_so(session, by, supplier):
    card_life.move(session, current(session, AN).id, "report_lost", on(by=by))
    lost = (supplier, "card_change", TODAY)
    assert of(session, AN, "card_state", "card_status") == [lost] * 2
    assert of(session, AN, "card_number") == [("bca", "card_issue", dt.date(2022, 3, 1))]
    card_life.move(session, current(session, AN).id, "find", on(by=by))
    assert of(session, AN, "card_state") == [lost]


def test_what_a_generated_card_went_through_is_the_ministrys(session):
    assert of(session, BINH, "card_state") == [("bca", "card_change", dt.date(2023, 4, 1))]


def test_an_account_was_registered_and_then_activated(session):
    assert of(session, AN, "account_level", "account_activated_on", "account_state") == [
        ("bca", "account_registration", REGISTERED),
        ("holder", "account_activation", ACTIVATED),
        ("holder", "account_activation", ACTIVATED),
    ]


def test_an_account_that_nobody_activated_has_its_registration_alone(session):
    session.execute(delete(m.Card).where(m.Card.citizen_id == LUA))
    registered = ("bca", "account_registration", REGISTERED)
    names = ("account_state", "account_activated_on", "account_problem")
    assert of(session, LUA, *names) == [registered] * 3


def test_who_locked_an_account_supplied_its_state_and_problem_alone(session):
    locking.by_holder(session, accounts.of(session, AN), "lock", TODAY)
    changed = ("holder", "account_change", TODAY)
    assert (
        of(session, AN, "account_state", "account_state_since", "account_problem") == [changed] * 3
    )
    assert of(session, AN, "account_level") == [("bca", "account_registration", REGISTERED)]


def test_a_level_that_was_raised_has_the_day_it_was_raised(session):
    raised = account_history.Event(
        kind="upgraded",
        reason="in_person",
        done_by="police",
        happened_on=TODAY,
        state="active",
        level=2,
    )
    account_history.record(session, accounts.of(session, BINH), raised)
    session.flush()
    level, state = of(session, BINH, "account_level", "account_state_since")
    assert level == ("bca", "account_change", TODAY)
    assert state == ("holder", "account_activation", ACTIVATED)


def test_a_death_decides_over_card_and_account_and_is_who_reported_it(session):
    said = report(reported_by="H26", documents=("Giấy báo tử",))
    events.apply(session, "death", {"pin": BINH_PIN, "date": "2025-12-31"}, said)
    died = registry.of(session, BINH, ["state"])["state"]
    found = provenance.of(session, BINH, TODAY)
    for name in ("card_status", "card_status_since", "account_state", "account_problem"):
        assert found[name] == died
    assert died.documents == ("Giấy báo tử",)
    assert (found["card_state"].source, found["card_number"].source) == (
        "card_change",
        "card_issue",
    )
    assert found["account_state_since"].source == "account_activation"


def test_a_cancelled_number_decides_over_the_card(session):
    old = "901190000099"
    session.execute(update(m.Card).where(m.Card.citizen_id == AN).values(number=old))
    gone = {"superseded_on": TODAY, "reason": "entry_error"}
    session.add(SupersededNumber(pin=old, citizen_id=AN, **gone))
    session.flush()
    cancelled = registry.of(session, AN, ["superseded_pins"])["superseded_pins"]
    assert provenance.of(session, AN, TODAY)["card_status"] == cancelled


def test_a_card_that_is_held_locks_the_account_by_who_holds_it(session):
    card_life.move(session, current(session, AN).id, "hold", on())
    held = ("bca", "card_change", TODAY)
    assert of(session, AN, "account_state", "account_problem") == [held] * 2
    assert of(session, AN, "account_state_since") == [("holder", "account_activation", ACTIVATED)]


def test_a_permit_that_ended_locks_a_foreigners_account(session):
    session.execute(delete(m.Card).where(m.Card.citizen_id == BINH))
    session.execute(text("UPDATE citizen SET nationality = 'FR' WHERE id = :i"), {"i": BINH})
    pin = session.execute(text("SELECT pin FROM citizen WHERE id = :i"), {"i": BINH}).scalar_one()
    issued = dt.date(2020, 1, 1)
    session.add(
        ResidencePermit(
            number="ZZ0000009",
            holder_number=pin,
            kind="temporary",
            passport_number="X1",
            passport_expires_on=dt.date(2030, 1, 1),
            issued_on=issued,
            expires_on=dt.date(2022, 1, 1),
            state="valid",
        )
    )
    session.flush()
    assert of(session, BINH, "account_problem") == [("bca", "residence_permit", issued)]
