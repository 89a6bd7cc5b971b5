"""Putting a citizen on record for the first time."""

from __future__ import annotations

import datetime as dt

import pytest

from app.registry import events, lookup
from tests.registry.country import AN, TODAY
from tests.registry.registering import (
    AN_PIN,
    BINH_PIN,
    CHI_PIN,
    EM_PIN,
    HERE,
    newborn,
    objections,
    read,
    refused,
    register,
    report,
)


def test_a_newborn_gets_a_number_of_its_province_sex_and_year(session):
    applied = register(session)
    assert applied.pin.startswith("901225")
    assert lookup.find(session, applied.pin).only.citizen_id == applied.citizen_id
    girl = register(session, sex="F", registration_place={"unit": "36", "era": "2004"})
    assert girl.pin.startswith("936325")


def test_a_realistic_world_gives_realistic_numbers(session):
    applied = events.apply(session, "registration", newborn(), report(pin_style="realistic"))
    assert applied.pin.startswith("001225")


def test_numbers_of_the_same_kind_differ_and_come_again_in_the_same_world(session):
    first, second = register(session).pin, register(session).pin
    assert first != second
    session.rollback()
    assert [register(session).pin, register(session).pin] == [first, second]
    session.rollback()
    assert events.apply(session, "registration", newborn(), report(seed=2)).pin != first


def test_a_child_joins_the_household_of_its_parents(session):
    child = register(
        session,
        father={"pin": AN_PIN},
        mother={"pin": BINH_PIN},
        household={"member": AN_PIN, "relationship": "04"},
    ).citizen_id
    values = read(
        session,
        child,
        "father",
        "mother",
        "relationship_to_head",
        "residence_file_number",
        "permanent_residence",
        "ethnicity",
        "origin_place",
        "birth_place",
        "full_name",
        "state",
    )
    assert values["father"].pin == AN_PIN
    assert values["mother"].pin == BINH_PIN
    assert values["relationship_to_head"].code == "04"
    assert values["residence_file_number"] == "010000000001"
    assert values["permanent_residence"].place.text.startswith("12 ngõ 5 Hàng Bún, Phường Ba Đình")
    assert values["permanent_residence"].from_date == TODAY
    assert values["ethnicity"].code == "01"  # the father's
    assert values["origin_place"].text == "Phường Nam Định, Ninh Bình"  # the father's
    assert values["birth_place"].text == "Phường Ba Đình, Hà Nội"  # where it was registered
    assert (values["full_name"], values["state"]) == ("Nguyễn Văn Khôi", "alive")
    siblings = {child.full_name for child in read(session, AN, "children")}
    assert "Nguyễn Văn Khôi" in siblings


def test_somebody_who_starts_a_household_is_its_head(session):
    person = register(
        session,
        birth_date="1990",
        household={"place": HERE},
        temporary_residence={
            "place": {"unit": "26740", "detail": "1 Lê Lợi"},
            "from_date": "2025-12-01",
            "reason": "đi làm",
        },
    ).citizen_id
    file_number = read(session, person, "residence_file_number")
    assert file_number.startswith("01")
    assert read(session, person, "relationship_to_head").code == "01"
    assert read(session, person, "current_residence").place.province.code == "79"


def test_a_name_in_parts_keeps_its_order(session):
    person = register(
        session, name={"family": "Niê", "given": "Wang", "middle": "Y", "order": "family_last"}
    ).citizen_id
    assert read(session, person, "full_name", "family_name", "name_order") == {
        "full_name": "Y Wang Niê",
        "family_name": "Niê",
        "name_order": "family_last",
    }


def test_what_is_said_is_what_is_on_record(session):
    said = {
        "other_name": "Tý",
        "ethnicity": "02",
        "religion": "1",
        "blood_type": "AB",
        "marital_status": "divorced",
        "birth_date": "1980-02",
        "phone": "0971234567",
        "email": "khoi@dancu.invalid",
        "old_numbers": ["012345678", "012345679"],
        "second_nationality": "US",
        "remarks": "Ghi chú",
    }
    person = register(
        session,
        **said,
        birth_place={"country": "US", "detail": "Boston"},
        guardians=[{"pin": AN_PIN}],
        representatives=[{"full_name": "Lê Văn Luật", "nationality": "VN"}],
        current_residence={"place": {"country": "US", "detail": "1 Main St, Boston"}},
    ).citizen_id
    values = read(
        session, person, *(set(said) - {"old_numbers", "ethnicity", "religion"}), "state"
    )
    assert values == {
        **{name: said[name] for name in values if name in said},
        "state": "alive",
    }
    assert read(session, person, "ethnicity").code == "02"
    assert [old.number for old in read(session, person, "old_numbers")] == said["old_numbers"]
    assert read(session, person, "birth_place").text == "Boston"
    assert [p.full_name for p in read(session, person, "guardians")] == ["Nguyễn Văn An"]
    assert [p.full_name for p in read(session, person, "representatives")] == ["Lê Văn Luật"]
    assert read(session, person, "current_residence").place.country == "US"


def test_a_person_can_be_put_on_record_as_dead_or_missing(session):
    dead = register(session, state="dead", death_date="2026-01-01").citizen_id
    assert read(session, dead, "state_since") == dt.date(2026, 1, 1)
    missing = register(session, state="missing", missing_since="2025-12-31").citizen_id
    assert read(session, missing, "missing_since") == dt.date(2025, 12, 31)


@pytest.mark.parametrize(
    ("said", "members"),
    [
        ({"name": "Nguyễn Văn 3"}, ["name.given"]),
        ({"name": {"family": "N@", "given": "An"}}, ["name.family"]),
        ({"name": ""}, ["name.given"]),
        ({"name": "Nguyễn -"}, ["name.given"]),
        ({"name": "\u0301"}, ["name.given"]),
        ({"name": {"family": "-\u0301", "given": "An"}}, ["name.family"]),
        ({"other_name": "Tý 2"}, ["other_name"]),
        ({"second_nationality": "VN"}, ["second_nationality"]),
        ({"nationality": "LA", "second_nationality": "LA"}, ["second_nationality"]),
        (
            {"name": {"family": "Lê", "given": "An", "order": "given_only"}},
            ["name.order"],
        ),
        ({"birth_date": "1899-12-31"}, ["birth_date"]),
        ({"birth_date": "2026-01-02"}, ["birth_date"]),
        ({"birth_date": "2027"}, ["birth_date"]),
        ({"registration_place": {"unit": "99"}}, ["registration_place.unit"]),
        ({"registration_place": {"unit": "36"}}, ["registration_place.unit"]),  # gone since 2025
        ({"registration_place": {}}, ["registration_place.unit"]),
        ({"birth_place": {"country": "LA", "unit": "01"}}, ["birth_place.unit"]),
        ({"registration_place": {"country": "LA"}}, ["pin"]),
        ({"ethnicity": "98"}, ["ethnicity"]),
        ({"religion": "77"}, ["religion"]),
        ({"phone": "0123456789"}, ["phone"]),
        ({"phone": "+84971234567"}, ["phone"]),
        ({"email": "an@gmail.com"}, ["email"]),
        ({"email": "an@invalid"}, ["email"]),
        ({"old_numbers": ["012345678"]}, ["old_numbers.0"]),
        ({"marital_status": "married"}, ["marital_status"]),
        ({"marital_status": "widowed"}, ["marital_status"]),
        ({"state": "dead"}, ["death_date"]),
        ({"state": "dead", "death_date": "2025-12-29"}, ["death_date"]),
        ({"state": "dead", "death_date": "2026-01-02"}, ["death_date"]),
        ({"death_date": "2026-01-01"}, ["death_date"]),
        ({"state": "missing"}, ["missing_since"]),
    ],
)
def test_what_cannot_be_is_refused_and_named(session, said, members):
    assert objections(session, **said) == members


@pytest.mark.parametrize(
    ("said", "members"),
    [
        ({"mother": {"pin": CHI_PIN}, "birth_date": "2023-12-30"}, ["mother"]),  # she was 11
        ({"mother": {"pin": AN_PIN}}, ["mother"]),  # a man
        ({"father": {"pin": BINH_PIN}}, ["father"]),
        ({"mother": {"pin": EM_PIN}}, ["mother"]),  # died in 2020
        ({"mother": {"pin": "901180999999"}}, ["mother.pin"]),
        ({"mother": {}}, ["mother"]),
        ({"mother": {"pin": BINH_PIN, "full_name": "Đỗ Thị Bình"}}, ["mother"]),
        ({"guardians": [{"pin": AN_PIN}, {"pin": "901180999999"}]}, ["guardians.1.pin"]),
        ({"guardians": [{"pin": AN_PIN}, {"pin": AN_PIN}]}, ["guardians.1"]),
        ({"guardians": [{"pin": CHI_PIN}]}, ["guardians.0"]),  # a child
        ({"representatives": [{"pin": EM_PIN}]}, ["representatives.0"]),  # dead
        ({"representatives": [{"full_name": "Luật sư số 1"}]}, ["representatives.0.full_name"]),
        (
            {"name": "Lý Văn Khôi", "father": {"pin": AN_PIN}, "mother": {"pin": BINH_PIN}},
            ["surname_note"],
        ),
    ],
)
def test_relatives_that_cannot_be_are_refused(session, said, members):
    assert objections(session, **said) == members


def test_a_mother_of_twelve_and_a_father_dead_for_less_than_300_days_can_be(session):
    assert register(session, mother={"pin": CHI_PIN}, birth_date="2024-03-01")
    father = register(session, birth_date="1990", state="dead", death_date="2025-06-01").pin
    assert register(session, father={"pin": father})
    assert register(session, father={"pin": father}, birth_date="2025")  # may have been in time
    late = {"father": {"pin": father}, "birth_date": "2026-03-29"}
    circumstances = report(today=dt.date(2026, 4, 1))
    found = refused(lambda: events.apply(session, "registration", newborn(**late), circumstances))
    assert found == ["father"]


def test_one_person_is_not_both_parents(session):
    both = register(session, sex="U", birth_date="1990").pin
    assert objections(session, father={"pin": both}, mother={"pin": both}) == ["mother"]


@pytest.mark.parametrize(
    ("mother_born", "born", "is_refused"),
    [
        ("1970-03-01", "2025-12-30", False),  # 55
        ("1969-12-31", "2025-12-30", False),  # 55 for one more day
        ("1969-12-30", "2025-12-30", True),  # 56 that day
        ("1945-05-05", "2025-12-30", True),
        ("1969", "2025-12-30", False),  # may have been born on 31 December
        ("1968", "2025-12-30", True),
        ("1969-12", "2025-12", False),
        ("1969-11", "2025-12", True),
        ("1968-02-29", "2024-02-28", False),
        ("1968-02-29", "2024-02-29", True),
    ],
)
def test_no_mother_is_over_55_at_a_birth_as_far_as_is_known(
    session, mother_born, born, is_refused
):
    mother = register(session, name="Lê Thị Mẹ", sex="F", birth_date=mother_born).pin
    said = {"mother": {"pin": mother}, "birth_date": born}
    if is_refused:
        assert objections(session, **said) == ["mother"]
    else:
        assert register(session, **said)


def test_a_father_may_be_old_but_was_twelve(session):
    old = register(session, birth_date="1935").pin
    assert register(session, father={"pin": old})
    twelve, eleven = (register(session, birth_date=f"2013-12-{day}").pin for day in (30, 31))
    assert register(session, father={"pin": twelve})
    assert objections(session, father={"pin": eleven}) == ["father"]


def test_a_surname_that_is_neither_parents_needs_a_reason(session):
    kin = {"father": {"pin": AN_PIN}, "mother": {"pin": BINH_PIN}}
    assert register(session, **kin, name="Đỗ Văn Khôi")
    assert register(session, **kin, name="Lý Văn Khôi", surname_note="họ của mẹ nuôi")


@pytest.mark.parametrize(
    ("household", "members"),
    [
        ({"member": AN_PIN, "relationship": "01"}, ["household.relationship"]),
        ({"member": AN_PIN, "relationship": "55"}, ["household.relationship"]),
        ({"member": AN_PIN, "relationship": "02"}, ["household.relationship"]),  # a wife
        ({"member": AN_PIN, "relationship": "06"}, ["household.relationship"]),  # a father
        ({"file_number": "999999999999", "relationship": "04"}, ["household"]),
        ({"member": EM_PIN, "relationship": "04"}, ["household"]),  # she is in none
        ({"relationship": "04"}, ["household"]),
        ({"place": {"unit": "01", "detail": "1 Lê Lợi"}}, ["household.place.unit"]),
        ({"place": {"unit": "00004"}}, ["household.place.detail"]),
        ({"place": {"detail": "1 Lê Lợi"}}, ["household.place.unit"]),
        ({"place": {"country": "LA", "detail": "1 Lê Lợi"}}, ["household.place.country"]),
        ({"place": {**HERE, "era": "2004"}}, ["household.place.era"]),
    ],
)
def test_households_that_cannot_be_are_refused(session, household, members):
    assert objections(session, household=household) == members


def test_the_dead_join_no_household(session):
    said = {"state": "dead", "death_date": "2026-01-01"}
    joined = {"file_number": "010000000001", "relationship": "04"}
    assert objections(session, **said, household=joined) == ["household"]


def test_an_island_district_without_wards_is_an_address(session):
    place = {"unit": "318", "era": "2004", "detail": "Khu dân cư số 1"}
    applied = register(
        session, birth_date="1990", permanent_residence={"place": place, "from_date": "2010-01-01"}
    )
    home = read(session, applied.citizen_id, "permanent_residence")
    assert home.place.text == "Khu dân cư số 1, Đặc khu Bạch Long Vĩ, Hải Phòng"


@pytest.mark.parametrize(
    ("residence", "member"),
    [
        ({"place": HERE, "from_date": "2025-12-29"}, "from_date"),
        ({"place": HERE, "from_date": "2026-01-02"}, "from_date"),
        ({"place": HERE, "to_date": "2026-01-01"}, "to_date"),
        ({"place": HERE, "to_date": "2026-01-02"}, "to_date"),
        ({"place": HERE, "from_date": "2025-12-31", "to_date": "9999-12-31"}, "to_date"),
        ({"place": {"country": "LA", "detail": "1 Lane Xang"}}, "place.country"),
    ],
)
def test_residences_that_cannot_be_are_refused(session, residence, member):
    assert objections(session, permanent_residence=residence) == [f"permanent_residence.{member}"]


@pytest.mark.parametrize(
    ("pin", "count"),
    [
        (AN_PIN, 4),  # taken, another year, sex is right, century, province
        ("936180000001", 5),  # superseded, and all its digits are another's
        ("001225123456", 1),  # of the other style
        ("901325123456", 1),  # of a girl
        ("936225123456", 1),  # of another province
        ("901225990000", 1),  # a persona's, sooner or later
    ],
)
def test_a_number_that_cannot_be_given_is_refused(session, pin, count):
    assert objections(session, pin=pin) == ["pin"] * count


def test_a_number_may_be_chosen_and_may_contradict_its_holder_if_it_is_said_why(session):
    assert register(session, pin="901225777777").pin == "901225777777"
    noted = register(session, pin="936199777777", number_note="cấp nhầm năm sinh")
    assert noted.pin == "936199777777"
