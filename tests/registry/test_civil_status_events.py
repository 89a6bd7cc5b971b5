"""Birth, and what changes a person's name, birth date or sex by itself."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select, update

from app.registry import events, history, lookup
from app.registry import models as m
from tests.registry.country import AN, BINH, CHI, DUNG, EM, LUA, TODAY, citizen, member
from tests.registry.registering import refused, report
from tests.registry.test_correction import PINS, changes, read
from tests.registry.test_family_events import people, tell

BORN = dt.date(2025, 12, 20)
NEWBORN = {
    "name": "Nguyễn Văn Khôi",
    "sex": "M",
    "birth_date": "2025-12-20",
    "registration_place": {"unit": "00004"},
    "mother": {"pin": PINS[BINH]},
    "father": {"pin": PINS[AN]},
}


def be_born(session, **said):
    whole = {name: value for name, value in (NEWBORN | said).items() if value != "unsaid"}
    return tell(session, "birth", **whole)


def test_a_birth_gives_number_parents_household_and_residence(session):
    applied = be_born(session)
    assert applied.pin[:6] == "901225"
    assert applied.chosen == {
        "household.file_number": "010000000001",
        "household.relationship": "04",
    }
    child = applied.citizen_id
    told = read(session, child, "mother", "father", "ethnicity", "marital_status", "state")
    assert (told["mother"].pin, told["father"].pin) == (PINS[BINH], PINS[AN])
    assert (told["ethnicity"].code, told["state"]) == ("01", "alive")
    [place] = session.scalars(select(m.HouseholdMember).filter_by(citizen_id=child)).all()
    [stay] = session.scalars(select(m.Residence).filter_by(citizen_id=child)).all()
    assert (place.household_id, place.relationship, place.from_date) == (1, "04", BORN)
    assert (stay.kind, stay.household_id, stay.from_date) == ("permanent", 1, BORN)
    [event] = history.of(session, child)
    assert (event.kind, event.occurred_on, event.recorded_on) == ("birth", BORN, TODAY)


def test_twins_are_two_rows(session):
    second = {**NEWBORN, "name": "Nguyễn Văn Khoa", "birth_date": "2025-12-21"}
    one, other = events.apply_all(session, "birth", [NEWBORN, second], report())
    assert one.pin != other.pin


def test_a_late_birth_begins_to_live_there_on_the_day_of_the_report(session):
    child = be_born(session, birth_date="2019-05-05").citizen_id
    row = select(m.HouseholdMember.from_date).where(m.HouseholdMember.citizen_id == child)
    assert session.scalar(row) == TODAY


def test_nobodys_household_is_joined_if_that_is_said_or_there_is_none(session):
    child = be_born(session, household=None).citizen_id
    assert session.scalars(select(m.Residence).filter_by(citizen_id=child)).all() == []
    foundling = be_born(session, name="Lê Thị Lạc", sex="F", mother="unsaid", father="unsaid")
    assert foundling.chosen == {}


def test_a_child_may_live_elsewhere_than_its_mother(session):
    home = {"member": PINS[DUNG], "relationship": "12"}
    applied = be_born(session, household=home)
    assert applied.chosen == {}
    row = select(m.HouseholdMember.household_id).filter_by(citizen_id=applied.citizen_id)
    assert session.scalar(row) == 2


def test_a_grandchild_of_the_head_is_that(session):
    people(session, citizen(20, "Lê Thị Mai", "2000-02-02", "F"))
    session.add_all(
        [
            m.Kinship(citizen_id=20, kind="mother", relative_id=BINH),
            member(1, 20, "99", id=900, from_date=dt.date(2026, 1, 1)),
        ]
    )
    session.flush()
    mother = session.get(m.Citizen, 20).pin
    applied = be_born(session, name="Lê Văn Cháu", mother={"pin": mother}, father="unsaid")
    assert applied.chosen["household.relationship"] == "99"  # the head's wife's grandchild
    session.execute(
        update(m.Kinship).where(m.Kinship.citizen_id == 20).values(relative_id=AN, kind="father")
    )
    session.expire_all()
    applied = be_born(session, name="Lê Văn Hai", mother={"pin": mother}, father="unsaid")
    assert applied.chosen["household.relationship"] == "13"


def test_a_father_may_have_died_before_the_birth_and_a_mother_not(session):
    tell(session, "death", pin=PINS[AN], date="2025-12-01")
    be_born(session)
    tell(session, "death", pin=PINS[BINH], date="2025-12-21")
    assert refused(lambda: be_born(session, birth_date="2025-12-22")) == ["mother"]


@pytest.mark.parametrize(
    ("said", "members"),
    [
        ({"birth_date": "2026-01-02"}, ["birth_date"]),
        ({"birth_date": "1899-12-31"}, ["birth_date", "mother", "father"]),
        ({"mother": {"pin": PINS[DUNG]}}, ["mother"]),  # a man
        ({"mother": {"pin": PINS[CHI]}, "birth_date": "2023-01-01"}, ["mother"]),
        ({"mother": {"pin": PINS[LUA]}}, ["mother"]),
        ({"father": {"pin": PINS[EM]}}, ["father"]),
        ({"mother": {"pin": PINS[AN]}}, ["mother"]),
        ({"mother": {"pin": "900000000000"}}, ["mother.pin"]),
        ({"mother": {}}, ["mother"]),
        ({"name": "Trần Văn Khôi"}, ["surname_note"]),
        ({"birth_date": "2012-04-29"}, ["birth_date"]),  # two months after her sister
        ({"household": {"member": PINS[AN], "relationship": "01"}}, ["household.relationship"]),
        ({"registration_place": {"unit": "99999"}}, ["registration_place.unit"]),
        ({"pin": PINS[CHI]}, ["pin"]),
    ],
)
def test_a_birth_that_cannot_be_is_refused(session, said, members):
    assert set(members) <= set(refused(lambda: be_born(session, **said)))


def test_a_birth_is_reported_of_its_own_day(session):
    other = report(occurred_on=dt.date(2025, 12, 24))
    assert refused(lambda: events.apply(session, "birth", NEWBORN, other)) == ["birth_date"]


def test_a_changed_name_leaves_the_number(session):
    applied = tell(session, "name-change", pin=PINS[CHI], name="Nguyễn Gia Chi", date="2025-12-31")
    assert applied.pin == PINS[CHI]
    assert ("citizen", "full_name", "Nguyễn Ngọc Chi", "Nguyễn Gia Chi") in changes(session, CHI)
    assert history.of(session, CHI)[0].occurred_on == dt.date(2025, 12, 31)
    tell(session, "name-change", pin=PINS[CHI], name="Nguyễn Gia Chi", other_name="Bông")
    assert read(session, CHI, "other_name") == "Bông"


@pytest.mark.parametrize(
    ("said", "members"),
    [
        ({"name": "Nguyễn Ngọc Chi"}, ["name"]),
        ({"name": "Ch1"}, ["name.given"]),
        ({"name": "Lý Ngọc Chi"}, ["surname_note"]),
        ({"pin": "900000000000", "name": "A"}, ["pin"]),
        ({"name": "Nguyễn Chi", "date": "2027-01-01"}, ["date"]),
    ],
)
def test_a_name_that_cannot_be_changed_to_is_refused(session, said, members):
    whole = {"pin": PINS[CHI], **said}
    assert set(refused(lambda: tell(session, "name-change", **whole))) == set(members)


def test_another_year_of_birth_makes_another_number(session):
    applied = tell(session, "birth-date-correction", pin=PINS[CHI], birth_date="2013-02-28")
    assert applied.pin != PINS[CHI]
    assert applied.pin[4:6] == "13"
    assert lookup.find(session, PINS[CHI]).only.citizen_id == CHI
    [old] = session.scalars(select(m.SupersededNumber).filter_by(citizen_id=CHI)).all()
    assert (old.pin, old.reason) == (PINS[CHI], "birth_year_corrected")


def test_another_day_of_the_same_year_leaves_the_number(session):
    applied = tell(session, "birth-date-correction", pin=PINS[CHI], birth_date="2012-03-01")
    assert applied.pin == PINS[CHI]


@pytest.mark.parametrize(
    ("who", "said", "members"),
    [
        (CHI, {"birth_date": "2012-02-29"}, ["birth_date"]),
        (CHI, {"birth_date": "2027"}, ["birth_date"]),
        (AN, {"birth_date": "1999-01-01"}, ["birth_date"]),  # married, and a father, since
        (CHI, {"birth_date": "2012-03-01", "new_pin": "901312000009"}, ["new_pin"]),
        (CHI, {"birth_date": "2013-03-01", "new_pin": PINS[BINH]}, ["new_pin"]),
        (CHI, {"pin": "900000000000", "birth_date": "2013"}, ["pin"]),
    ],
)
def test_a_birth_date_that_cannot_be_is_refused(session, who, said, members):
    whole = {"pin": PINS[who], **said}
    found = refused(lambda: tell(session, "birth-date-correction", **whole))
    assert set(members) <= set(found)


def test_a_change_of_sex_makes_another_number_and_ends_nothing(session):
    applied = tell(session, "sex-change", pin=PINS[CHI], sex="M", name="Nguyễn Minh Chi")
    assert applied.pin[3] == "2"
    assert read(session, CHI, "sex", "full_name") == {"sex": "M", "full_name": "Nguyễn Minh Chi"}
    [old] = session.scalars(select(m.SupersededNumber).filter_by(citizen_id=CHI)).all()
    assert old.reason == "sex_reassignment"
    [place] = session.scalars(select(m.HouseholdMember).filter_by(citizen_id=CHI)).all()
    assert place.to_date is None


def test_an_elder_sister_of_the_head_becomes_an_elder_brother(session):
    [pin] = people(session, citizen(20, "Nguyễn Thị Chị", "1970-02-02", "F"))
    session.add(member(1, 20, "11", id=900))
    session.flush()
    tell(session, "sex-change", pin=pin, sex="M")
    row = select(m.HouseholdMember.relationship).where(m.HouseholdMember.citizen_id == 20)
    assert session.scalar(row) == "10"


@pytest.mark.parametrize(
    ("who", "said", "members"),
    [
        (AN, {"sex": "F"}, ["sex"]),  # married, and a father
        (EM, {"sex": "M"}, ["sex"]),  # a mother
        (CHI, {"sex": "F"}, ["sex"]),
        (CHI, {"sex": "M", "name": "Lý Chi"}, ["surname_note"]),
        (CHI, {"sex": "M", "pin": "900000000000"}, ["pin"]),
    ],
)
def test_a_sex_that_cannot_be_changed_to_is_refused(session, who, said, members):
    whole = {"pin": PINS[who], **said}
    assert set(refused(lambda: tell(session, "sex-change", **whole))) == set(members)
