"""Putting a citizen on record for the first time."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.platform.errors import DancuError
from app.registry import events, fields, history, lookup
from app.registry import models as m
from app.registry.reporting import drawing
from tests.registry.country import AN, BINH, CHI, TODAY

NOW = dt.datetime(2026, 11, 1, 8, 30, tzinfo=dt.UTC)
LUA_PIN = "901150000004"
AN_PIN, BINH_PIN, CHI_PIN, EM_PIN = "936080000001", "901185000002", "901312000003", "901181000006"
HERE = {"unit": "00004", "detail": "12 ngõ 5 Hàng Bún"}


def report(**changed):
    return events.Report(
        **{
            "today": TODAY,
            "now": NOW,
            "seed": 1,
            "pin_style": "reserved",
            "reported_by": "người vận hành",
            "reason": "sinh con",
            **changed,
        }
    )


def newborn(**said):
    return {
        "name": "Nguyễn Văn Khôi",
        "sex": "M",
        "birth_date": "2025-12-30",
        "registration_place": {"unit": "00004"},
        **said,
    }


def register(session, **said):
    return events.apply(session, "registration", newborn(**said), report())


def refused(call, *args, code="life-event-refused"):
    """The members at fault."""
    with pytest.raises(DancuError) as caught:
        call(*args)
    assert caught.value.code == code
    return [param.name for param in caught.value.params]


def objections(session, **said):
    return refused(lambda: register(session, **said))


def read(session, citizen_id, *names):
    values = fields.read(session, [citizen_id], names, TODAY)[0]
    return values[names[0]] if len(names) == 1 else values


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
        household={"place": HERE, "house_id": "HN-1"},
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


def test_a_surname_that_is_neither_parents_needs_a_reason(session):
    kin = {"father": {"pin": AN_PIN}, "mother": {"pin": BINH_PIN}}
    assert register(session, **kin, name="Đỗ Văn Khôi")
    assert register(session, **kin, name="Lý Văn Khôi", surname_note="họ của mẹ nuôi")


@pytest.mark.parametrize(
    ("household", "members"),
    [
        ({"member": AN_PIN, "relationship": "01"}, ["household.relationship"]),
        ({"member": AN_PIN, "relationship": "55"}, ["household.relationship"]),
        ({"file_number": "999999999999", "relationship": "04"}, ["household"]),
        ({"member": EM_PIN, "relationship": "04"}, ["household"]),  # she is in none
        ({"relationship": "04"}, ["household"]),
        ({"place": {"unit": "01", "detail": "1 Lê Lợi"}}, ["household.place.unit"]),
        ({"place": {"unit": "00004"}}, ["household.place.detail"]),
        ({"place": {"detail": "1 Lê Lợi"}}, ["household.place.unit"]),
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
        ({"place": {"country": "LA"}}, "place.detail"),
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


def test_a_registration_is_recorded_with_all_that_came_into_being(session):
    circumstances = report(
        officer="CA-001", documents=("Giấy chứng sinh",), occurred_on=dt.date(2025, 12, 30)
    )
    said = newborn(mother={"pin": BINH_PIN}, household={"member": AN_PIN, "relationship": "04"})
    applied = events.apply(session, "registration", said, circumstances)
    (event,) = history.of(session, applied.citizen_id)
    assert event.id == applied.event_id
    assert (event.kind, event.officer, event.documents) == (
        "registration",
        "CA-001",
        ("Giấy chứng sinh",),
    )
    assert (event.occurred_on, event.recorded_on) == (dt.date(2025, 12, 30), TODAY)
    assert event.recorded_at.replace(tzinfo=dt.UTC) == NOW
    made = [(change.table_name, change.field, change.old_value) for change in event.changes]
    assert made == [
        ("citizen", "id", None),
        ("household_member", "id", None),
        ("residence", "id", None),
        ("kinship", "id", None),
    ]
    assert event.changes[0].row_id == event.changes[0].new_value == str(applied.citizen_id)
    stored = session.scalar(select(m.LifeEvent.payload).where(m.LifeEvent.id == applied.event_id))
    assert stored == said


def file(*rows):
    return [newborn(**row) for row in rows]


def test_a_row_of_a_file_may_name_somebody_of_an_earlier_row(session):
    rows = file(
        {
            "name": "Trần Thị Mẹ",
            "sex": "F",
            "birth_date": "1995-01-01",
            "pin": "901195500001",
            "household": {"place": HERE},
        },
        {
            "name": "Trần Văn Con",
            "mother": {"pin": "901195500001"},
            "household": {"member": "901195500001", "relationship": "04"},
        },
    )
    mother, child = events.apply_all(session, "registration", rows, report())
    assert read(session, child.citizen_id, "mother").pin == mother.pin
    members = read(session, mother.citizen_id, "household_members")
    assert [member.relationship.code for member in members] == ["01", "04"]


def test_a_file_is_entered_whole_or_not_at_all(session):
    rows = file({}, {"birth_date": "1899"}, {"phone": "1", "email": "x"})
    before = session.scalar(select(func.count()).select_from(m.Citizen))
    found = refused(lambda: events.apply_all(session, "registration", rows, report()))
    assert found == ["rows[1].birth_date", "rows[2].phone", "rows[2].email"]
    assert session.scalar(select(func.count()).select_from(m.Citizen)) == before


def test_a_file_does_not_give_one_number_or_one_headship_twice(session):
    rows = file({"pin": "901225500001"}, {"pin": "901225500001"})
    assert refused(lambda: events.apply_all(session, "registration", rows, report())) == [
        "rows[1].pin"
    ]
    head = {"file_number": "010000000002", "relationship": "01"}
    rows = file({"household": head}, {"household": head})
    found = refused(lambda: events.apply_all(session, "registration", rows, report()))
    assert found == ["rows[0].household.relationship", "rows[1].household.relationship"]


def test_many_rows_take_no_more_statements_than_few(session, statements):
    def entered(count):
        statements.clear()
        child = {
            "mother": {"pin": BINH_PIN},
            "household": {"member": AN_PIN, "relationship": "04"},
            "old_numbers": [],
        }
        events.apply_all(session, "registration", file(*[child] * count), report())
        return len(statements)

    entered(1)  # reference tables are read once
    assert entered(300) <= entered(2) + 8  # long inserts are sent in parts


@pytest.mark.parametrize(
    ("said", "member"),
    [
        ({"shoe_size": 43}, "shoe_size"),
        ({"birth_date": "2025-02-30"}, "birth_date"),
        ({"birth_date": "30/12/2025"}, "birth_date"),
        ({"birth_date": 2025}, "birth_date"),
        ({"sex": "male"}, "sex"),
        ({"name": 5}, "name"),
        ({"name": {"given": "An", "middle": 5}}, "name.middle"),
        ({"household": {"place": 5}}, "household.place"),
        ({"household": {"member": AN_PIN}}, "household.relationship"),
        ({"household": 5}, "household"),
        ({"pin": "123"}, "pin"),
        ({"other_name": "T\x00ý"}, "other_name"),
        ({"death_date": 0}, "death_date"),
        ({"registration_place": {"unit": "1"}}, "registration_place.unit"),
        ({"registration_place": None}, "registration_place"),
        ({"guardians": [{"pin": AN_PIN}] * 5}, "guardians"),
    ],
)
def test_a_report_that_is_not_in_its_form_is_malformed(session, said, member):
    found = refused(lambda: register(session, **said), code="life-event-malformed")
    assert found == [member]


def test_malformed_rows_are_named(session):
    rows = file({}, {"sex": "x"})
    found = refused(
        lambda: events.apply_all(session, "registration", rows, report()),
        code="life-event-malformed",
    )
    assert found == ["rows[1].sex"]


def test_an_objection_never_repeats_what_was_said(session):
    with pytest.raises(DancuError) as caught:
        register(session, name="Bí Mật 007", phone="0bimat", email="bimat@thu.vn")
    told = f"{caught.value} {caught.value.params}".lower()
    assert "mật" not in told
    assert "bimat" not in told


def test_there_are_only_the_declared_events(session):
    assert {"registration", "correction"} <= set(events.kinds())
    assert (
        refused(
            lambda: events.apply(session, "ascension", {}, report()), code="life-event-unknown"
        )
        == []
    )


def test_a_file_has_its_limit(session, monkeypatch):
    monkeypatch.setattr(events, "MOST_ROWS", 1)
    found = refused(
        lambda: events.apply_all(session, "registration", file({}, {}), report()),
        code="life-event-file-too-long",
    )
    assert found == []


def test_every_event_says_what_it_is_in_both_languages():
    for event in events.kinds().values():
        assert event.title_vi
        assert event.title_en
        assert event.law
        assert event.reporters
        assert event.documents
        assert event.payload.model_json_schema()["additionalProperties"] is False


@pytest.mark.parametrize("who", [AN, BINH, CHI])
def test_people_the_generator_made_have_no_events(session, who):
    assert history.of(session, who) == []


def test_nobody_joins_a_household_that_was_closed(session):
    home = session.get(m.Household, 2)
    home.to_date = dt.date(2025, 12, 31)
    session.flush()
    joined = {"file_number": "010000000002", "relationship": "17"}
    assert objections(session, household=joined) == ["household"]


@pytest.mark.parametrize("stem", ["901225"])
def test_where_hardly_a_number_is_free_one_must_be_given(session, monkeypatch, stem):
    monkeypatch.setattr(drawing, "PERSONA_BLOCK", 2)  # two numbers a province, sex and year
    monkeypatch.setattr(drawing, "_EVEN", 2)
    given = {f"{stem}{serial:06d}" for serial in range(2)}
    for pin in sorted(given):
        register(session, pin=pin)
    assert objections(session) == ["pin"]
    born = {"pin": LUA_PIN, "sex": "M", "birth_date": "2025-12-30"}
    assert lookup.find(session, min(given)).only
    found = refused(lambda: events.apply(session, "correction", born, report()))
    assert "new_pin" in found


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(["2025-12-30", "VN"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MEMBERS = sorted(events.kinds()["registration"].payload.model_fields)


@given(member=st.sampled_from(MEMBERS), value=JSON)
@settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_sent_is_registered_or_refused_with_a_reason(session, member, value):
    told = None
    try:
        register(session, **{member: value})
    except DancuError as error:
        told = error
    session.rollback()
    if told is not None:
        assert told.code in {"life-event-malformed", "life-event-refused"}
        assert {param.name.split(".")[0] for param in told.params} <= set(MEMBERS)
        assert told.params
