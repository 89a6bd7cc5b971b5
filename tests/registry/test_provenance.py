"""Who supplied a field: a life event's reporter, or the register that it came from at first."""

from __future__ import annotations

import datetime as dt

import pytest

from app.registry import events, provenance
from app.registry.fields import FIELDS
from tests.registry.country import AN, BINH, CHI, LUA, TODAY
from tests.registry.plans import each_reads_by_index
from tests.registry.registering import (
    AN_PIN,
    BINH_PIN,
    CHI_PIN,
    HERE,
    newborn,
    register,
    report,
)


def of(session, citizen_id, *names):
    return list(provenance.of(session, citizen_id, names).values())


def sources(session, citizen_id, *names):
    return [found.source for found in of(session, citizen_id, *names)]


def happen(session, kind, said, **changed):
    return events.apply(session, kind, said, report(**changed)).event_id


def test_every_field_of_a_new_world_has_a_register(session):
    found = provenance.of(session, AN, FIELDS)
    assert list(found) == list(FIELDS)
    assert {each.event_id for each in found.values()} == {None}
    assert found["full_name"] == (
        "bca",
        "census",
        "Phiếu thu thập thông tin dân cư (DC01)",
        "Population collection form (DC01)",
        dt.date(2021, 7, 1),
        None,
        (),
    )
    assert found["old_numbers"].source == "card"
    assert found["spouse"].supplied_by == "btp"
    assert found["permanent_residence"].source == "residence"
    assert found["phone"].source == "contact"


def test_who_came_on_record_by_an_event_is_known_by_it(session):
    child = register(session)
    said = of(session, child.citizen_id, "full_name", "pin", "birth_date")
    assert {each.event_id for each in said} == {child.event_id}


@pytest.mark.parametrize(
    ("born", "source", "on"),
    [
        ((2021, 6, 30), "census", provenance.OPENED),
        ((2021, 7, 1), "birth_registration", dt.date(2021, 7, 1)),
        ((1950, None, None), "census", provenance.OPENED),
    ],
)
def test_a_birth_is_dated_by_its_registration_or_by_the_opening(session, born, source, on):
    session.connection().exec_driver_sql(
        "UPDATE citizen SET birth_year = {}, birth_month = {}, birth_day = {} WHERE id = 1".format(
            *("NULL" if part is None else part for part in born)
        )
    )
    [found] = of(session, AN, "birth_date")
    assert (found.source, found.on) == (source, on)


def test_a_correction_is_supplied_by_who_reported_it_and_only_what_it_changed(session):
    later = TODAY + dt.timedelta(days=2)
    event_id = happen(
        session,
        "correction",
        {"pin": AN_PIN, "name": "Nguyễn Văn Bốn", "remarks": "ghi chú"},
        today=later,
        reported_by="H26",
        documents=("trích lục",),
    )
    name, remarks, sex = of(session, AN, "full_name", "remarks", "sex")
    assert name == (
        "H26",
        "correction",
        events.kinds()["correction"].title_vi,
        events.kinds()["correction"].title_en,
        later,
        event_id,
        ("trích lục",),
    )
    assert remarks == name
    assert sex.source == "census"


def test_the_last_event_counts(session):
    happen(session, "correction", {"pin": AN_PIN, "remarks": "một"})
    second = happen(session, "correction", {"pin": AN_PIN, "remarks": "hai"})
    assert of(session, AN, "remarks")[0].event_id == second


def test_a_move_is_about_the_residence_of_its_kind(session):
    happen(session, "permanent-move", {"pin": CHI_PIN, "household": {"place": HERE}})
    assert sources(
        session,
        CHI,
        "permanent_residence",
        "current_residence",
        "residence_history",
        "temporary_residence",
        "absence",
        "residence_file_number",
    ) == [
        "permanent-move",
        "permanent-move",
        "permanent-move",
        "residence",
        "residence",
        "permanent-move",
    ]


def test_kin_is_supplied_for_both_and_the_household_for_all_in_it(session):
    born = events.apply(
        session,
        "birth",
        newborn(mother={"pin": BINH_PIN}, father={"pin": AN_PIN}),
        report(),
    )
    assert sources(session, born.citizen_id, "mother", "father", "children") == [
        "birth",
        "birth",
        "civil_status",
    ]
    assert sources(session, BINH, "children", "mother", "spouse") == [
        "birth",
        "civil_status",
        "civil_status",
    ]
    assert sources(session, LUA, "children") == ["civil_status"]


def test_a_father_who_was_corrected_away_is_told_of_it(session):
    event_id = happen(session, "correction", {"pin": CHI_PIN, "father": None})
    assert [each.event_id for each in of(session, AN, "children", "wards")] == [event_id, None]
    assert of(session, CHI, "father")[0].event_id == event_id


def test_who_joins_changes_the_household_of_all_but_nobody_elses_place_in_it(session):
    happen(
        session,
        "registration",
        newborn(household={"member": AN_PIN, "relationship": "13"}),
    )
    assert sources(session, AN, "household_members", "relationship_to_head") == [
        "registration",
        "residence",
    ]


def test_it_is_read_by_index_in_few_statements(session, statements):
    happen(session, "correction", {"pin": AN_PIN, "remarks": "ghi chú"})
    statements.clear()
    with each_reads_by_index(session):
        provenance.of(session, AN, FIELDS)
    assert len([one for one in statements if one.startswith("SELECT")]) < 10
