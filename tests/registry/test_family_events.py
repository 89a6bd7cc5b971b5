"""Death, marriage and divorce: what each changes, for whom, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select, update

from app.registry import events, history
from app.registry import models as m
from tests.registry.country import AN, BINH, CHI, DUNG, EM, GIANG, LUA, TODAY, citizen, member
from tests.registry.registering import refused, report
from tests.registry.test_correction import GIANG_PIN, PINS, read

NEW_YEARS_EVE = dt.date(2025, 12, 31)


def tell(session, kind, **said):
    return events.apply(session, kind, said, report())


def die(session, who, **said):
    return tell(session, "death", **{"pin": PINS[who], "date": "2025-12-31", **said})


def people(session, *added):
    """Add people to the country; their numbers."""
    session.add_all(added)
    session.flush()
    return [one.pin for one in added]


def relationships(session):
    """Who belongs to An's household as what."""
    rows = session.execute(
        select(m.HouseholdMember.citizen_id, m.HouseholdMember.relationship).where(
            m.HouseholdMember.household_id == 1, m.HouseholdMember.to_date.is_(None)
        )
    )
    return dict(rows.all())


def spouse_rows(session, *ids):
    table = m.Kinship
    rows = session.execute(
        select(table.citizen_id, table.to_date, table.end_reason)
        .where(table.citizen_id.in_(ids), table.kind == "spouse", table.relative_id.in_(ids))
        .order_by(table.citizen_id)
    )
    return [tuple(row) for row in rows]


def test_a_death_ends_marriage_household_and_residence_and_the_spouse_leads(session):
    applied = die(session, AN)
    assert applied.chosen == {"new_head": PINS[BINH]}
    dead = read(session, AN, "state", "state_since", "death_date", "marital_status")
    assert dead == {
        "state": "dead",
        "state_since": NEW_YEARS_EVE,
        "death_date": NEW_YEARS_EVE,
        "marital_status": "married",
    }
    assert read(session, BINH, "marital_status") == "widowed"
    assert spouse_rows(session, AN, BINH) == [
        (AN, NEW_YEARS_EVE, "death"),
        (BINH, NEW_YEARS_EVE, "death"),
    ]
    assert relationships(session) == {BINH: "01", CHI: "04", LUA: "16"}
    stays = session.scalars(select(m.Residence.to_date).where(m.Residence.citizen_id == AN)).all()
    assert sorted(stays) == [dt.date(2015, 3, 1), NEW_YEARS_EVE]


def test_the_history_of_each_tells_what_changed_and_why(session):
    applied = die(session, AN, cause="bệnh tim")
    [event] = history.of(session, BINH)
    assert (event.id, event.kind, event.reason) == (applied.event_id, "death", "sinh con")
    assert event.occurred_on == NEW_YEARS_EVE
    told = {(one.table_name, one.field): one.new_value for one in event.changes}
    assert told["citizen", "marital_status"] == "widowed"
    assert told["kinship", "end_reason"] == "death"
    assert told["household_member", "relationship"] == "01"
    [own] = history.of(session, AN)
    assert {one.field for one in own.changes} >= {"state", "death_date", "to_date"}


def test_a_new_head_may_be_named_and_the_others_are_what_they_are_to_that_one(session):
    applied = die(session, AN, new_head=PINS[LUA])
    assert applied.chosen == {}
    assert relationships(session) == {LUA: "01", BINH: "14", CHI: "13"}


def test_with_nobody_of_age_the_eldest_child_leads(session):
    session.execute(
        update(m.HouseholdMember)
        .where(m.HouseholdMember.citizen_id.in_([BINH, LUA]))
        .values(to_date=TODAY)
    )
    people(session, citizen(20, "Nguyễn Văn Út", "2015-01-01", "M"))
    session.add(member(1, 20, "04", id=900))
    session.flush()
    assert die(session, AN).chosen == {"new_head": PINS[CHI]}
    assert relationships(session)[CHI] == "01"


def test_the_last_to_leave_a_household_ends_it(session):
    die(session, DUNG)
    assert session.scalar(select(m.Household.to_date).where(m.Household.id == 2)) == NEW_YEARS_EVE


def test_a_death_ends_guardianship(session):
    die(session, BINH)
    row = session.scalars(select(m.Kinship).where(m.Kinship.citizen_id == GIANG)).one()
    assert (row.to_date, row.end_reason) == (NEW_YEARS_EVE, "death")


def test_who_is_missing_or_abroad_can_be_dead_too(session):
    session.execute(
        update(m.Citizen)
        .where(m.Citizen.id == GIANG)
        .values(state="missing", missing_since=dt.date(2024, 1, 1))
    )
    tell(session, "death", pin=GIANG_PIN, date="2025-01-01", declared_by="TAND Hà Nội 1/2025")
    assert read(session, GIANG, "state", "missing_since") == {
        "state": "dead",
        "missing_since": None,
    }


@pytest.mark.parametrize(
    ("who", "said", "members"),
    [
        (EM, {}, ["pin"]),  # dead already
        (AN, {"pin": "900000000000"}, ["pin"]),
        (AN, {"date": "2026-01-02"}, ["date"]),
        (AN, {"date": "1899-12-31"}, ["date"]),
        (CHI, {"date": "2011-01-01"}, ["date"]),  # before the birth
        (AN, {"date": "2009-01-01"}, ["date"]),  # before the marriage, the household…
        (BINH, {"date": "2018-01-01"}, ["date"]),  # before a guardianship
        (BINH, {"new_head": PINS[CHI]}, ["new_head"]),  # led nothing
        (AN, {"new_head": PINS[DUNG]}, ["new_head"]),  # of another household
        (AN, {"new_head": PINS[AN]}, ["new_head"]),
    ],
)
def test_a_death_that_cannot_be_is_refused(session, who, said, members):
    found = refused(lambda: die(session, who, **said))
    assert set(found) == set(members)


def test_one_day_is_said_of_an_event(session):
    both = report(occurred_on=TODAY)
    said = {"pin": PINS[AN], "date": "2025-12-31"}
    assert refused(lambda: events.apply(session, "death", said, both)) == ["date"]
    events.apply(session, "death", {"pin": PINS[AN]}, report(occurred_on=NEW_YEARS_EVE))
    assert read(session, AN, "death_date") == NEW_YEARS_EVE


def test_a_file_changes_each_person_once(session):
    rows = [{"pin": PINS[AN]}, {"pin": PINS[BINH]}]  # the widow, who leads now
    found = refused(lambda: events.apply_all(session, "death", rows, report()))
    assert found == ["rows[1].pin"]


def marry(session, one, other, **said):
    spouse = {"pin": other} if isinstance(other, str) else other
    return tell(session, "marriage", pin=one, spouse=spouse, **said)


def test_a_marriage_ties_both(session):
    [bride] = people(session, citizen(20, "Lê Thị Hoa", "2000-02-02", "F"))
    marry(session, PINS[DUNG], bride, date="2025-12-31")
    assert [read(session, who, "marital_status") for who in (DUNG, 20)] == ["married"] * 2
    rows = session.execute(
        select(m.Kinship.citizen_id, m.Kinship.relative_id, m.Kinship.from_date).where(
            m.Kinship.kind == "spouse", m.Kinship.citizen_id.in_([DUNG, 20])
        )
    ).all()
    assert set(map(tuple, rows)) == {(DUNG, 20, NEW_YEARS_EVE), (20, DUNG, NEW_YEARS_EVE)}
    assert [history.of(session, who)[0].kind for who in (DUNG, 20)] == ["marriage"] * 2


def test_a_heads_new_wife_who_lives_there_is_the_wife_of_the_head(session):
    [bride] = people(session, citizen(20, "Lê Thị Hoa", "2000-02-02", "F"))
    session.add(member(2, 20, "17", id=900))
    session.flush()
    marry(session, bride, PINS[DUNG])
    row = select(m.HouseholdMember.relationship).where(m.HouseholdMember.citizen_id == 20)
    assert session.scalar(row) == "02"


def test_a_foreign_spouse_is_known_by_name(session):
    marry(session, PINS[DUNG], {"full_name": "Anna Schmidt", "nationality": "DE"})
    assert read(session, DUNG, "marital_status") == "married"
    tell(session, "divorce", pin=PINS[DUNG], judgment="TAND TP Hà Nội 5/2026")
    assert read(session, DUNG, "marital_status") == "divorced"


def test_whoever_is_divorced_or_widowed_may_marry_again(session):
    die(session, BINH)
    [bride] = people(session, citizen(20, "Lê Thị Hoa", "2000-02-02", "F"))
    marry(session, PINS[AN], bride, date="2026-01-01")
    assert read(session, AN, "marital_status") == "married"


@pytest.fixture
def strangers(session):
    """A man and a woman who are kin of nobody."""
    return people(
        session,
        citizen(20, "Lê Văn Hải", "2000-02-02", "M"),
        citizen(21, "Lê Thị Hoa", "2000-02-02", "F"),
    )


@pytest.mark.parametrize(
    ("one", "other", "said", "members"),
    [
        (AN, 21, {}, ["pin"]),  # married
        (20, BINH, {}, ["spouse.pin"]),
        (20, CHI, {}, ["spouse.pin"]),  # thirteen
        (EM, 20, {}, ["pin"]),  # dead
        (20, 20, {}, ["spouse.pin"]),
        (DUNG, 20, {}, ["spouse.pin"]),  # two men
        (20, 21, {"date": "2019-06-01"}, ["pin"]),  # a man of nineteen
        (20, 21, {"date": "2026-06-01"}, ["date"]),
        (DUNG, LUA, {}, ["spouse.pin"]),  # his grandmother
        (20, None, {}, ["spouse"]),
    ],
)
def test_a_marriage_that_cannot_be_is_refused(session, strangers, one, other, said, members):
    pins = {**PINS, 20: strangers[0], 21: strangers[1]}
    spouse = pins[other] if other else {}
    assert set(refused(lambda: marry(session, pins[one], spouse, **said))) == set(members)


def grown(session, name, sex, citizen_id, **parents):
    """Somebody grown up with these parents on record."""
    born = citizen(citizen_id, name, "1990-01-01", sex)
    session.add(born)
    session.flush()
    session.add_all(
        m.Kinship(citizen_id=citizen_id, kind=kind, relative_id=one)
        for kind, one in parents.items()
    )
    session.flush()
    return born.pin


def test_near_kin_and_kin_by_marriage_may_not_marry(session):
    old = {"birth_year": 1960}
    people(session, citizen(30, "Lê Văn Tổ", "1930", "M"), citizen(31, "Lê Văn Bá", "1955", "M"))
    people(session, citizen(32, "Lê Thị Cô", "1957", "F"), citizen(33, "Vũ Thị Kế", "1960", "F"))
    session.add_all(m.Kinship(citizen_id=one, kind="father", relative_id=30) for one in (31, 32))
    wed = {"kind": "spouse", "from_date": dt.date(1999, 1, 1), "to_date": TODAY}
    session.add(m.Kinship(citizen_id=31, relative_id=33, end_reason="divorce", **wed))
    session.add(m.Kinship(citizen_id=33, relative_id=31, end_reason="divorce", **wed))
    session.execute(update(m.Citizen).where(m.Citizen.id.in_([31, 33])).values(**old))
    session.flush()
    son = grown(session, "Lê Văn Con", "M", 34, father=31)
    niece = grown(session, "Phạm Thị Cháu", "F", 35, mother=32)
    stepmother = session.get(m.Citizen, 33).pin
    aunt = session.get(m.Citizen, 32).pin
    for other in (niece, aunt, stepmother):
        assert refused(lambda pin=other: marry(session, son, pin)) == ["spouse.pin"]
        assert refused(lambda pin=other: marry(session, pin, son)) == ["spouse.pin"]


def test_a_divorce_ends_the_marriage_for_both(session):
    tell(session, "divorce", pin=PINS[BINH], judgment="TAND Ba Đình 12/2025", date="2025-12-31")
    assert [read(session, who, "marital_status") for who in (AN, BINH)] == ["divorced"] * 2
    ended = spouse_rows(session, AN, BINH)
    assert ended == [(AN, NEW_YEARS_EVE, "divorce"), (BINH, NEW_YEARS_EVE, "divorce")]
    assert relationships(session)[BINH] == "99"  # no wife of the head any more
    assert {one.kind for who in (AN, BINH) for one in history.of(session, who)} == {"divorce"}


@pytest.mark.parametrize(
    ("who", "said", "members"),
    [
        (DUNG, {}, ["pin"]),
        (EM, {}, ["pin"]),
        (AN, {"date": "2010-10-09"}, ["date"]),
        (AN, {"pin": "900000000000"}, ["pin"]),
    ],
)
def test_a_divorce_that_cannot_be_is_refused(session, who, said, members):
    whole = {"pin": PINS[who], "judgment": "TAND 1/2026", **said}
    assert refused(lambda: tell(session, "divorce", **whole)) == members


def test_a_couple_is_divorced_once_in_a_file(session):
    rows = [{"pin": PINS[who], "judgment": "TAND 1/2026"} for who in (AN, BINH)]
    found = refused(lambda: events.apply_all(session, "divorce", rows, report()))
    assert set(found) == {"rows[1].pin"}
