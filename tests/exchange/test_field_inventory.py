"""What agencies hold and want: the survey as it was, and as it goes on."""

from __future__ import annotations

import pytest

from app.exchange import agencies, field_inventory
from app.exchange.field_inventory import Named, Submission
from app.exchange.presets import preset
from tests.exchange.people import TODAY


def submission(*items, complete=False, officer="cb-1"):
    return Submission(items=items, complete=complete, officer=officer, on=TODAY)


@pytest.fixture
def told(world):
    def report():
        with world.session() as session:
            return field_inventory.report(session)

    return report


def test_the_survey_begins_as_it_was_reported(told):
    """Of sixteen ministries two had answered whole, nine in part, five not at all."""
    report = told()
    assert report.agencies == 16
    assert report.by_state == {"none": 5, "partial": 9, "complete": 2}
    assert len(report.inventories) == 16
    assert all(bool(one.items) == (one.state != "none") for one in report.inventories)
    kinds = {row["slug"]: row["kind"] for row in preset.made_for(TODAY).agencies}
    assert {kinds[one.agency] for one in report.inventories} == {"ministry"} | {"central"} & {
        kinds[one.agency] for one in report.inventories
    }


def test_a_submission_takes_the_place_of_what_is_there(world, told):
    with world.session() as session:
        byt = agencies.find(session, "byt").id
        before = field_inventory.of_agency(session, byt)
    assert (before.state, before.on) == ("partial", None)
    said = (
        Named(field="health_record", holds=True, wants=False),
        Named(field="pin", holds=False, wants=True),
        Named(field="school_record", holds=True, wants=True),
    )
    for complete, state in ((False, "partial"), (True, "complete")):
        world.writer.submit(
            lambda session, complete=complete: field_inventory.submit(
                session, byt, submission(*said, complete=complete)
            )
        )
        with world.session() as session:
            found = field_inventory.of_agency(session, byt)
        assert (found.state, found.on, found.submitted_by) == (state, TODAY, "cb-1")
        assert sorted(found.items, key=lambda one: one.field) == sorted(
            said, key=lambda one: one.field
        )
    assert told().by_state == {"none": 5, "partial": 8, "complete": 3}
    lines = {line.field: line for line in told().fields}
    assert lines["school_record"].held_by == ("bgddt", "byt")
    assert (lines["school_record"].scattered, lines["school_record"].gap) == (True, False)
    assert "byt" not in lines.get("blood_type", lines["pin"]).held_by


def test_what_is_wanted_and_held_by_nobody_is_a_gap(told):
    gaps = [line.field for line in told().fields if line.gap]
    assert "income" in gaps
    assert "pin" not in gaps


def test_an_agency_that_is_not_asked_may_answer_too(world, told):
    with world.session() as session:
        bank = agencies.find(session, "vib").id
        assert field_inventory.of_agency(session, bank).state == "none"
    world.writer.submit(lambda session: field_inventory.submit(session, bank, submission()))
    report = told()
    assert (report.agencies, report.inventories[-1].agency) == (17, "vib")
    assert report.by_state["partial"] == 10
