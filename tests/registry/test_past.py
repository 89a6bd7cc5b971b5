"""What stood on record at the end of an earlier day."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.registry import events, fields, past
from app.registry import models as m
from tests.registry.country import AN, EM, TODAY
from tests.registry.plans import each_reads_by_index
from tests.registry.registering import (
    AN_PIN,
    BINH_PIN,
    CHI_PIN,
    EM_PIN,
    HERE,
    LUA_PIN,
    newborn,
    report,
)

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


NEW = {"place": {"unit": "26740", "detail": "9 Đồng Khởi"}}
#: What happens, one a day: also what happened before and is recorded now, and what is removed.
STORY = [
    ("correction", {"pin": AN_PIN, "father": None, "old_numbers": ["012000001"]}),
    ("correction", {"pin": CHI_PIN, "mother": {"full_name": "Đỗ Thị Khác"}}),
    ("correction", {"pin": CHI_PIN, "mother": {"pin": BINH_PIN}, "name": "Nguyễn Thị Chi"}),
    (
        "permanent-move",
        {"pin": CHI_PIN, "household": NEW, "date": "2025-12-24"}
        | {"household": {"place": {"unit": "26740", "era": "2025", "detail": "9 Đồng Khởi"}}},
    ),
    ("household-split", {"pin": AN_PIN, "new_head": BINH_PIN}),
    ("temporary-absence", {"pin": BINH_PIN, "reason": "đi làm", "until": "2026-01-08"}),
    ("missing", {"pin": AN_PIN, "missing_since": "2023-01-01"}),
    ("correction", {"pin": LUA_PIN, "birth_date": "1949"}),
    ("registration", newborn(mother={"pin": BINH_PIN}, household={"place": HERE})),
    ("return", {"pin": AN_PIN, "household": {"member": BINH_PIN, "relationship": "03"}}),
    ("nationality-loss", {"pin": BINH_PIN, "ground": "renounced", "nationality": "LA"}),
    ("death", {"pin": AN_PIN, "date": "2026-01-11"}),
]


def everything(session, day):
    ids = session.scalars(select(m.Citizen.id).order_by(m.Citizen.id)).all()
    known = fields.read(session, ids, fields.FIELDS, day)
    return dict(zip(ids, known, strict=True))


def test_every_day_is_read_as_it_was_read_that_day(session):
    days = [TODAY + dt.timedelta(days=n) for n in range(len(STORY) + 1)]
    taken = {days[0]: everything(session, days[0])}
    for day, (kind, said) in zip(days[1:], STORY, strict=True):
        events.apply(session, kind, said, report(today=day))
        taken[day] = everything(session, day)
    for day, snapshot in taken.items():
        for citizen_id, known in snapshot.items():
            assert past.read(session, citizen_id, fields.FIELDS, day) == known, (day, citizen_id)


def test_who_came_on_record_later_is_read_as_they_came(session):
    day = TODAY + dt.timedelta(days=1)
    applied = events.apply(session, "registration", newborn(), report(today=day))
    said = {"pin": applied.pin, "name": "Nguyễn Văn Khác"}
    events.apply(session, "correction", said, report(today=day + dt.timedelta(days=1)))
    assert past.read(session, applied.citizen_id, ("full_name",), TODAY) == {
        "full_name": "Nguyễn Văn Khôi"
    }


def test_nobody_has_no_past(session):
    with pytest.raises(KeyError):
        past.read(session, 999, ("pin",), TODAY)


def test_the_past_is_read_by_indexes(session):
    past.read(session, AN, fields.FIELDS, TODAY)  # reference tables are read once
    with each_reads_by_index(session):
        past.read(session, AN, fields.FIELDS, TODAY)
