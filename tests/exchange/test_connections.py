"""The life of a connection, step by step, and what keeps a system out."""

from __future__ import annotations

import datetime as dt

import pytest

from app.exchange import agencies, connections
from app.exchange import models as m
from app.exchange.callers import Pace
from app.exchange.connecting import NewAgency, NewSystem
from app.exchange.connections import Assessment, Limits, Occasion
from app.platform import clock
from app.platform.errors import ConflictError, InvalidError, NotFoundError
from tests.exchange.people import TODAY

NEW = NewSystem(client_id="vib-cards", name="Hệ thống thẻ", inspected_until=TODAY)
BY = Occasion(by="operator", today=TODAY, now=clock.now())
DAY = dt.timedelta(days=1)
GOOD = Assessment(security_level=3, inspected_on=TODAY, inspected_until=TODAY + 365 * DAY)
EIGHT = ("bct", "bgddt", "bkhdt", "bldtbxh", "bnnptnt", "byt", "ttcp", "ubdt")


@pytest.fixture
def run(world):
    """Run a function of the room in the world's writer."""

    def submit(function, *arguments, **named):
        return world.writer.submit(lambda session: function(session, *arguments, **named))

    return submit


@pytest.fixture
def requested(run):
    agency = run(agencies.find, "vib").id
    run(connections.request, agency, NEW, BY)
    return NEW.client_id


def step(run, client_id, name, reason=None, **when):
    occasion = Occasion(by="operator", today=when.get("today", TODAY), now=clock.now())
    run(connections.step, client_id, name, occasion, reason)


def seen(run, client_id, today=TODAY):
    return run(connections.find, client_id, today)


def test_a_connection_goes_from_its_request_to_its_first_exchange(run, world, access, requested):
    view = seen(run, requested)
    assert (view.state, view.refused, view.security_level) == ("requested", "not-connected", 1)
    run(connections.assess, requested, GOOD, BY, "đạt")
    assert seen(run, requested).state == "assessed"
    step(run, requested, "connect")
    view = seen(run, requested)
    assert (view.state, view.refused, view.agency) == ("connected", None, "vib")
    caller = access.poll().callers[requested]
    access.begun(caller)
    access.begun(caller)
    world.writer.submit(lambda _: None)
    assert access.poll().callers[requested].state == "exchanging"
    steps = seen(run, requested).steps
    assert [(each.step, each.from_state, each.to_state) for each in steps] == [
        ("exchange", "connected", "exchanging"),
        ("connect", "assessed", "connected"),
        ("assess", "requested", "assessed"),
        ("request", None, "requested"),
    ]
    assert [each.taken_by for each in steps] == ["exchange", "operator", "operator", "operator"]
    assert (steps[2].security_level, steps[2].inspected_on, steps[2].reason) == (3, TODAY, "đạt")


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ({"security_level": 2}, "connection-level-too-low"),
        (
            {"inspected_on": TODAY - 400 * DAY, "inspected_until": TODAY - DAY},
            "connection-inspection-lapsed",
        ),
    ],
)
def test_a_system_below_level_3_or_not_inspected_is_not_connected(run, requested, found, code):
    assessment = {
        "security_level": GOOD.security_level,
        "inspected_on": GOOD.inspected_on,
        "inspected_until": GOOD.inspected_until,
    } | found
    run(connections.assess, requested, Assessment(**assessment), BY, None)
    with pytest.raises(ConflictError) as raised:
        step(run, requested, "connect")
    assert raised.value.code == code
    assert seen(run, requested).state == "assessed"


def test_an_inspection_lapses_by_the_worlds_clock(run, requested):
    run(connections.assess, requested, GOOD, BY, None)
    step(run, requested, "connect")
    assert seen(run, requested, GOOD.inspected_until).refused is None
    later = GOOD.inspected_until + DAY
    assert seen(run, requested, later).refused == "inspection-lapsed"
    step(run, requested, "suspend", "chưa kiểm tra lại", today=later)
    with pytest.raises(ConflictError, match="connection-inspection-lapsed"):
        step(run, requested, "resume", today=later)
    again = Assessment(
        security_level=4, inspected_on=later, inspected_until=connections.usual_end(4, later)
    )
    run(connections.assess, requested, again, at(later), None)
    assert seen(run, requested, later).state == "suspended"
    step(run, requested, "resume", today=later)
    view = seen(run, requested, later)
    assert (view.state, view.state_reason, view.refused) == ("connected", None, None)


def at(day):
    return Occasion(by="operator", today=day, now=clock.now())


@pytest.mark.parametrize("name", ["connect", "suspend", "resume"])
def test_steps_are_taken_in_order(run, requested, name):
    with pytest.raises(ConflictError) as raised:
        step(run, requested, name)
    assert raised.value.code == "connection-step-invalid"
    assert "requested" in raised.value.detail("en")


def test_what_the_preset_suspended_is_resumed_once_it_is_secure(run, access):
    view = seen(run, "bct-legacy")
    assert (view.state, view.refused, view.steps) == ("suspended", "connection-suspended", ())
    with pytest.raises(ConflictError, match="connection-level-too-low"):
        step(run, "bct-legacy", "resume")
    run(connections.assess, "bct-legacy", GOOD, BY, None)
    step(run, "bct-legacy", "resume", "đã khắc phục")
    assert access.poll().callers["bct-legacy"].state == "exchanging"
    step(run, "bct-legacy", "suspend", "sự cố")
    assert access.poll().callers["bct-legacy"].state_reason == "sự cố"


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"security_level": 6}, ["security_level"]),
        ({"inspected_on": TODAY + DAY, "inspected_until": TODAY}, None),
        ({"inspected_until": TODAY - DAY}, ["inspected_until"]),
    ],
)
def test_an_assessment_is_what_can_have_been_found(run, requested, changed, names):
    said = {"security_level": 3, "inspected_on": TODAY, "inspected_until": TODAY} | changed
    with pytest.raises(InvalidError) as raised:
        run(connections.assess, requested, Assessment(**said), BY, None)
    assert raised.value.code == "connection-assessment-invalid"
    assert [one.name for one in raised.value.params] == (
        names or ["inspected_on", "inspected_until"]
    )


def test_a_new_agency_asks_through_the_operator(run):
    agency = NewAgency(
        code="X98",
        slug="fintech",
        name="Ví điện tử (mô phỏng)",
        name_en="Wallet (simulated)",
        kind="enterprise",
        systems=(NEW,),
    )
    run(connections.request_first, agency, BY)
    [view] = run(connections.of_agency, "X98", TODAY)
    assert (view.client_id, view.state, view.agency) == ("vib-cards", "requested", "fintech")
    with pytest.raises(ConflictError, match="agency-taken"):
        run(connections.request_first, agency, BY)


def test_who_is_not_there_is_said_so(run):
    for take in (
        lambda: run(connections.find, "no-such", TODAY),
        lambda: run(connections.assess, "no-such", GOOD, BY, None),
        lambda: step(run, "no-such", "connect"),
        lambda: run(connections.limit, "no-such", Limits(daily_quota=1)),
    ):
        with pytest.raises(NotFoundError, match="agency-unknown"):
            take()


def test_limits_are_set_and_taken_back(run, access):
    run(connections.limit, "viettel", Limits(daily_quota=50_000, pace=Pace(5, 2)))
    caller = access.poll().callers["viettel"]
    assert (caller.daily_quota, caller.pace) == (50_000, Pace(5, 2))
    assert seen(run, "viettel").pace == Pace(5, 2)
    run(connections.limit, "viettel", Limits(pace=Pace(6, 3)))
    assert access.poll().callers["viettel"].pace == Pace(6, 3)
    run(connections.limit, "viettel", Limits())
    caller = access.poll().callers["viettel"]
    assert (caller.daily_quota, caller.pace) == (50_000, Pace(2_500, 60))
    assert seen(run, "viettel").pace == caller.pace


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (Limits(daily_quota=-1), "daily_quota"),
        (Limits(pace=Pace(0, 1)), "questions"),
        (Limits(pace=Pace(1, 3_601)), "seconds"),
    ],
)
def test_limits_are_possible_ones(run, limits, name):
    with pytest.raises(InvalidError) as raised:
        run(connections.limit, "viettel", limits)
    assert [one.name for one in raised.value.params] == [name]


def test_a_state_that_the_operator_put_is_in_the_history(run):
    run(connections.note_put, "viettel", ("exchanging", "suspended"), BY, "thử")
    [noted] = seen(run, "viettel").steps
    assert (noted.step, noted.reason) == ("put", "thử")


def test_21_of_the_100_systems_of_state_agencies_fail_as_was_reported(exchange_reader):
    """As the seeds have it: 21 of 100 systems inspected, eight ministries named."""
    with exchange_reader.session() as session:
        kinds = connections.STATE_KINDS
        found = connections.all_of_them(session, TODAY, kinds=kinds)
        everybody = connections.all_of_them(session, TODAY)
        suspended = connections.all_of_them(session, TODAY, state="suspended")
    summary = connections.summary(found)
    assert (summary.systems, summary.failing) == (100, 21)
    assert set(summary.by_reason) == {
        "connection-suspended",
        "inspection-lapsed",
        "security-level",
    }
    assert sum(summary.by_reason.values()) == 21
    ministries = {view.agency for view in found if view.kind in {"ministry", "central"}}
    assert sorted(set(summary.agencies) & ministries) == sorted(EIGHT)
    assert connections.summary(everybody).failing == 21
    assert {view.state for view in suspended} == {"suspended"}


def test_the_first_answer_of_a_system_that_is_not_connected_changes_nothing(world, access):
    access.begun(access.snapshot().callers["viettel"])
    world.writer.submit(lambda _: None)
    with world.session() as session:
        assert session.query(m.ConnectionEvent).count() == 0
