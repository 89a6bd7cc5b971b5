"""Moves, temporary residence and absence, and what becomes of households."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.registry import events, fields, history
from app.registry import models as m
from tests.registry.country import AN, BINH, CHI, DUNG, LUA, TODAY
from tests.registry.registering import (
    AN_PIN,
    BINH_PIN,
    CHI_PIN,
    EM_PIN,
    LUA_PIN,
    refused,
    report,
)

DUNG_PIN, GIANG_PIN = "901203000005", "901213000007"
NEW = {"place": {"unit": "26740", "detail": "9 Đồng Khởi"}}
STREET = "12 ngõ 5 Hàng Bún, Phường Ba Đình, Hà Nội"
D1, D2 = TODAY + dt.timedelta(days=1), TODAY + dt.timedelta(days=2)


def enter(session, kind, today=TODAY, **said):
    return events.apply(session, kind, said, report(today=today))


def objections(session, kind, today=TODAY, **said):
    return refused(lambda: enter(session, kind, today, **said))


def read(session, citizen_id, *names, day=TODAY):
    values = fields.read(session, [citizen_id], names, day)[0]
    return values[names[0]] if len(names) == 1 else values


def home_of(session, citizen_id, day=TODAY):
    return {
        member.pin: member.relationship.code
        for member in read(session, citizen_id, "household_members", day=day)
    }


def address(session, citizen_id, kind="permanent_residence", day=TODAY):
    stay = read(session, citizen_id, kind, day=day)
    return None if stay is None else stay.place.text


# Permanent moves


def test_a_family_moves_and_leaves_a_head_behind(session):
    along = [{"pin": CHI_PIN, "relationship": "04"}]
    enter(session, "permanent-move", pin=AN_PIN, household=NEW, members=along, new_head=BINH_PIN)
    assert home_of(session, AN) == {AN_PIN: "01", CHI_PIN: "04"}
    assert home_of(session, BINH) == {BINH_PIN: "01", LUA_PIN: "16"}  # her husband's mother
    assert address(session, CHI) == "9 Đồng Khởi, Phường Sài Gòn, Hồ Chí Minh"
    assert address(session, BINH) == STREET
    rows = session.scalars(
        select(m.Residence).where(m.Residence.citizen_id == CHI).order_by(m.Residence.id)
    ).all()
    assert [(row.from_date, row.to_date) for row in rows] == [
        (dt.date(2015, 3, 1), TODAY),
        (TODAY, None),
    ]
    for person in (AN, CHI, BINH):
        assert history.of(session, person)[0].kind == "permanent-move"


def test_a_head_who_is_not_named_is_chosen_and_said(session):
    applied = enter(session, "permanent-move", pin=AN_PIN, household=NEW)
    assert applied.chosen == {"new_head": BINH_PIN}
    assert home_of(session, BINH)[BINH_PIN] == "01"


def test_somebody_joins_a_household_that_there_is(session):
    joined = {"member": AN_PIN, "relationship": "04"}
    enter(session, "permanent-move", pin=DUNG_PIN, household=joined, reason="về với cha")
    assert home_of(session, DUNG)[DUNG_PIN] == "04"
    assert address(session, DUNG) == STREET
    assert read(session, DUNG, "permanent_residence").reason == "về với cha"
    left = session.get(m.Household, 2)
    assert left.to_date == TODAY  # nobody is left in it


def test_who_moves_to_where_they_stayed_for_a_time_stays_there_for_good(session):
    joined = {"file_number": "010000000001", "relationship": "07"}
    session.get(m.HouseholdMember, _member(session, LUA)).to_date = dt.date(2025, 1, 1)
    session.flush()
    enter(session, "permanent-move", pin=LUA_PIN, household=joined)
    assert address(session, LUA) == STREET
    assert address(session, LUA, "temporary_residence") is None


def _member(session, citizen_id):
    table = m.HouseholdMember
    return session.scalars(
        select(table.id).where(table.citizen_id == citizen_id, table.to_date.is_(None))
    ).one()


def test_a_move_of_an_earlier_day_is_in_the_units_of_that_day(session):
    then = "2025-06-01"
    assert objections(session, "permanent-move", pin=DUNG_PIN, household=NEW, date=then) == [
        "household.place.era",
        "date",  # he has been away since December
    ]
    place = {"unit": "26740", "era": "2004", "detail": "9 Đồng Khởi"}
    move = {"pin": CHI_PIN, "household": {"place": place}, "date": then}
    enter(session, "permanent-move", **move)
    assert address(session, CHI) == "9 Đồng Khởi, Phường Sài Gòn, Hồ Chí Minh"
    earlier = address(session, CHI, day=dt.date(2025, 6, 2))
    assert earlier == "9 Đồng Khởi, Phường Bến Nghé, Quận 1, Hồ Chí Minh"


@pytest.mark.parametrize(
    ("said", "members"),
    [
        ({"pin": "901099999999"}, ["pin"]),
        ({"pin": EM_PIN}, ["pin"]),  # dead
        ({"household": {"place": {"unit": "01", "detail": "x"}}}, ["household.place.unit"]),
        ({"household": {"member": CHI_PIN, "relationship": "04"}}, ["household"]),
        ({"household": {"file_number": "019999999999", "relationship": "04"}}, ["household"]),
        (
            {"household": {"member": DUNG_PIN, "relationship": "01"}},
            ["household.relationship"],
        ),
        ({"members": [{"pin": AN_PIN, "relationship": "04"}]}, ["members.0.pin"]),
        ({"members": [{"pin": DUNG_PIN, "relationship": "04"}]}, ["members.0.pin"]),
        ({"members": [{"pin": CHI_PIN, "relationship": "01"}]}, ["members.0.relationship"]),
        ({"members": [{"pin": CHI_PIN, "relationship": "55"}]}, ["members.0.relationship"]),
        ({"members": [{"pin": CHI_PIN, "relationship": "02"}]}, ["members.0.pin"]),  # no wife
        ({"new_head": CHI_PIN, "members": [{"pin": CHI_PIN, "relationship": "04"}]}, ["new_head"]),
        ({"new_head": DUNG_PIN}, ["new_head"]),
        ({"new_head": CHI_PIN}, ["new_head"]),  # a child, while adults stay
        ({"pin": BINH_PIN, "new_head": CHI_PIN}, ["new_head"]),  # the head stays
        (
            {"pin": CHI_PIN, "members": [{"pin": AN_PIN, "relationship": "06"}]},
            ["pin"],  # a child leads no household of adults
        ),
        ({"date": "2014-01-01"}, ["household.place.era", "date"]),
        ({"date": "2026-02-01"}, ["household", "date"]),
    ],
)
def test_a_move_that_cannot_be_is_refused(session, said, members):
    found = objections(session, "permanent-move", **{"pin": AN_PIN, "household": NEW, **said})
    assert set(found) <= {*members, "date"}
    assert members[0] in found or members[-1] in found


def test_a_foreign_national_registers_no_permanent_residence(session):
    session.get(m.Citizen, DUNG).nationality = "LA"
    session.flush()
    assert objections(session, "permanent-move", pin=DUNG_PIN, household=NEW) == ["pin"]


def test_two_rows_of_a_file_do_not_move_one_person_twice(session):
    rows = [{"pin": CHI_PIN, "household": NEW}] * 2
    found = refused(lambda: events.apply_all(session, "permanent-move", rows, report()))
    assert found == ["rows[1].pin"]


def test_one_row_of_a_file_may_join_what_another_founded(session):
    joined = {"member": AN_PIN, "relationship": "04"}
    rows = [{"pin": AN_PIN, "household": NEW}, {"pin": DUNG_PIN, "household": joined}]
    events.apply_all(session, "permanent-move", rows, report())
    assert home_of(session, DUNG) == {AN_PIN: "01", DUNG_PIN: "04"}


# Households


def test_a_household_splits_at_one_address(session):
    along = [{"pin": CHI_PIN, "relationship": "04"}]
    enter(session, "household-split", pin=BINH_PIN, members=along)
    assert home_of(session, BINH) == {BINH_PIN: "01", CHI_PIN: "04"}
    assert home_of(session, AN) == {AN_PIN: "01", LUA_PIN: "07"}
    stay = read(session, CHI, "permanent_residence")
    assert (stay.place.text, stay.from_date) == (STREET, dt.date(2015, 3, 1))  # it goes on
    files = {read(session, who, "residence_file_number") for who in (AN, BINH)}
    assert len(files) == 2


def test_a_household_splits_and_is_merged_again(session):
    enter(session, "household-split", D1, pin=AN_PIN, new_head=BINH_PIN)
    assert home_of(session, BINH, D1) == {BINH_PIN: "01", CHI_PIN: "04", LUA_PIN: "16"}
    said = {"pin": AN_PIN, "household": {"member": BINH_PIN, "relationship": "03"}}
    enter(session, "household-merge", D2, **said)
    assert home_of(session, AN, D2)[AN_PIN] == "03"
    assert len(home_of(session, AN, D2)) == 4
    assert address(session, AN, day=D2) == STREET


@pytest.mark.parametrize(
    ("kind", "said", "members"),
    [
        ("household-split", {"pin": CHI_PIN}, ["pin"]),  # a minor
        ("household-split", {"pin": GIANG_PIN}, ["pin", "pin"]),
        ("household-split", {"pin": DUNG_PIN}, ["members", "date"]),  # nobody would stay
        (
            "household-split",
            {"pin": BINH_PIN, "members": [{"pin": DUNG_PIN, "relationship": "04"}]},
            ["members.0.pin", "date"],
        ),
        (
            "household-merge",
            {"pin": DUNG_PIN, "household": {"member": AN_PIN, "relationship": "04"}},
            ["household", "date"],
        ),
        (
            "household-merge",
            {"pin": AN_PIN, "household": {"member": DUNG_PIN, "relationship": "06"}},
            ["members", "household"],
        ),
    ],
)
def test_a_split_or_merge_that_cannot_be_is_refused(session, kind, said, members):
    assert set(objections(session, kind, **said)) <= set(members)


# For a time


def test_a_temporary_residence_is_registered_extended_and_ends_by_itself(session):
    place = {"unit": "26740", "detail": "1 Lê Lợi"}
    said = {"pin": BINH_PIN, "members": [CHI_PIN]}
    enter(
        session, "temporary-residence", action="register", place=place, until="2026-03-01", **said
    )
    there = "1 Lê Lợi, Phường Sài Gòn, Hồ Chí Minh"
    assert address(session, CHI, "temporary_residence") == there
    assert address(session, CHI, "current_residence") == there
    ends = dt.date(2026, 3, 1)
    assert address(session, CHI, "temporary_residence", ends) is None
    more = {"action": "extend", "until": "2027-01-01", **said}
    assert objections(session, "temporary-residence", D1, **more) == ["date", "date"]
    late = ends - dt.timedelta(days=10)
    enter(session, "temporary-residence", late, **more)
    assert address(session, CHI, "temporary_residence", ends) == there
    enter(session, "temporary-residence", ends, action="end", pin=CHI_PIN)
    assert address(session, CHI, "temporary_residence", ends) is None
    assert address(session, BINH, "temporary_residence", ends) == there


def test_a_new_temporary_residence_ends_the_one_before(session):
    place = {"unit": "26740", "detail": "1 Lê Lợi"}
    until = "2028-01-01"
    enter(session, "temporary-residence", pin=LUA_PIN, action="register", place=place, until=until)
    assert address(session, LUA, "temporary_residence").startswith("1 Lê Lợi")


@pytest.mark.parametrize(
    ("said", "members"),
    [
        ({"action": "register"}, ["place", "until"]),
        ({"action": "extend"}, ["until", "pin"]),
        ({"action": "extend", "until": "2026-05-01"}, ["pin"]),
        ({"action": "end"}, ["pin"]),
        ({"action": "end", "until": "2026-05-01"}, ["until", "pin"]),
        (
            {
                "action": "register",
                "until": "2028-01-02",
                "place": {"unit": "26740", "detail": "1"},
            },
            ["until"],
        ),
        (
            {
                "action": "register",
                "until": "2026-01-01",
                "place": {"unit": "26740", "detail": "1"},
            },
            ["until"],
        ),
        (
            {
                "action": "register",
                "until": "2026-02-01",
                "place": {"unit": "00004", "detail": "1"},
            },
            ["place.unit"],
        ),
        (
            {
                "action": "register",
                "until": "2026-02-01",
                "place": {"country": "LA", "detail": "1"},
            },
            ["place.country"],
        ),
        (
            {
                "action": "register",
                "until": "2026-02-01",
                "place": {"unit": "26740", "era": "2004", "detail": "1"},
            },
            ["place.era"],
        ),
    ],
)
def test_a_temporary_residence_that_cannot_be_is_refused(session, said, members):
    assert objections(session, "temporary-residence", pin=BINH_PIN, **said) == members


def test_an_absence_has_a_destination_and_ends(session):
    said = {"pin": BINH_PIN, "members": [CHI_PIN], "until": "2026-06-01", "reason": "đi làm"}
    abroad = {"country": "LA", "detail": "Lane Xang"}
    enter(session, "temporary-absence", destination=abroad, **said)
    assert read(session, CHI, "absence").place.text == STREET
    assert address(session, CHI, "current_residence") == "Lane Xang"
    assert address(session, CHI, "current_residence", dt.date(2026, 6, 1)) == STREET
    again = objections(session, "temporary-absence", pin=CHI_PIN, reason="nữa")
    assert again == ["pin"]
    enter(session, "temporary-absence", D2, pin=CHI_PIN, action="end")
    assert read(session, CHI, "absence", day=D2) is None
    assert address(session, CHI, "current_residence", D2) == STREET
    assert address(session, BINH, "current_residence", D2) == "Lane Xang"


@pytest.mark.parametrize(
    ("said", "members"),
    [
        ({}, ["reason"]),
        ({"reason": "đi", "until": "2025-12-01"}, ["until"]),
        ({"action": "end"}, ["pin"]),
        ({"action": "end", "until": "2026-12-01"}, ["until", "pin"]),
        ({"action": "end", "destination": {"country": "LA"}}, ["destination", "pin"]),
        ({"reason": "đi", "destination": {"country": "LA"}}, ["destination.detail"]),
    ],
)
def test_an_absence_that_cannot_be_is_refused(session, said, members):
    found = objections(session, "temporary-absence", pin=BINH_PIN, **said)
    assert set(found) >= set(members)


def test_whoever_has_no_residence_here_is_not_absent_from_it(session):
    found = objections(session, "temporary-absence", pin=GIANG_PIN, reason="đi")
    assert found == ["pin"]
