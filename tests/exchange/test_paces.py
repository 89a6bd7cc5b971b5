"""How fast a system asks, in one process and in several."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.exchange import access as accesses
from app.exchange.access import Access
from app.exchange.callers import Pace, Room, usual_pace
from app.exchange.gate import Reason
from app.exchange.paces import Paces
from app.platform import clock

BANK = "vietcombank-basic"
START = 1_800_000_000  # a multiple of a minute, and midnight nowhere


@pytest.fixture
def now(monkeypatch):
    """The clock's seconds, to be set; looks at access stay recent."""
    moment = [START]
    monkeypatch.setattr(clock, "epoch", lambda: moment[0])
    return moment


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 5)), max_size=40))
def test_no_window_lets_more_through_than_the_pace(asked):
    pace, paces = Pace(7, 10), Paces()
    let: dict[int, int] = {}
    moment = START
    for later, questions in asked:
        moment += later
        if paces.add(BANK, pace, moment, questions):
            let[moment // 10] = let.get(moment // 10, 0) + questions
        assert paces.left(BANK, pace, moment) <= 7
    assert all(count <= 7 for count in let.values())


def test_the_usual_pace_takes_twenty_minutes_for_a_quota_and_allows_a_batch():
    assert usual_pace(20_000_000) == Pace(1_000_000, 60)
    assert usual_pace(100) == Pace(1_000, 60)


def test_a_pace_is_kept_exactly_in_one_process_and_begins_anew(access, change, now):
    change(BANK, daily_quota=1_000)
    caller = with_pace(access, Pace(3, 10))
    assert [access.take(caller) for _ in range(4)] == [Room.ENOUGH] * 3 + [Room.TOO_FAST]
    assert access.left(caller)[2:] == (0, 10)
    now[0] += 10
    assert access.take(caller) is Room.ENOUGH
    assert access.left(caller).pace == 2


@pytest.mark.usefixtures("now")
def test_a_quota_is_told_before_a_pace(access, change):
    change(BANK, daily_quota=1)
    caller = with_pace(access, Pace(1, 10))
    assert [access.take(caller) for _ in range(2)] == [Room.ENOUGH, Room.NO_QUOTA]
    left = access.left(caller)
    assert left.today == 0
    assert left.today_seconds == 24 * 3600 - (START + 7 * 3600) % (24 * 3600)


def test_each_limit_is_waited_for_by_its_own_time(access, now):
    caller = with_pace(access, Pace(1, 10))
    now[0] += 4
    waits = {reason: access.wait(caller, reason) for reason in Reason}
    assert waits.pop(Reason.RATE_LIMITED) == 6
    assert waits.pop(Reason.QUOTA_EXCEEDED) == access.left(caller).today_seconds
    assert waits.pop(Reason.TOO_MANY_GUESSES) == 15 * 60 - now[0] % (15 * 60)
    assert set(waits.values()) == {None}


def test_what_another_process_was_asked_counts_after_a_look(world, access, change, now):
    change(BANK, daily_quota=1_000)
    caller = with_pace(access, Pace(1_000, 60))
    other = Access(world)
    other.poll()
    for _ in range(600):
        access.take(caller)
    world.writer.submit(lambda _: None)
    other.poll()
    assert other.left(caller).pace == 400
    now[0] += 60
    assert other.left(caller).pace == 1_000


@pytest.mark.usefixtures("now")
def test_what_came_in_a_long_time_is_of_no_window(world, access, change, monkeypatch):
    change(BANK, daily_quota=1_000)
    caller = with_pace(access, Pace(1_000, 60))
    for _ in range(600):
        access.take(caller)
    world.writer.submit(lambda _: None)
    other = Access(world)  # its first look: when those were asked is not told
    other.poll()
    assert other.left(caller).pace == 1_000
    assert other.asked_today(BANK) == 600
    for _ in range(100):
        access.take(caller)
    world.writer.submit(lambda _: None)
    slept = clock.monotonic_ns() + 2 * accesses.STALE_NS
    monkeypatch.setattr(clock, "monotonic_ns", lambda: slept)
    other.poll()
    assert other.left(caller).pace == 1_000


def test_a_system_that_is_gone_has_no_pace():
    paces = Paces()
    paces.heard({"gone": 5}, {}, START)
    assert paces.left("gone", Pace(5, 1), START) == 5


def with_pace(access, pace):
    return replace(access.snapshot().callers[BANK], pace=pace)
