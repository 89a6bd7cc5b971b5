"""Adoption and guardianship: who may have the care of whom."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select, update

from app.registry import history
from app.registry import models as m
from tests.registry.country import AN, BINH, CHI, DUNG, EM, GIANG, LUA, TODAY, citizen, member
from tests.registry.registering import refused
from tests.registry.test_correction import GIANG_PIN, PINS, read
from tests.registry.test_family_events import people, tell

HAI, HOA, SISTER, FRIEND = 30, 31, 32, 33
WED = dt.date(2020, 1, 1)


@pytest.fixture
def pins(session):
    """A couple, An's sister and a friend beside those of the country, by their ids."""
    named = people(
        session,
        citizen(HAI, "Lê Văn Hải", "1980-01-01", "M", marital_status="married"),
        citizen(HOA, "Phạm Thị Hoa", "1982-01-01", "F", marital_status="married"),
        citizen(SISTER, "Nguyễn Thị Ba", "1990-01-01", "F"),
        citizen(FRIEND, "Vũ Thị Bạn", "1950-01-01", "F"),
    )
    session.add_all(
        [
            m.Kinship(citizen_id=HAI, kind="spouse", relative_id=HOA, from_date=WED),
            m.Kinship(citizen_id=HOA, kind="spouse", relative_id=HAI, from_date=WED),
            m.Kinship(citizen_id=SISTER, kind="mother", relative_id=LUA),
        ]
    )
    session.flush()
    return {**PINS, GIANG: GIANG_PIN, **dict(zip((HAI, HOA, SISTER, FRIEND), named, strict=True))}


def adopt(session, pins, child, *, father=None, mother=None, **said):
    named = {"father": father, "mother": mother}
    adopters = {kind: {"pin": pins[who]} for kind, who in named.items() if who}
    return tell(session, "adoption", pin=pins[child], **adopters, **said)


def parents(session, child):
    """Every parent the child has or had: as what, who, and the reason of an end."""
    rows = session.execute(
        select(m.Kinship.kind, m.Kinship.relative_id, m.Kinship.end_reason)
        .where(m.Kinship.citizen_id == child, m.Kinship.kind.in_(["father", "mother"]))
        .order_by(m.Kinship.id)
    )
    return {tuple(row) for row in rows}


def test_a_couple_adopts_and_the_parents_before_stay_in_the_history(session, pins):
    adopt(session, pins, CHI, father=HAI, mother=HOA, name="Lê Ngọc Chi")
    assert parents(session, CHI) == {
        ("father", AN, "ended"),
        ("mother", BINH, "ended"),
        ("father", HAI, None),
        ("mother", HOA, None),
    }
    assert read(session, CHI, "full_name", "father")["father"].full_name == "Lê Văn Hải"
    [event] = history.of(session, CHI)
    assert event.kind == "adoption"
    place = select(m.HouseholdMember.relationship).where(m.HouseholdMember.citizen_id == CHI)
    assert session.scalar(place) == "99"  # nobody's child in the household of An


def test_a_spouse_adopts_a_parents_child_who_keeps_that_parent(session, pins):
    tell(session, "divorce", pin=pins[AN], judgment="TAND 1/2026", date="2025-12-01")
    [man] = people(session, citizen(34, "Đỗ Văn Kế", "1999-01-01", "M"))
    tell(session, "marriage", pin=pins[BINH], spouse={"pin": man}, date="2025-12-10")
    pins[34] = man
    adopt(session, pins, CHI, father=34, keeps="mother", surname_note="giữ họ cha đẻ")
    assert parents(session, CHI) == {
        ("father", AN, "ended"),
        ("father", 34, None),
        ("mother", BINH, None),
    }


def test_a_single_person_adopts_whatever_her_age(session, pins):
    adopt(session, pins, GIANG, mother=FRIEND)
    assert parents(session, GIANG) == {("mother", FRIEND, None)}
    ward = session.scalars(select(m.Kinship).filter_by(citizen_id=GIANG, kind="guardian")).one()
    assert (ward.to_date, ward.end_reason) == (TODAY, "ended")
    # what holds of births holds of hers no more than of anybody's
    tell(session, "birth-date-correction", pin=pins[FRIEND], birth_date="1949-02-02")


def test_a_head_who_adopts_has_an_adopted_child(session, pins):
    session.add(member(1, GIANG, "13", id=900))
    session.flush()
    adopt(session, pins, GIANG, father=AN, mother=BINH, surname_note="giữ họ")
    place = select(m.HouseholdMember.relationship).where(m.HouseholdMember.citizen_id == GIANG)
    assert session.scalar(place) == "05"


def test_an_aunt_may_adopt_a_child_of_seventeen(session, pins):
    born = {"birth_year": 2008, "birth_month": 6, "birth_day": 1, "number_note": "thử"}
    session.execute(update(m.Citizen).where(m.Citizen.id == CHI).values(**born))
    session.expire_all()
    assert refused(lambda: adopt(session, pins, CHI, mother=FRIEND)) == ["pin", "surname_note"][:1]
    adopt(session, pins, CHI, mother=SISTER)


def test_a_birth_date_that_makes_no_mother_of_who_adopted_is_no_matter(session, pins):
    adopt(session, pins, GIANG, mother=FRIEND)
    tell(session, "birth-date-correction", pin=pins[GIANG], birth_date="2013-04-06")


@pytest.mark.parametrize(
    ("child", "said", "members"),
    [
        (CHI, {}, ["father"]),  # nobody adopts
        (CHI, {"mother": HOA, "keeps": "mother"}, ["keeps"]),
        (CHI, {"father": HAI, "keeps": "mother"}, ["keeps"]),  # not her husband
        (CHI, {"father": HAI}, ["father"]),  # without his wife
        (CHI, {"father": HAI, "mother": FRIEND}, ["mother"]),  # no couple
        (CHI, {"father": DUNG, "surname_note": "x"}, ["father"]),  # her brother
        (CHI, {"mother": LUA, "surname_note": "x"}, ["mother"]),  # her grandmother
        (CHI, {"father": AN, "mother": HOA}, ["father", "mother"]),  # is that already
        (DUNG, {"father": HAI, "mother": HOA}, ["pin"]),  # grown up
        (GIANG, {"father": HOA, "mother": HAI}, ["father", "mother"]),
        (GIANG, {"mother": EM}, ["mother"]),  # dead
        (GIANG, {"father": DUNG}, ["father"]),  # ten years older
        (EM, {"mother": FRIEND}, ["pin"]),
        (CHI, {"father": HAI, "mother": HOA}, ["surname_note"]),
        (GIANG, {"mother": FRIEND, "name": "1"}, ["name.given"]),
        (GIANG, {"mother": FRIEND, "date": "2027-01-01"}, ["date"]),
    ],
)
def test_an_adoption_that_cannot_be_is_refused(session, pins, child, said, members):
    assert set(refused(lambda: adopt(session, pins, child, **said))) == set(members)


def test_whoever_adopts_is_somebody(session, pins):
    nobody = {"pin": "900000000000"}
    found = refused(lambda: tell(session, "adoption", pin=pins[CHI], mother=nobody))
    assert found == ["mother.pin"]
    foreigner = {"full_name": "Anna Schmidt", "nationality": "DE"}
    tell(session, "adoption", pin=pins[GIANG], mother=foreigner)
    assert ("mother", None, None) in parents(session, GIANG)


def guard(session, pins, ward, guardian, **said):
    person = guardian if isinstance(guardian, dict) else {"pin": pins[guardian]}
    return tell(session, "guardianship", pin=pins[ward], guardian=person, **said)


def test_a_guardian_is_appointed_and_dismissed(session, pins):
    guard(session, pins, GIANG, HAI, date="2025-06-01")
    guard(session, pins, GIANG, HAI, act="end", date="2025-12-01")
    row = session.scalars(select(m.Kinship).filter_by(citizen_id=GIANG, relative_id=HAI)).one()
    ended = (row.from_date, row.to_date, row.end_reason)
    assert ended == (dt.date(2025, 6, 1), dt.date(2025, 12, 1), "ended")
    assert [each.kind for each in history.of(session, GIANG)] == ["guardianship"] * 2


def test_a_guardianship_ends_as_the_ward_comes_of_age(session, pins):
    born = {"birth_year": 2007, "number_note": "thử"}
    session.execute(update(m.Citizen).where(m.Citizen.id == GIANG).values(**born))
    session.expire_all()
    guard(session, pins, GIANG, BINH, act="end")
    row = session.scalars(select(m.Kinship).filter_by(citizen_id=GIANG, relative_id=BINH)).one()
    assert row.end_reason == "came_of_age"


def test_a_guardian_may_be_somebody_by_name(session, pins):
    named = {"full_name": "Lò Thị Xa", "nationality": "LA"}
    guard(session, pins, GIANG, named)
    assert refused(lambda: guard(session, pins, GIANG, named)) == ["guardian"]
    guard(session, pins, GIANG, named, act="end")


def test_parents_known_by_name_alone_are_nobody_whatever_the_guardian_s_id(session, pins):
    """Ids begin with 0, which is somebody: it never stands for a relative who has no record."""
    [first, ward] = people(
        session,
        citizen(0, "Vũ Thị Đầu", "1970-01-01", "F"),
        citizen(35, "Ngô Văn Con", "2015-01-01", "M"),
    )
    session.add(m.Kinship(citizen_id=35, kind="mother", relative_name="Ngô Thị Mẹ"))
    session.flush()
    pins |= {0: first, 35: ward}
    guard(session, pins, 35, 0)


def test_whoever_is_of_age_or_has_a_parent_gets_a_guardian_on_a_ground(session, pins):
    for ward in (DUNG, CHI):
        assert refused(lambda ward=ward: guard(session, pins, ward, HAI)) == ["ground"]
        guard(session, pins, ward, HAI, ground="Quyết định 1/2026 của TAND")


@pytest.mark.parametrize(
    ("ward", "guardian", "said", "members"),
    [
        (GIANG, BINH, {}, ["guardian"]),  # is that already
        (GIANG, CHI, {}, ["guardian"]),  # a child
        (GIANG, EM, {}, ["guardian"]),  # dead
        (GIANG, GIANG, {"ground": "x"}, ["guardian", "guardian.pin"]),
        (CHI, AN, {"ground": "x"}, ["guardian"]),  # her father
        (EM, HAI, {"ground": "x"}, ["pin"]),
        (GIANG, HAI, {"act": "end"}, ["guardian"]),
        (GIANG, BINH, {"act": "end", "date": "2018-01-01"}, ["date"]),
        (GIANG, HAI, {"date": "2027-01-01"}, ["date"]),
        (GIANG, {"pin": "900000000000"}, {}, ["guardian.pin"]),
        (GIANG, {}, {}, ["guardian"]),
    ],
)
def test_a_guardianship_that_cannot_be_is_refused(session, pins, ward, guardian, said, members):
    found = refused(lambda: guard(session, pins, ward, guardian, **said))
    assert set(found) == set(members)


def test_nobodys_number_is_nobodys_ward_or_child(session, pins):
    pins[0] = "900000000000"
    assert refused(lambda: guard(session, pins, 0, HAI)) == ["pin"]
    assert refused(lambda: adopt(session, pins, 0, mother=FRIEND)) == ["pin"]
