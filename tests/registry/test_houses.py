"""Houses: each dwelling has an identifier, which a new one gets and a split household shares."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.registry import events, fields, houses, units
from app.registry import models as m
from tests.registry.country import AN, BINH, DOI_CAN, DUNG, HANG_BUN, TODAY
from tests.registry.registering import AN_PIN, BINH_PIN, CHI_PIN, refused, report

DUNG_PIN = "901203000005"
FLAT = {"unit": "26740", "detail": "9 Đồng Khởi"}
#: In force today, where the house of Hàng Bún got its identifier in a ward of before.
BA_DINH = {"unit": "00004", "detail": "12 ngõ 5 Hàng Bún"}


def enter(session, kind, **said):
    return events.apply(session, kind, said, report())


def home_of(session, citizen_id):
    [read] = fields.read(session, [citizen_id], ("permanent_residence",), TODAY)
    return read["permanent_residence"].house_id


def commune(session, code):
    known = units.of(session)
    return known, units.find(known, code, "2025")


def test_a_house_is_found_by_its_address_and_by_its_identifier(session):
    known, ba_dinh = commune(session, "00004")
    [house] = houses.at(session, known, ba_dinh, "12 NGO 5, HANG BUN")
    assert (house.id, house.address) == (HANG_BUN, "12 ngõ 5 Hàng Bún")
    assert houses.find(session, known, HANG_BUN) == house
    assert houses.find(session, known, "00004999999") is None
    assert houses.at(session, known, ba_dinh, "13 ngõ 5 Hàng Bún") == []


def test_a_residence_names_the_house_where_there_is_a_household(session):
    assert home_of(session, BINH) == HANG_BUN
    [read] = fields.read(session, [DUNG], ("permanent_residence",), TODAY)
    assert read["permanent_residence"].house_id == DOI_CAN


def test_a_new_dwelling_gets_an_identifier_of_its_own(session):
    enter(session, "permanent-move", pin=AN_PIN, household={"place": FLAT}, new_head=BINH_PIN)
    enter(session, "permanent-move", pin=DUNG_PIN, household={"place": FLAT})
    first, second = home_of(session, AN), home_of(session, DUNG)
    assert (first, second) == ("26740000000001", "26740000000002")
    known, sai_gon = commune(session, "26740")
    found = houses.at(session, known, sai_gon, "9 ĐỒNG KHỞI")
    assert [house.id for house in found] == [first, second]
    assert houses.as_of(known, found[0], TODAY)[0] == "Phường Sài Gòn"


def test_who_moves_into_a_house_on_record_may_name_it(session):
    household = {"place": BA_DINH, "house_id": HANG_BUN}
    enter(session, "permanent-move", pin=DUNG_PIN, household=household)
    assert home_of(session, DUNG) == HANG_BUN
    known, ba_dinh = commune(session, "00004")
    [one] = houses.at(session, known, ba_dinh, "12 ngõ 5 Hàng Bún")
    assert one.id == HANG_BUN


@pytest.mark.parametrize("house_id", ["00004999999", DOI_CAN])
def test_a_house_that_is_not_there_is_refused(session, house_id):
    household = {"place": BA_DINH, "house_id": house_id}
    found = refused(lambda: enter(session, "permanent-move", pin=DUNG_PIN, household=household))
    assert found == ["household.house_id"]


def test_a_birth_may_found_a_household_in_a_house_on_record(session):
    said = {
        "name": "Lê Văn Mới",
        "sex": "M",
        "birth_date": "1990",
        "registration_place": {"unit": "00004"},
        "household": {"place": BA_DINH, "house_id": HANG_BUN},
    }
    citizen_id = enter(session, "registration", **said).citizen_id
    assert home_of(session, citizen_id) == HANG_BUN


def test_a_household_that_splits_stays_in_its_house(session):
    along = [{"pin": CHI_PIN, "relationship": "04"}]
    enter(session, "household-split", pin=BINH_PIN, members=along)
    assert home_of(session, BINH) == home_of(session, AN) == HANG_BUN
    rows = session.scalars(select(m.Household).where(m.Household.house_id == HANG_BUN)).all()
    assert len(rows) == 2


def test_no_identifier_is_that_of_another_kind_of_house():
    assert houses.identifier(1_300_004, 7) == "00004000000007"
