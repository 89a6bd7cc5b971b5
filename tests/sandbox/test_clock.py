"""The clock and the population that lives: the same however it is advanced, and always sound."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.identity.models import CardEvent
from app.platform import clock as real
from app.platform import errors
from app.platform.settings import Settings
from app.platform.worlds import Worlds, WorldSpec
from app.registry import events, world_events
from app.registry.models import Citizen, HouseholdMember, LifeEvent
from app.sandbox import clock, exporting
from app.sandbox import worlds as lives
from app.sandbox.life import calendar
from app.sandbox.life.people import Roll
from app.sandbox.models import ComingEvent, LifeMonth
from seed.version import VERSION
from tests.support import rules

START = dt.date(2026, 1, 1)
QUARTER = dt.date(2026, 4, 1)
#: Of several examples that are worlds each, and seconds.
FEW = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
}


@contextmanager
def another(worlds, spec):
    name = f"c-{uuid.uuid4().hex[:12]}"
    lives.create(worlds, name, spec)
    try:
        yield name
    finally:
        lives.delete(worlds, name)


def state_of(worlds, name):
    """All that an advance may change, but for the real time at which it was recorded."""
    world = worlds.open(name)
    world.refresh()
    digests = dict(exporting.digest(worlds, name).tables)
    told = []
    with world.session() as session:
        for table in (LifeEvent.__table__, CardEvent.__table__):
            del digests[table.name]
            columns = [column for column in table.c if column.name != "recorded_at"]
            told += session.execute(select(*columns).order_by(table.c.id)).all()
        months = session.execute(select(LifeMonth.number).order_by(LifeMonth.number)).all()
        coming = session.execute(select(ComingEvent.__table__).order_by(ComingEvent.id)).all()
    return world.today, digests, told, months, coming


def lived(worlds, name, *days):
    """Advance to each of these days in turn, and return what there is then."""
    for day in days:
        clock.advance(worlds, name, day)
    return state_of(worlds, name)


@pytest.fixture(scope="module")
def a_quarter(worlds, small_start):
    """What three months lead to that are advanced at once."""
    with another(worlds, small_start) as name:
        return lived(worlds, name, QUARTER)


@pytest.fixture(scope="module")
def a_year(worlds, small_start):
    """A world that has lived a year, and what the advance said."""
    with another(worlds, small_start) as name:
        yield worlds.open(name), clock.advance(worlds, name, dt.date(2027, 1, 1))


def test_a_year_is_lived_and_everything_on_record_stays_sound(a_year):
    world, said = a_year
    world.refresh()
    assert (said.since, said.today, world.today) == (START, *[dt.date(2027, 1, 1)] * 2)
    assert {"birth", "death", "marriage", "permanent-move"} <= said.happened.keys()
    assert 15 < said.happened["birth"] < 45
    assert 5 < said.happened["death"] < 30
    with world.session() as session:
        rules.check(rules.read(session), world.today)
        told = session.execute(select(LifeEvent.kind, func.count()).group_by(LifeEvent.kind)).all()
        days = session.scalars(select(LifeEvent.recorded_on).order_by(LifeEvent.id)).all()
    papers = {"card", "account", "activation"}
    assert papers <= said.happened.keys()
    events_ = {kind: count for kind, count in said.happened.items() if kind not in papers}
    assert dict(map(tuple, told)) == events_
    assert days == sorted(days)
    assert START < days[0] <= days[-1] <= world.today


def test_children_live_with_their_mother_and_bear_a_parents_name(a_year):
    world, _ = a_year
    with world.session() as session:
        born = session.scalars(select(Citizen).where(Citizen.birth_year == 2026)).all()
        housed = set(session.scalars(select(HouseholdMember.citizen_id)))
    assert born
    assert all(child.id in housed and child.given_name for child in born)
    assert {child.sex for child in born} == {"M", "F"}


def test_a_year_is_twelve_months(worlds, small_start, a_year):
    world, _ = a_year
    months = [calendar.beginning(START, number) for number in range(1, 13)]
    with another(worlds, small_start) as name:
        assert lived(worlds, name, *months) == state_of(worlds, world.name)


@settings(max_examples=2, **FEW)
@given(st.lists(st.integers(1, 89), min_size=1, max_size=25))
def test_it_does_not_matter_where_a_clock_is_stopped(worlds, small_start, a_quarter, stops):
    days = sorted({START + dt.timedelta(days=stop) for stop in stops})
    with another(worlds, small_start) as name:
        assert lived(worlds, name, *days, QUARTER) == a_quarter


def test_day_by_day_is_the_same_too(worlds, small_start, a_quarter):
    days = [START + dt.timedelta(days=day) for day in range(1, 91)]
    with another(worlds, small_start) as name:
        assert lived(worlds, name, *days) == a_quarter


def test_the_databases_live_the_same_life(small_spec, postgres_url, tmp_path):
    found = []
    for url in (None, postgres_url):
        here = Worlds(Settings(home=tmp_path, database_url=url))
        with another(here, small_spec) as name:
            found.append(lived(here, name, QUARTER))
        here.close_all()
    assert found[0] == found[1]


def test_a_fork_lives_on_as_its_parent_does(worlds, small_start, a_quarter):
    with another(worlds, small_start) as name:
        clock.advance(worlds, name, dt.date(2026, 2, 10))
        fork = f"c-{uuid.uuid4().hex[:12]}"
        lives.fork(worlds, name, fork)
        assert lived(worlds, fork, QUARTER) == a_quarter
        lives.reset(worlds, fork)
        assert lived(worlds, fork, QUARTER) == a_quarter
        lives.delete(worlds, fork)


def test_what_is_read_of_those_who_changed_is_what_is_read_of_all(worlds, world_rw):
    roll = Roll()
    with world_rw.session() as session:
        roll.call(session, world_rw.today)
    clock.advance(worlds, world_rw.name, dt.date(2026, 6, 1))
    with world_rw.session() as session:
        again, anew = roll.call(session, world_rw.today), Roll().call(session, world_rw.today)
    for name in ("ids", "pin", "born", "marital", "home", "spouse", "wed", "mother", "last_birth"):
        assert (getattr(again, name) == getattr(anew, name)).all(), name


def test_a_killed_advance_is_gone_on_with(worlds, small_start, a_quarter):
    with another(worlds, small_start) as name:
        _advance_and_kill(worlds, name)
        assert worlds.open(name).today < QUARTER
        assert lived(worlds, name, QUARTER) == a_quarter


def _advance_and_kill(worlds, name):
    """Advance in a process of its own, and kill it as soon as something has been written."""
    code = "import sys; from app.cli import main; main()"
    command = [sys.executable, "-c", code, "clock", "set", QUARTER.isoformat(), "-w", name]
    environment = {**os.environ, "DANCU_HOME": str(worlds.settings.home)}
    if worlds.settings.database_url:
        environment["DANCU_DATABASE_URL"] = worlds.settings.database_url
    world, before = worlds.open(name), _written(worlds.open(name))
    running = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    while running.poll() is None and _written(world) == before:
        time.sleep(0.002)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    world.refresh()


def _written(world):
    with world.session() as session:
        return tuple(
            session.scalar(select(func.count()).select_from(table))
            for table in (LifeEvent, ComingEvent)
        )


def test_what_somebody_reported_meanwhile_is_left_out_and_told(worlds, world_rw):
    clock.advance(worlds, world_rw.name, dt.date(2026, 1, 2))
    with world_rw.session() as session:
        coming = session.scalars(
            select(ComingEvent).where(ComingEvent.kind == "death").order_by(ComingEvent.id)
        ).all()
    pin, due = coming[0].payload["pin"], coming[0].id
    report = events.Report(
        today=world_rw.today,
        now=real.now(),
        seed=1,
        pin_style="reserved",
        reported_by="test",
        reason="test",
    )
    world_rw.writer.submit(lambda session: events.apply(session, "death", {"pin": pin}, report))
    said = clock.advance(worlds, world_rw.name, dt.date(2026, 2, 1))
    skipped = {key: count for key, count in said.skipped.items() if key[0] == "death"}
    assert skipped == {("death", "pin", "a death is on record already"): 1}
    with world_rw.session() as session:
        assert "a death is on record already" in session.get(ComingEvent, due).objections[0]


def test_two_at_a_time_come_one_after_the_other(worlds, small_start, a_quarter):
    with another(worlds, small_start) as name:
        both = [
            threading.Thread(target=clock.advance, args=(worlds, name, QUARTER)) for _ in range(2)
        ]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        assert state_of(worlds, name) == a_quarter


def test_a_clock_runs_forward_and_not_for_ever(worlds, world_rw):
    with pytest.raises(errors.DancuError) as refused:
        clock.advance(worlds, world_rw.name, dt.date(2025, 12, 31))
    assert refused.value.code == "clock-runs-forward"
    for day in (dt.date(2047, 1, 1), dt.date(2151, 1, 1)):
        with pytest.raises(errors.DancuError) as refused:
            clock.advance(worlds, world_rw.name, day)
        assert refused.value.code == "clock-too-far"
    with pytest.raises(errors.DancuError) as refused:
        clock.target(START, years=9_000)
    assert refused.value.code == "clock-too-far"
    same = clock.advance(worlds, world_rw.name, START)
    assert (same.since, same.today, dict(same.happened)) == (START, START, {})


def test_a_clock_can_move_alone(worlds, world_rw):
    clock.advance(worlds, world_rw.name, dt.date(2026, 1, 10))
    said = clock.advance(worlds, world_rw.name, dt.date(2026, 3, 10), lives=False)
    assert (said.today, dict(said.happened)) == (dt.date(2026, 3, 10), {})
    with world_rw.session() as session:
        assert clock.coming(session) == {}
    then = clock.advance(worlds, world_rw.name, dt.date(2026, 4, 20))
    with world_rw.session() as session:
        recorded = session.scalars(select(LifeEvent.recorded_on)).all()
        rules.check(rules.read(session), then.today)
    assert then.happened
    assert not [day for day in recorded if dt.date(2026, 1, 10) < day <= dt.date(2026, 3, 10)]


def test_five_people_without_households_live_too(worlds, tiny_world):
    said = clock.advance(worlds, tiny_world.name, dt.date(2028, 1, 1))
    assert said.today == dt.date(2028, 1, 1)


def test_a_world_lives_through_the_merger(worlds):
    spec = WorldSpec(1, 1_000, VERSION, dt.date(2025, 5, 15), "reserved")
    with another(worlds, spec) as name:
        said = clock.advance(worlds, name, dt.date(2025, 9, 1))
        world = worlds.open(name)
        with world.session() as session:
            rules.check(rules.read(session), world.today)
            [merger] = world_events.between(session, spec.start_date, world.today)
    assert said.world_events == ("administrative-merger",)
    assert merger.occurred_on == dt.date(2025, 7, 1)


@pytest.mark.parametrize(
    ("start", "number", "day"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2024, 1, 31), 1, dt.date(2024, 2, 29)),
        (dt.date(2024, 2, 29), 12, dt.date(2025, 2, 28)),
        (dt.date(2026, 11, 15), 2, dt.date(2027, 1, 15)),
    ],
)
def test_months_are_counted_from_the_start(start, number, day):
    assert calendar.beginning(start, number) == day
    assert calendar.number_of(start, day) == number
    assert calendar.number_of(start, day - dt.timedelta(days=1)) == number - 1
