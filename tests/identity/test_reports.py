"""A correction of a holder and what the cards and accounts on record allow."""

from __future__ import annotations

import datetime as dt

import pytest

from app.identity import models as m
from app.identity import reports
from app.registry import events
from tests.registry.country import AN, CHI, DUNG
from tests.registry.registering import AN_PIN, CHI_PIN, newborn, refused, report

DUNG_PIN = "901203000005"


def correct(session, *rows):
    return events.write(session, reports.prepare(session, "correction", rows, report()))


def born(pin, day):
    return {"pin": pin, "birth_date": day}


@pytest.mark.parametrize("day", ["2007-07-02", "2007-08", "2008"])
def test_nobody_had_a_card_of_2021_before_the_age_of_14(session, day):
    found = refused(lambda: correct(session, born(DUNG_PIN, day) | {"old_numbers": []}))
    assert found == ["rows[0].birth_date"]


@pytest.mark.parametrize("day", ["2007-07-01", "2007-07", "2007", "1999-01-01"])
def test_whoever_was_14_or_may_have_been_can_have_one(session, day):
    (applied,) = correct(session, born(DUNG_PIN, day) | {"old_numbers": []})
    assert applied.citizen_id == DUNG


def test_a_card_of_2024_may_be_a_childs(session):
    session.execute(m.Card.__table__.update().where(m.Card.citizen_id == DUNG).values(form="2024"))
    assert correct(session, born(DUNG_PIN, "2010") | {"old_numbers": []})


def test_nobody_had_an_account_before_the_birth(session):
    day = dt.date(2012, 3, 1)
    account = m.Account(
        citizen_id=CHI, level=1, state="collected", collected_on=day, state_since=day
    )
    session.add(account)
    session.flush()
    rows = [{"pin": AN_PIN, "remarks": "trước"}, born(CHI_PIN, "2012-03-02")]
    assert refused(lambda: correct(session, *rows)) == ["rows[1].birth_date"]
    assert correct(session, born(CHI_PIN, "2012-03-01"))


def test_a_card_says_nothing_to_other_corrections(session):
    assert correct(session, {"pin": AN_PIN, "remarks": "ghi chú"})[0].citizen_id == AN


def test_whoever_is_registered_has_no_card_yet(session):
    prepared = reports.prepare(session, "registration", [newborn()], report())
    assert events.write(session, prepared)


def test_what_was_prepared_before_another_event_is_not_written(session):
    prepared = reports.prepare(session, "registration", [newborn()], report())
    correct(session, {"pin": AN_PIN, "remarks": "ghi chú"})
    with pytest.raises(events.Outdated):
        events.write(session, prepared)
