"""What stood on record at the end of an earlier day."""

from __future__ import annotations

import datetime as dt

from app.registry import events, past
from tests.registry.country import AN, EM, TODAY
from tests.registry.registering import AN_PIN, EM_PIN, report

NAMES = ("full_name", "birth_date", "remarks", "permanent_residence", "pin")


def test_what_was_recorded_later_is_taken_back(session):
    before = past.read(session, AN, NAMES, TODAY)
    later = TODAY + dt.timedelta(days=3)
    for day, name in ((later, "Nguyễn Văn Bốn"), (later + dt.timedelta(days=1), "Nguyễn Văn Năm")):
        said = {"pin": AN_PIN, "name": name, "birth_date": "1980-06", "remarks": "ghi chú"}
        events.apply(session, "correction", said, report(today=day))
    assert past.read(session, AN, NAMES, later - dt.timedelta(days=1)) == before
    assert past.read(session, AN, ("full_name", "birth_date"), later) == {
        "full_name": "Nguyễn Văn Bốn",
        "birth_date": "1980-06",
    }
    assert past.read(session, AN, ("full_name",), dt.date(2030, 1, 1)) == {
        "full_name": "Nguyễn Văn Năm"
    }


def test_a_date_that_was_corrected_is_read_as_it_was(session):
    before = past.read(session, EM, ("death_date",), TODAY)["death_date"]
    earlier = before - dt.timedelta(days=1)
    said = {"pin": EM_PIN, "death_date": earlier.isoformat()}
    events.apply(session, "correction", said, report(today=TODAY + dt.timedelta(days=1)))
    assert past.read(session, EM, ("death_date",), TODAY)["death_date"] == before
    later = past.read(session, EM, ("death_date",), TODAY + dt.timedelta(days=1))
    assert later["death_date"] == earlier


def test_residences_go_by_their_own_dates(session):
    then = past.read(session, AN, ("permanent_residence",), dt.date(2019, 1, 1))
    now = past.read(session, AN, ("permanent_residence",), TODAY)
    assert then["permanent_residence"] != now["permanent_residence"]
