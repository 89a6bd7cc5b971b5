"""Who is missing or comes back, and who loses and regains the nationality."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from app.registry import models as m
from tests.registry.country import AN, BINH, CHI, DUNG, GIANG, LUA, TODAY, residence
from tests.registry.registering import AN_PIN, BINH_PIN, CHI_PIN, EM_PIN, LUA_PIN
from tests.registry.test_residence_events import (
    D1,
    D2,
    DUNG_PIN,
    GIANG_PIN,
    STREET,
    address,
    enter,
    home_of,
    objections,
    read,
)

LONG_AGO = "2023-01-01"
BACK = {"member": BINH_PIN, "relationship": "99"}


def test_who_is_declared_missing_leaves_household_and_residence(session):
    enter(session, "missing", pin=AN_PIN, missing_since=LONG_AGO, new_head=BINH_PIN)
    assert read(session, AN, "state", "missing_since", "state_since") == {
        "state": "missing",
        "missing_since": dt.date(2023, 1, 1),
        "state_since": TODAY,
    }
    assert address(session, AN) is None
    assert home_of(session, AN) == {}
    assert home_of(session, BINH)[BINH_PIN] == "01"
    assert read(session, AN, "marital_status") == "married"  # the spouse may divorce


def test_who_was_missing_comes_back_to_the_household(session):
    enter(session, "missing", pin=AN_PIN, missing_since=LONG_AGO)
    enter(session, "return", D1, pin=AN_PIN, household={**BACK, "relationship": "03"})
    assert read(session, AN, "state", "missing_since", "state_since", day=D1) == {
        "state": "alive",
        "missing_since": None,
        "state_since": None,
    }
    assert address(session, AN, day=D1) == STREET
    assert home_of(session, AN, D1)[AN_PIN] == "03"


@pytest.mark.parametrize(
    ("said", "members"),
    [
        ({"missing_since": "2024-01-02"}, ["missing_since"]),  # two years
        ({"missing_since": "1970-01-01"}, ["missing_since"]),  # before the birth
        ({"missing_since": "2023-01-01", "new_head": CHI_PIN}, ["new_head"]),  # a child
        ({"missing_since": "2023-01-01", "new_head": DUNG_PIN}, ["new_head"]),
        ({"missing_since": "2023-01-01", "pin": EM_PIN}, ["pin"]),
        ({"missing_since": "2013-01-01", "date": "2015-02-01"}, ["date"]),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(session, said, members):
    assert objections(session, "missing", **{"pin": AN_PIN, **said}) == members


def test_who_emigrated_returns_to_a_home_of_their_own(session):
    session.get(m.Citizen, DUNG).state = "emigrated"
    enter_abroad(session, DUNG)
    place = {"place": {"unit": "26740", "detail": "9 Đồng Khởi"}}
    enter(session, "return", D1, pin=DUNG_PIN, household=place)
    assert home_of(session, DUNG, D1) == {DUNG_PIN: "01"}
    assert address(session, DUNG, "current_residence", D1).startswith("9 Đồng Khởi")


def enter_abroad(session, citizen_id):
    for table in (m.HouseholdMember, m.Residence):
        for row in session.scalars(select(table).where(table.citizen_id == citizen_id)):
            row.to_date = row.to_date or dt.date(2025, 12, 20)
    start = dt.date(2025, 12, 20)
    session.add(residence(citizen_id, "current", None, "Vientiane", country="LA", from_date=start))
    session.flush()


def test_who_was_declared_dead_gets_back_the_marriage(session):
    said = {"pin": AN_PIN, "date": "2025-12-01", "declared_by": "TAND Hà Nội"}
    enter(session, "death", **said)
    assert read(session, BINH, "marital_status") == "widowed"
    where = {"unit": "26740", "detail": "9 Đồng Khởi"}
    early = objections(session, "return", D1, pin=AN_PIN, residence=where, date="2025-11-01")
    assert set(early) == {"date"}
    enter(session, "return", D1, pin=AN_PIN, residence=where)
    assert read(session, AN, "state", "death_date", "marital_status", day=D1) == {
        "state": "alive",
        "death_date": None,
        "marital_status": "married",
    }
    assert read(session, BINH, "marital_status") == "married"
    assert address(session, AN, "current_residence", D1).startswith("9 Đồng Khởi")


@pytest.mark.parametrize(("other", "status"), [("dead", "widowed"), ("married", "divorced")])
def test_a_marriage_that_others_followed_stays_ended(session, other, status):
    enter(session, "death", pin=AN_PIN, date="2025-12-01")
    if other == "dead":
        enter(session, "death", pin=BINH_PIN)
    else:
        enter(session, "marriage", pin=BINH_PIN, spouse={"full_name": "Lê Văn Mới"})
    where = {"unit": "26740", "detail": "9 Đồng Khởi"}
    enter(session, "return", D1, pin=AN_PIN, residence=where)
    assert read(session, AN, "marital_status", day=D1) == status


@pytest.mark.parametrize(
    ("said", "members"),
    [
        ({"pin": BINH_PIN}, ["pin", "household"]),  # never away
        ({"household": None}, ["household"]),
        ({"residence": {"unit": "00004", "detail": "1"}}, ["household"]),
        ({"household": None, "residence": {"country": "LA"}}, ["residence.country"]),
        ({"date": "2025-12-01"}, ["date"]),
        ({"household": {"member": BINH_PIN, "relationship": "01"}}, ["household.relationship"]),
    ],
)
def test_a_return_that_cannot_be_is_refused(session, said, members):
    enter(session, "missing", pin=AN_PIN, missing_since=LONG_AGO, new_head=BINH_PIN)
    found = objections(session, "return", D1, **{"pin": AN_PIN, "household": BACK, **said})
    assert set(found) == set(members)


def test_who_loses_the_nationality_lives_on_as_a_foreigner(session):
    enter(session, "nationality-loss", pin=AN_PIN, ground="renounced", nationality="LA")
    assert read(session, AN, "nationality", "second_nationality", "state") == {
        "nationality": "LA",
        "second_nationality": None,
        "state": "alive",
    }
    assert address(session, AN) is None
    assert address(session, AN, "current_residence") == STREET
    assert home_of(session, AN) == {}
    assert objections(session, "permanent-move", D1, pin=AN_PIN, household=BACK) == ["pin"]
    assert objections(session, "nationality-loss", D1, pin=AN_PIN, ground="deprived") == ["pin"]
    enter(session, "nationality-regain", D1, pin=AN_PIN, keeps_other=True)
    assert read(session, AN, "nationality", "second_nationality", day=D1) == {
        "nationality": "VN",
        "second_nationality": "LA",
    }
    enter(session, "permanent-move", D2, pin=AN_PIN, household={**BACK, "relationship": "03"})
    assert address(session, AN, day=D2) == STREET
    assert objections(session, "nationality-regain", D2, pin=AN_PIN) == ["pin"]


def test_who_loses_the_nationality_and_leaves_has_emigrated(session):
    abroad = {"country": "LA", "detail": "Lane Xang"}
    enter(session, "nationality-loss", pin=LUA_PIN, ground="renounced", abroad=abroad)
    assert read(session, LUA, "nationality", "state") == {
        "nationality": "XX",
        "state": "emigrated",
    }
    assert address(session, LUA, "current_residence") == "Lane Xang"
    found = objections(session, "nationality-regain", D1, pin=LUA_PIN, keeps_other=True)
    assert found == ["keeps_other"]
    enter(session, "nationality-regain", D1, pin=LUA_PIN)
    assert read(session, LUA, "nationality", "state", day=D1)["nationality"] == "VN"


def test_who_has_another_nationality_keeps_it(session):
    session.get(m.Citizen, CHI).second_nationality = "US"
    session.flush()
    enter(session, "nationality-loss", pin=CHI_PIN, ground="deprived")
    assert read(session, CHI, "nationality", "second_nationality") == {
        "nationality": "US",
        "second_nationality": None,
    }


@pytest.mark.parametrize(
    ("said", "members"),
    [
        ({"pin": GIANG_PIN}, ["pin"]),
        ({"pin": CHI_PIN, "nationality": "VN"}, ["nationality"]),
        ({"pin": CHI_PIN, "abroad": {"country": "LA"}}, ["abroad.detail"]),
        (
            {"pin": CHI_PIN, "abroad": {"unit": "00004", "detail": "1"}},
            ["abroad.country"],
        ),
    ],
)
def test_a_loss_that_cannot_be_is_refused(session, said, members):
    assert objections(session, "nationality-loss", ground="renounced", **said) == members


def test_who_has_no_home_on_record_has_none_after_a_loss(session):
    session.get(m.Citizen, GIANG).second_nationality = "VN"
    for stay in session.scalars(select(m.Residence).where(m.Residence.citizen_id == GIANG)):
        session.delete(stay)
    session.flush()
    enter(session, "nationality-loss", pin=GIANG_PIN, ground="naturalisation_annulled")
    assert read(session, GIANG, "nationality", "current_residence") == {
        "nationality": "XX",
        "current_residence": None,
    }
