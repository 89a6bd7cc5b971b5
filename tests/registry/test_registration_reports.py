"""How registrations are reported: one or a file, recorded whole, refused with the reason."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.platform.errors import DancuError
from app.registry import events, history, lookup
from app.registry import models as m
from app.registry.reporting import drawing
from tests.registry.country import AN, BINH, CHI, TODAY
from tests.registry.registering import (
    AN_PIN,
    BINH_PIN,
    HERE,
    LUA_PIN,
    NOW,
    newborn,
    objections,
    read,
    refused,
    register,
    report,
)


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
        ({"state_since": "86400"}, "state_since"),  # seconds since 1970 to Pydantic
        ({"registration_place": {"unit": "1"}}, "registration_place.unit"),
        ({"registration_place": None}, "registration_place"),
        ({"guardians": [{"pin": AN_PIN}] * 5}, "guardians"),
        ({"nationality": "ZZ"}, "nationality"),
        ({"nationality": "vn"}, "nationality"),
        ({"nationality": "VNM"}, "nationality"),
        ({"second_nationality": "XX"}, "second_nationality"),  # whoever has two knows both
        ({"birth_place": {"country": "SU", "detail": "Kiev"}}, "birth_place.country"),
        ({"mother": {"full_name": "Anna", "nationality": "UK"}}, "mother.nationality"),
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


def test_nothing_is_reported_that_is_still_to_happen(session):
    def enter(day):
        said = newborn(household={"place": HERE})
        return events.apply(session, "registration", said, report(occurred_on=day))

    assert refused(lambda: enter(TODAY + dt.timedelta(1))) == ["occurred_on"]
    before_birth = dt.date(2025, 12, 29)
    assert "birth_date" in refused(lambda: enter(before_birth))
    assert enter(dt.date(2025, 12, 30))


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


def test_a_kind_of_event_is_reported_for_a_purpose_there_is():
    known = events.kinds()["registration"]
    with pytest.raises(ValueError, match="unknown purpose: fun"):
        dataclasses.replace(known, purpose="fun")
