"""Correcting what is on record."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import delete, select, update

from app.matching.dates import PartialDate
from app.registry import events, fields, history, lookup, search
from app.registry import models as m
from app.registry.reporting import checks, facts, recording
from app.registry.search import Criteria
from tests.registry.country import AN, BINH, CHI, DUNG, EM, GIANG, LUA, TODAY, citizen
from tests.registry.plans import each_reads_by_index
from tests.registry.test_registration import (
    AN_PIN,
    BINH_PIN,
    CHI_PIN,
    EM_PIN,
    refused,
    report,
)

ABROAD = {"country": "LA", "detail": "1 Lane Xang, Vientiane"}
ENDED = {
    "place": {"unit": "00004", "era": "2025", "detail": "12 ngõ 5 Hàng Bún"},
    "from_date": "2025-07-02",
    "to_date": "2026-01-01",
}
LUA_PIN, DUNG_PIN, GIANG_PIN = "901150000004", "901203000005", "901213000007"
PINS = {AN: AN_PIN, BINH: BINH_PIN, CHI: CHI_PIN, EM: EM_PIN, LUA: LUA_PIN, DUNG: DUNG_PIN}


def correct(session, who, **said):
    pin = PINS.get(who, GIANG_PIN)
    return events.apply(session, "correction", {"pin": pin, **said}, report())


def objections(session, who, **said):
    return refused(lambda: correct(session, who, **said))


def read(session, citizen_id, *names):
    values = fields.read(session, [citizen_id], names, TODAY)[0]
    return values[names[0]] if len(names) == 1 else values


def changes(session, citizen_id):
    """What the last event changed, as (table, field, old, new)."""
    latest = history.of(session, citizen_id)[0]
    return [(c.table_name, c.field, c.old_value, c.new_value) for c in latest.changes]


def test_a_corrected_name_is_found_under_its_new_key_and_the_old_one_is_kept(session):
    applied = correct(session, CHI, name="Nguyễn Ngọc Chí")
    assert applied.pin == CHI_PIN  # a name is not in the number
    assert read(session, CHI, "full_name", "given_name") == {
        "full_name": "Nguyễn Ngọc Chí",
        "given_name": "Chí",
    }
    assert changes(session, CHI) == [
        ("citizen", "given_name", "Chi", "Chí"),
        ("citizen", "full_name", "Nguyễn Ngọc Chi", "Nguyễn Ngọc Chí"),
    ]
    correct(session, CHI, name="Nguyễn Gia Chí")
    named = Criteria(full_name="nguyen gia chi", birth_date=PartialDate(2012))
    assert [found.id for found in search.find(session, named, today=TODAY).items] == [CHI]


def test_a_day_of_birth_that_is_completed_leaves_the_number(session):
    applied = correct(session, LUA, birth_date="1950-03-08")
    assert applied.pin == LUA_PIN
    assert read(session, LUA, "birth_date") == "1950-03-08"
    assert changes(session, LUA) == [
        ("citizen", "birth_month", None, "3"),
        ("citizen", "birth_day", None, "8"),
    ]


def test_a_corrected_birth_year_establishes_the_number_anew(session):
    applied = correct(session, LUA, birth_date="1949")
    assert applied.pin.startswith("901149")
    assert applied.pin != LUA_PIN
    hit = lookup.find(session, LUA_PIN).only
    assert (hit.citizen_id, hit.via, hit.pin) == (LUA, "superseded", applied.pin)
    (cancelled,) = read(session, LUA, "superseded_pins")
    assert (cancelled.pin, cancelled.superseded_on, cancelled.reason) == (
        LUA_PIN,
        TODAY,
        "birth_year_corrected",
    )
    assert ("citizen", "pin", LUA_PIN, applied.pin) in changes(session, LUA)


def test_a_redetermined_sex_establishes_the_number_anew(session):
    applied = correct(session, DUNG, sex="F")
    assert applied.pin.startswith("901303")
    assert read(session, DUNG, "superseded_pins")[0].reason == "sex_reassignment"


def test_an_entry_error_may_be_named_as_the_ground(session):
    correct(session, DUNG, sex="F", ground="entry_error")
    assert read(session, DUNG, "superseded_pins")[0].reason == "entry_error"


def test_another_province_of_registration_establishes_the_number_anew(session):
    place = {"unit": "36", "era": "2004"}
    applied = correct(session, DUNG, registration_place=place)
    assert applied.pin.startswith("936203")
    assert read(session, DUNG, "superseded_pins")[0].reason == "entry_error"


def test_another_ward_of_the_same_province_leaves_the_number(session):
    applied = correct(session, DUNG, registration_place={"unit": "00006", "era": "2004"})
    assert applied.pin == DUNG_PIN


def test_a_number_that_contradicted_its_holder_may_come_to_fit_by_the_correction(session):
    session.add(citizen(8, "Lê Văn Tám", "1991-01-01", "M", pin="901090000008", number_note="sai"))
    session.flush()
    said = {"pin": "901090000008", "birth_date": "1990-01-01"}
    applied = events.apply(session, "correction", said, report())
    assert applied.pin == "901090000008"


def test_a_contradicting_number_is_replaced_on_the_ground_of_an_entry_error(session):
    session.add(citizen(8, "Lê Văn Tám", "1991-01-01", "M", pin="901090000008", number_note="sai"))
    session.flush()
    said = {"pin": "901090000008", "ground": "entry_error"}
    applied = events.apply(session, "correction", said, report())
    assert applied.pin.startswith("901091")
    assert session.get(m.Citizen, 8).number_note is None


def test_the_new_number_may_be_chosen(session):
    assert correct(session, LUA, birth_date="1949", new_pin="901149777777").pin == "901149777777"
    assert objections(session, DUNG, sex="F", new_pin="901149777777")[0] == "new_pin"  # hers
    assert objections(session, DUNG, sex="F", new_pin=LUA_PIN)[0] == "new_pin"  # was hers
    assert objections(session, DUNG, sex="F", new_pin="901203777777") == ["new_pin"]  # a man's
    assert objections(session, DUNG, phone="0971234567", new_pin="901203777777") == ["new_pin"]


def test_plain_facts_change_and_can_be_removed(session):
    correct(
        session,
        AN,
        phone=None,
        email="moi@dancu.invalid",
        religion="2",
        blood_type="A",
        nationality="US",
        other_name=None,
    )
    assert read(session, AN, "phone", "email", "blood_type", "nationality", "other_name") == {
        "phone": None,
        "email": "moi@dancu.invalid",
        "blood_type": "A",
        "nationality": "US",
        "other_name": None,
    }
    assert read(session, AN, "religion").code == "2"
    assert ("citizen", "phone", "0590000001", None) in changes(session, AN)


def test_a_nationality_is_a_countrys_or_not_determined(session):
    def wrong(**said):
        return refused(lambda: correct(session, AN, **said), code="life-event-malformed")

    assert wrong(nationality="ZZ") == ["nationality"]
    assert wrong(second_nationality="QQ") == ["second_nationality"]
    assert wrong(father={"full_name": "Ông Khoa", "nationality": "YU"}) == ["father.nationality"]
    correct(session, AN, nationality="XX")
    assert read(session, AN, "nationality") == "XX"


def test_what_is_not_said_stays(session):
    before = fields.read(session, [AN], fields.FIELDS, TODAY)[0]
    correct(session, AN, remarks="Ghi chú")
    after = fields.read(session, [AN], fields.FIELDS, TODAY)[0]
    assert after == before | {"remarks": "Ghi chú"}


def test_parents_are_corrected_added_and_removed(session):
    correct(session, AN, father={"full_name": "Nguyễn Văn Khoát"}, mother=None)
    assert read(session, AN, "father").full_name == "Nguyễn Văn Khoát"
    assert read(session, AN, "mother") is None
    removed = [change for change in changes(session, AN) if change[3] is None]
    assert ("kinship", "relative_id", str(LUA), None) in removed
    correct(session, AN, mother={"pin": LUA_PIN})
    assert read(session, AN, "mother").pin == LUA_PIN
    assert read(session, LUA, "children")[0].pin == AN_PIN


def test_a_residence_is_corrected_in_place(session):
    place = {"unit": "00006", "era": "2004", "detail": "14 Vĩnh Phúc"}
    correct(session, CHI, permanent_residence={"place": place})
    stay = read(session, CHI, "permanent_residence")
    assert stay.place.text == "14 Vĩnh Phúc, Phường Ngọc Hà, Hà Nội"
    assert stay.from_date == dt.date(2015, 3, 1)  # as it was
    assert len(read(session, CHI, "residence_history")) == 1
    found = search.find(session, Criteria(unit="00008", address="14 Vĩnh Phúc"), today=TODAY)
    assert [brief.id for brief in found.items] == [CHI]


def test_a_place_in_the_household_is_corrected(session):
    correct(session, LUA, relationship_to_head="17")
    assert read(session, LUA, "relationship_to_head").code == "17"
    assert changes(session, LUA) == [("household_member", "relationship", "07", "17")]


@pytest.mark.parametrize(("old", "new"), [(AN, BINH), (BINH, AN)])
def test_the_head_changes_in_one_file(session, old, new):
    def change(old, new):
        steps = [(old, "03" if old == AN else "02"), (new, "01")]
        rows = [{"pin": PINS[who], "relationship_to_head": as_what} for who, as_what in steps]
        return events.apply_all(session, "correction", rows, report())

    if old != AN:
        change(AN, BINH)
    change(old, new)
    assert read(session, CHI, "head_of_household").pin == PINS[new]
    assert objections(session, old, relationship_to_head="01") == ["relationship_to_head"]


def test_no_household_is_left_without_a_head(session):
    assert objections(session, AN, relationship_to_head="03") == ["relationship_to_head"]
    assert objections(session, AN, state="emigrated") == ["state"]
    rows = [{"pin": BINH_PIN, "relationship_to_head": "01"}, {"pin": AN_PIN, "state": "missing"}]
    assert refused(lambda: events.apply_all(session, "correction", rows, report())) == [
        "rows[0].relationship_to_head",
        "rows[1].missing_since",
    ]


def test_old_numbers_are_listed_whole(session):
    correct(session, AN, old_numbers=["012000001", "012000009"])
    assert [card.number for card in read(session, AN, "old_numbers")] == ["012000001", "012000009"]
    assert lookup.find(session, "162000001").hits == ()
    assert ("old_number", "issued_on", "1998-06-01", None) in changes(session, AN)
    correct(session, AN, old_numbers=[])
    assert read(session, AN, "old_numbers") == []


def test_a_wrong_state_is_corrected(session):
    correct(session, EM, state="missing", death_date=None, missing_since="2020-02-03")
    assert read(session, EM, "state", "death_date") == {"state": "missing", "death_date": None}
    correct(session, EM, state="alive", missing_since=None, state_since=None)
    assert read(session, EM, "state", "state_since") == {"state": "alive", "state_since": None}


@pytest.mark.parametrize(
    ("who", "said", "members"),
    [
        (CHI, {}, ["pin"]),
        (CHI, {"name": "Nguyễn 5"}, ["name.given"]),
        (CHI, {"name": "Lý Ngọc Chi"}, ["surname_note"]),
        (CHI, {"birth_date": "2026-02-01"}, ["birth_date"]),
        (CHI, {"birth_date": "2015-03-02"}, ["birth_date", "birth_date"]),  # lives there, a member
        (CHI, {"birth_date": "1990-01-01"}, ["birth_date", "birth_date"]),  # too old for parents
        (LUA, {"birth_date": "1970"}, ["birth_date"]),  # a child at 10
        (LUA, {"birth_date": "1923"}, ["birth_date"]),  # a child at 56
        (CHI, {"mother": {"pin": LUA_PIN}}, ["mother"]),  # who was 61
        # wed at 15, a child at 8, a card at 3, lived somewhere in 1980
        (AN, {"birth_date": "1995-01-01"}, ["birth_date"] * 4),
        (CHI, {"registration_place": {}}, ["registration_place.unit"]),
        (CHI, {"second_nationality": "VN"}, ["second_nationality"]),
        (CHI, {"relationship_to_head": "02"}, ["relationship_to_head"]),
        (CHI, {"relationship_to_head": "09"}, ["relationship_to_head"]),  # a grandmother of 13
        (AN, {"marital_status": "married", "sex": "U", "other_name": "Tèo 2"}, ["other_name"]),
        (CHI, {"mother": {"full_name": "\u0301"}}, ["mother.full_name"]),
        (CHI, {"permanent_residence": {"place": ABROAD}}, ["permanent_residence.place.country"]),
        (CHI, {"permanent_residence": ENDED}, ["permanent_residence.to_date"]),
        (CHI, {"mother": {"pin": CHI_PIN}}, ["mother"]),
        (CHI, {"mother": {"pin": AN_PIN}}, ["mother"]),
        (CHI, {"father": {"pin": "901080999999"}}, ["father.pin"]),
        (CHI, {"birth_place": {"unit": "99"}}, ["birth_place.unit"]),
        (CHI, {"ethnicity": "98"}, ["ethnicity"]),
        (CHI, {"religion": "98"}, ["religion"]),
        (CHI, {"relationship_to_head": "98"}, ["relationship_to_head"]),
        (CHI, {"relationship_to_head": "01"}, ["relationship_to_head"]),
        (EM, {"relationship_to_head": "04"}, ["relationship_to_head"]),
        (CHI, {"phone": "113"}, ["phone"]),
        (CHI, {"email": "chi@vnn.vn"}, ["email"]),
        (CHI, {"old_numbers": ["012345678"]}, ["old_numbers.0"]),
        (CHI, {"marital_status": "married"}, ["marital_status"]),
        (AN, {"marital_status": "divorced"}, ["marital_status"]),
        (CHI, {"state": "dead", "death_date": "2026-01-01"}, ["state"]),
        (CHI, {"death_date": "2025-01-01"}, ["death_date"]),
        (EM, {"death_date": "1980-01-01"}, ["death_date"]),
        (EM, {"death_date": None}, ["death_date"]),
        (EM, {"birth_date": "2021"}, ["death_date", "state_since"]),
        (
            CHI,
            {"temporary_residence": {"place": {"unit": "00004", "detail": "1 A"}}},
            ["temporary_residence"],
        ),
        (
            CHI,
            {"permanent_residence": {"place": {"unit": "01", "detail": "1 A"}}},
            ["permanent_residence.place.unit"],
        ),
    ],
)
def test_what_cannot_be_is_refused_and_named(session, who, said, members):
    assert objections(session, who, **said) == members


def test_one_person_is_not_both_parents(session):
    correct(session, CHI, father={"full_name": "Nguyễn Văn An"})
    session.execute(update(m.Citizen).where(m.Citizen.id == BINH).values(sex="U"))
    session.expire_all()
    said = {"father": {"pin": BINH_PIN}, "surname_note": "họ của ông"}
    assert objections(session, CHI, **said) == ["father"]


def test_a_guardian_was_of_age(session):
    """Bình became Giang's on 1 January 2019."""
    session.execute(delete(m.Kinship).where(m.Kinship.kind != "guardian"))
    session.execute(update(m.Citizen).where(m.Citizen.id == BINH).values(marital_status="unknown"))
    session.execute(delete(m.Residence).where(m.Residence.citizen_id == BINH))
    session.execute(delete(m.HouseholdMember).where(m.HouseholdMember.citizen_id == BINH))
    session.execute(delete(m.OldNumber))
    said = {"number_note": "số cũ"}
    assert objections(session, BINH, birth_date="2001-01-02", **said) == ["birth_date"]
    assert correct(session, BINH, birth_date="2001-01-01", **said)


def test_nothing_happened_to_anybody_before_their_birth(session):
    def enter(day):
        said = {"pin": CHI_PIN, "remarks": "x"}
        circumstances = report(occurred_on=dt.date.fromisoformat(day))
        return events.apply(session, "correction", said, circumstances)

    assert refused(lambda: enter("2012-02-28")) == ["pin"]
    assert refused(lambda: enter("1899-12-31")) == ["occurred_on"]
    assert refused(lambda: enter("0001-01-01")) == ["occurred_on"]
    assert enter("2012-02-29")


def test_a_marriage_is_judged_by_the_law_of_its_day(session):
    """Until 2014 a man might marry in his twentieth year of life."""
    session.execute(
        update(m.Kinship)
        .where(m.Kinship.end_reason == "divorce")
        .values(from_date=dt.date(1999, 4, 1))
    )
    assert objections(session, AN, birth_date="1980-04-02") == ["birth_date"]
    assert correct(session, AN, birth_date="1980-04-01")


@pytest.mark.parametrize(
    ("sex", "day", "age"),
    [
        ("M", "2014-12-31", 19),
        ("M", "2015-01-01", 20),
        ("F", "2014-12-31", 17),
        ("U", "2015-01-01", 18),
    ],
)
def test_the_lawful_age_is_full_since_2015(sex, day, age):
    assert checks.lawful_age(sex, dt.date.fromisoformat(day)) == age


def test_a_number_of_another_province_keeps_its_note(session):
    place = {"unit": "01", "era": "2004"}
    noted = {"registration_place": place, "new_pin": "936080777777", "ground": "entry_error"}
    applied = correct(session, AN, **noted, number_note="giữ mã tỉnh cũ")
    said = {"pin": applied.pin, "number_note": None}
    assert refused(lambda: events.apply(session, "correction", said, report())) == ["number_note"]


def test_an_old_number_is_shared_by_two_at_most(session):
    assert objections(session, AN, old_numbers=["271450001"]) == ["old_numbers"]
    correct(session, DUNG, old_numbers=[])
    correct(session, AN, old_numbers=["271450001"])


def test_permanent_residences_follow_one_another(session):
    place = {"unit": "00006", "era": "2004", "detail": "14 Vĩnh Phúc"}
    early = {"place": place, "from_date": "2014-03-01"}
    assert objections(session, AN, permanent_residence=early) == ["permanent_residence"]
    assert correct(session, AN, permanent_residence={**early, "from_date": "2016-03-01"})


def test_a_residence_names_the_unit_of_its_first_day(session):
    now = {"place": {"unit": "00008", "detail": "14 Vĩnh Phúc"}}
    assert objections(session, CHI, permanent_residence=now) == ["permanent_residence.place.era"]
    assert correct(session, CHI, permanent_residence={**now, "from_date": "2025-07-01"})


def test_a_parents_name_is_corrected_after_the_childs(session):
    correct(session, BINH, name="Lý Thị Bình")  # the daughter has her father's
    assert objections(session, AN, name="Lê Văn An") == ["name"]
    correct(session, CHI, surname_note="họ trước khi cải chính của cha")
    correct(session, DUNG, surname_note="họ trước khi cải chính của cha")
    correct(session, AN, name="Lê Văn An")


def test_a_surname_that_is_no_parents_needs_a_reason(session):
    correct(session, CHI, name="Lý Ngọc Chi", surname_note="con nuôi")
    assert read(session, CHI, "family_name") == "Lý"


def test_nobody_is_corrected_by_a_number_nobody_has_now(session):
    for pin in ("901080999999", "936180000001"):  # unknown; superseded
        said = {"pin": pin, "phone": "0971234567"}
        found = refused(lambda: events.apply(session, "correction", said, report()))  # noqa: B023
        assert found == ["pin"]


@pytest.mark.parametrize("member", ["name", "sex", "birth_date", "religion", "registration_place"])
def test_what_nobody_is_without_cannot_be_removed(session, member):
    found = refused(lambda: correct(session, CHI, **{member: None}), code="life-event-malformed")
    assert {name.split(".")[0] for name in found} == {member}


def test_a_file_corrects_each_person_once(session):
    rows = [{"pin": CHI_PIN, "blood_type": "A"}, {"pin": CHI_PIN, "blood_type": "B"}]
    found = refused(lambda: events.apply_all(session, "correction", rows, report()))
    assert found == ["rows[1].pin"]
    assert read(session, CHI, "blood_type") is None  # the first row has no effect either
    assert history.of(session, CHI) == []


def test_a_file_corrects_many_at_once(session):
    rows = [{"pin": pin, "remarks": f"dòng {who}"} for who, pin in PINS.items()]
    applied = events.apply_all(session, "correction", rows, report())
    assert [one.citizen_id for one in applied] == list(PINS)
    notes = session.scalars(select(m.Citizen.remarks).where(m.Citizen.id.in_(PINS)))
    assert set(notes) == {f"dòng {who}" for who in PINS}


def test_no_correction_reads_a_whole_table(session):
    correct(session, AN, remarks="để đọc danh mục trước")  # reference tables are read once, whole
    with each_reads_by_index(session):
        facts.read(session, [facts.Wanted(subjects=frozenset(PINS.values()))], recording.NUMBERED)


def test_history_is_told_latest_first(session):
    correct(session, CHI, blood_type="A")
    correct(session, CHI, blood_type="B")
    told = history.of(session, CHI)
    assert [event.changes[0][3:] for event in told] == [("A", "B"), (None, "A")]
    assert told[0].id > told[1].id


def test_a_correction_that_says_what_is_on_record_changes_nothing(session):
    correct(session, CHI, sex="F", birth_date="2012-02-29")
    assert changes(session, CHI) == []


def test_who_came_from_abroad_keeps_the_province_of_the_number(session):
    session.add(citizen(8, "Lê Văn Tám", "1991-01-01", "M", registration_unit_id=None))
    session.flush()
    said = {"pin": "901091000008", "birth_date": "1990-01-01"}
    assert events.apply(session, "correction", said, report()).pin.startswith("901090")


def test_nobodys_history_is_empty(session):
    assert history.of(session, GIANG) == []
