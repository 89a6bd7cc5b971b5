"""Worlds that nobody calls: opened where something is to go on by itself, and nowhere else."""

import datetime as dt
import threading
import uuid
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from app.api.waking import Waker
from app.exchange.jobs.models import Job
from app.exchange.log import checkpointing, store
from app.exchange.webhooks.models import Webhook
from app.platform import clock, schema
from app.platform import worlds as worlds_module
from app.platform.worlds import Worlds
from app.procedures.models import Dossier, ProcedureStep
from app.registry import changes
from app.sandbox import worlds as lives
from tests.registry import country
from tests.support.copies import copy

ROUNDS = 12


@pytest.fixture
def asleep(worlds, api_spec):
    """A world of which this process has nothing open."""
    with copy(worlds, api_spec) as world:
        yield world


class Awake:
    """A waker and the worlds of its process, of which none is open at first."""

    def __init__(self, settings, **said):
        self.worlds = Worlds(settings.model_copy(update={"wake_seconds": 0.001} | said))
        self.adopted = []
        self.worlds.on_open(lambda world: self.adopted.append(world.name))
        self.waker = Waker(self.worlds)

    def look(self):
        """Look once more; return the worlds that were opened."""
        self.adopted.clear()
        self.waker._next_ns = clock.monotonic_ns()
        self.waker.look(lambda: False)
        return list(self.adopted)


@contextmanager
def awake(settings, **said):
    made = Awake(settings, **said)
    try:
        yield made
    finally:
        made.worlds.close_all()


@pytest.fixture
def other(settings):
    """Another process, as far as the worlds can tell."""
    with awake(settings) as made:
        yield made


def keep(worlds, name, *rows):
    """Write rows in a world, and leave it closed."""
    worlds.open(name).writer.submit(lambda session: session.add_all(rows))
    worlds.release(name)


def hook(**said):
    """A webhook at which there is nothing to do for an hour, unless told."""
    return Webhook(
        id=uuid.uuid4().hex,
        client_id="bhxh",
        url="http://127.0.0.1:9/hook",
        purpose="social-insurance",
        officer="cb-01",
        fields=["state"],
        **{
            "created_at": clock.now(),
            "secret_version": 1,
            "state": "active",
            "held": "agency-suspended",
            "event_id": 0,
            "person_id": 0,
            "turn": 0,
            "look_at": clock.now() + dt.timedelta(hours=1),
        }
        | said,
    )


def job(**said):
    now = clock.now()
    made = {
        "id": uuid.uuid4().hex,
        "kind": "extract",
        "client_id": "bhxh",
        "purpose": "social-insurance",
        "request_id": "1" * 32,
        "format": "csv",
        "asked": {},
        "state": "waiting",
        "what": "waiting",
        "done": 0.0,
        "entries": 0,
        "created_at": now,
        "expires_at": now + dt.timedelta(days=1),
    }
    return Job(**made | said)


def step(state):
    """A step of a linked procedure, with its dossier."""
    today = country.TODAY
    dossier = Dossier(
        id=1,
        code=f"000.00.01-{uuid.uuid4().hex[:6]}",
        service="1",
        citizen_id=country.AN,
        agency="bca",
        client_id="dichvucong",
        channel="online",
        state="received",
        state_since=today,
        created_on=today,
        fields={},
        wanted=[],
        papers=[],
        prefilled=0,
        required=0,
        fee=0,
        fee_waived=False,
    )
    return dossier, ProcedureStep(
        dossier_id=1, position=1, name="birth", agency="bca", state=state, attempts=1
    )


def test_a_world_in_which_nothing_goes_on_is_left_alone(worlds, asleep, other):
    keep(worlds, asleep.name, hook(), hook(state="paused", look_at=clock.now()))
    assert asleep.name not in other.look()
    assert other.worlds.peek(asleep.name) is None


def test_a_webhook_that_is_due_opens_its_world_once(worlds, asleep, other):
    keep(worlds, asleep.name, hook(look_at=clock.now()))
    assert asleep.name in other.look()
    assert asleep.name not in other.look()
    assert other.worlds.peek(asleep.name) is not None
    other.worlds.release(asleep.name)
    assert asleep.name in other.look()


def test_so_does_what_was_recorded_behind_the_place_of_a_webhook(worlds, asleep, other):
    with asleep.session() as session:
        event_id, person_id = changes.latest(session, lambda _day: ())
    keep(worlds, asleep.name, hook(held=None, event_id=event_id, person_id=person_id))
    assert asleep.name not in other.look()
    keep(worlds, asleep.name, hook(held=None, event_id=event_id - 1, person_id=0))
    assert asleep.name in other.look()


def test_a_job_that_nobody_runs_opens_its_world(worlds, asleep, other):
    lease = clock.now() + dt.timedelta(hours=1)
    keep(worlds, asleep.name, job(state="running", runner="1" * 32, lease_until=lease))
    assert asleep.name not in other.look()
    keep(worlds, asleep.name, job())
    assert asleep.name in other.look()


@pytest.mark.parametrize("state", ["waiting", "held"])
def test_an_open_step_opens_its_world_at_the_first_look_and_then_each_hour(
    worlds, asleep, other, state
):
    keep(worlds, asleep.name, *step(state))
    assert asleep.name in other.look()
    other.worlds.release(asleep.name)
    assert asleep.name not in other.look()
    other.waker._next_steps_ns = clock.monotonic_ns()
    assert asleep.name in other.look()


def test_an_open_step_that_found_no_room_is_not_put_off_for_an_hour(worlds, asleep, settings):
    keep(worlds, asleep.name, *step("held"))
    with copy(worlds, asleep.spec) as used, awake(settings, max_open_worlds=1) as other:
        other.worlds.open(used.name)
        assert other.look() == []
        other.worlds.release(used.name)
        assert asleep.name in other.look()


def test_a_refused_step_waits_for_the_citizen(worlds, asleep, other):
    keep(worlds, asleep.name, *step("refused"))
    assert asleep.name not in other.look()


def test_leaves_without_a_checkpoint_open_their_world(worlds, asleep, other):
    draft = store.own_draft("verification", "test", asleep.today)
    asleep.writer.submit(lambda session: store.append(session, asleep, [draft], now=clock.now()))
    worlds.release(asleep.name)
    assert asleep.name in other.look()
    other.worlds.release(asleep.name)
    again = worlds.open(asleep.name)
    again.writer.submit(lambda session: checkpointing.make(session, again, now=clock.now()))
    worlds.release(asleep.name)
    assert asleep.name not in other.look()


def test_a_broken_log_opens_its_world_so_that_it_is_told(worlds, asleep, other):
    draft = store.own_draft("verification", "test", asleep.today)
    asleep.writer.submit(lambda session: store.append(session, asleep, [draft], now=clock.now()))
    asleep.writer.submit(lambda session: session.execute(text("UPDATE log_head SET size = 7")))
    worlds.release(asleep.name)
    assert asleep.name in other.look()


def test_no_world_is_opened_in_the_place_of_one_in_use(worlds, asleep, settings, monkeypatch):
    keep(worlds, asleep.name, job())
    with copy(worlds, asleep.spec) as used, awake(settings, max_open_worlds=1) as other:
        other.worlds.open(used.name)
        assert other.look() == []
        monkeypatch.setattr(worlds_module, "IDLE_NS", 0)
        assert asleep.name in other.look()
        assert other.worlds.peek(used.name) is None


def test_nor_in_the_place_of_one_where_something_goes_on_for_long(
    worlds, asleep, settings, monkeypatch
):
    keep(worlds, asleep.name, job())
    monkeypatch.setattr(worlds_module, "IDLE_NS", 0)
    with copy(worlds, asleep.spec) as used, awake(settings, max_open_worlds=1) as other:
        going_on = other.worlds.open(used.name)
        with going_on.session():
            assert other.look() == []
        with going_on.in_use():
            assert other.look() == []
            other.worlds.open(asleep.name)  # somebody calls: one more is open then
            assert other.worlds.peek(used.name) is going_on
        other.worlds.release(asleep.name)
        assert asleep.name in other.look()
        assert other.worlds.peek(used.name) is None


def test_looking_whether_there_is_anything_to_do_is_no_use_of_a_world(asleep):
    used = asleep.used_ns
    with asleep.glance() as session:
        session.execute(text("SELECT 1"))
    assert asleep.used_ns == used
    with asleep.session():
        assert asleep.used_ns > used


def test_a_world_of_another_version_is_not_asked(worlds, asleep, other, monkeypatch):
    keep(worlds, asleep.name, job())
    monkeypatch.setattr(schema, "HEAD", "9000")
    assert not other.worlds.ask(asleep.name, lambda _session, _facts: True)


def test_a_world_whose_keys_anybody_can_derive_stays_closed_where_others_reach_it(
    worlds, asleep, settings
):
    keep(worlds, asleep.name, job())
    reached = settings.model_copy(update={"host": "0.0.0.0", "wake_seconds": 0.001})  # noqa: S104 - nothing listens
    worlds_there = Worlds(reached, serving=True)
    assert not worlds_there.ask(asleep.name, lambda _session, _facts: True)
    worlds_there.close_all()


def test_what_cannot_be_looked_at_is_said_once(other, monkeypatch, caplog):
    def broken():
        raise worlds_module.EXPOSED.error("x")

    monkeypatch.setattr(other.worlds, "names", broken)
    assert other.look() == other.look() == []
    assert len(caplog.records) == 1
    monkeypatch.setattr(other.worlds, "names", list)
    assert other.look() == []
    monkeypatch.setattr(other.worlds, "names", broken)
    assert other.look() == []
    assert len(caplog.records) == 2  # it was over meanwhile
    monkeypatch.setattr(other.worlds, "names", lambda: ["gone"])
    caplog.clear()
    assert other.look() == other.look() == []
    assert [record.getMessage() for record in caplog.records] == [
        "no look at gone: NotFoundError: world gone (world-unknown)"
    ]


def test_a_damaged_world_does_not_end_the_looking(worlds, asleep, other, caplog):
    keep(worlds, asleep.name, job())
    with copy(worlds, asleep.spec) as damaged:
        damaged.writer.submit(
            lambda session: session.execute(text("UPDATE world SET parts = '5'"))
        )
        worlds.release(damaged.name)
        assert asleep.name in other.look()
        assert f"no look at {damaged.name}: " in caplog.text


def test_with_nought_seconds_nobody_looks(worlds, asleep, settings):
    keep(worlds, asleep.name, job())
    with awake(settings, wake_seconds=0) as other:
        assert other.waker.due_ns is None
        assert other.look() == []


def test_worlds_come_and_go_while_they_are_looked_at(worlds, asleep, settings):
    """Who deletes, resets or forks a world never meets the one who looks at it."""
    keep(worlds, asleep.name, hook(look_at=clock.now()), job())
    stop, wrong = threading.Event(), []

    def look(other):
        while not stop.is_set():
            try:
                for name in other.look():
                    other.worlds.release(name)
            except BaseException as error:  # noqa: BLE001 - told by the test
                wrong.append(error)
                return

    with awake(settings) as other:
        thread = threading.Thread(target=look, args=[other])
        thread.start()
        try:
            for _ in range(ROUNDS):
                name = f"f-{uuid.uuid4().hex[:12]}"
                lives.fork(worlds, asleep.name, name)
                worlds.release(name)
                lives.reset(worlds, name)
                lives.delete(worlds, name)
        finally:
            stop.set()
            thread.join()
        assert wrong == []
        assert not [name for name in other.worlds.names() if name.startswith("f-")]
