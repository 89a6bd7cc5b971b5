"""Worlds by name: opened once, kept while used, closed to make room, within one cap."""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from app.platform import engines, errors
from app.platform import world as world_module
from app.platform import worlds as worlds_module
from app.platform.worlds import Worlds
from app.sandbox import worlds as lives
from tests.support.databases import shed


@pytest.fixture(scope="module")
def names(worlds, tiny_spec):
    """Four worlds."""
    made = [f"w-{uuid.uuid4().hex[:12]}" for _ in range(4)]
    for name in made:
        lives.create(worlds, name, tiny_spec)
        worlds.release(name)
    yield made
    for name in made:
        worlds.release(name)
        worlds.store.drop(name)


@pytest.fixture
def few(settings, monkeypatch):
    """Worlds of which two may be open at once, and as few connections as there can be."""
    monkeypatch.setattr(worlds_module, "IDLE_NS", 0)
    monkeypatch.setattr(engines, "WAIT_SECONDS", 0.2)
    worlds = Worlds(settings.model_copy(update={"max_open_worlds": 2, "max_connections": 4}))
    yield worlds
    worlds.close_all()


def set_training(world):
    def job(session):
        session.execute(text("UPDATE world SET training = true"))

    world.writer.submit(job)


def read_one(world):
    with world.session() as session:
        return session.scalar(text("SELECT 1"))


def test_the_longest_idle_are_closed_to_make_room(few, names):
    opened = [few.open(name) for name in names]
    assert few.peek(names[-1]) is opened[-1]
    assert len(few._open) == 2
    with pytest.raises(errors.UnavailableError, match="world-closed"):
        read_one(opened[0])
    assert read_one(few.open(names[0])) == 1


def test_worlds_in_use_are_not_closed_to_make_room(few, names, monkeypatch):
    monkeypatch.setattr(worlds_module, "IDLE_NS", 10**12)
    opened = [few.open(name) for name in names]
    assert [read_one(world) for world in opened] == [1, 1, 1, 1]


def test_all_worlds_together_keep_to_one_cap(few, names, monkeypatch):
    monkeypatch.setattr(worlds_module, "IDLE_NS", 10**12)
    for _ in range(2):
        for name in names:
            set_training(few.open(name))
            assert few.connections.open <= 4
    assert few.connections.open > 0


def test_when_all_connections_are_busy_the_next_caller_is_told(few, names):
    world = few.open(names[0])
    with world.session() as a, world.session() as b, world.session() as c, world.session() as d:
        for session in (a, b, c, d):
            session.execute(text("SELECT 1"))
        with pytest.raises(errors.UnavailableError, match="connections-exhausted"):
            read_one(world)
    assert read_one(world) == 1


def test_a_connection_that_comes_free_is_waited_for(few, names, monkeypatch):
    monkeypatch.setattr(engines, "WAIT_SECONDS", 10)
    first, second = few.open(names[0]), few.open(names[1])
    held = [first.session() for _ in range(4)]
    for session in held:
        session.__enter__().execute(text("SELECT 1"))
    found = []
    thread = threading.Thread(target=lambda: found.append(read_one(second)))
    thread.start()
    time.sleep(0.05)
    assert found == []
    for session in held:
        session.__exit__(None, None, None)
    shed(first)
    thread.join(10)
    assert found == [1]


def test_one_connection_is_given_up_for_one_that_is_wanted(few, names, monkeypatch):
    monkeypatch.setattr(worlds_module, "IDLE_NS", 10**12)
    first, second = few.open(names[0]), few.open(names[1])
    with first.session() as a, first.session() as b, first.session() as c:
        for session in (a, b, c):
            session.execute(text("SELECT 1"))
    set_training(first)
    assert first.reader.pool.checkedin() == 3
    read_one(second)
    assert (first.reader.pool.checkedin(), few.connections.open) == (2, 4)
    assert first._writing.pool.checkedin() == 1  # a reader goes before the writer


def test_who_waits_for_a_connection_that_is_shed_gets_another(few, names, monkeypatch):
    monkeypatch.setattr(engines, "WAIT_SECONDS", 10)
    monkeypatch.setattr(few.connections, "limit", 20)
    world = few.open(names[0])
    pool = world.reader.pool
    with contextlib.ExitStack() as others:
        held = [others.enter_context(world.session()) for _ in range(pool.size())]
        for session in held:
            session.execute(text("SELECT 1"))
        found = []
        thread = threading.Thread(target=lambda: found.append(read_one(world)))
        thread.start()
        time.sleep(0.1)

        def shed_at_once(record, _block):
            record.close()
            pool._dec_overflow()

        with monkeypatch.context() as patch:
            patch.setattr(pool._pool, "put", shed_at_once)
            held[0].close()
        thread.join(5)
        assert found == [1]


def test_many_at_once_in_more_worlds_than_connections(few, names, monkeypatch):
    monkeypatch.setattr(worlds_module, "IDLE_NS", 10**12)
    monkeypatch.setattr(few.connections, "limit", 8)
    monkeypatch.setattr(engines, "WAIT_SECONDS", 10)
    worlds = [few.open(name) for name in names]
    waits = []

    def use(number):
        for turn in range(25):
            began = time.monotonic()
            world = worlds[(number + turn) % len(worlds)]
            assert read_one(world) == 1
            set_training(world)
            waits.append(time.monotonic() - began)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(8)))
    assert len(waits) == 8 * 25
    assert max(waits) < engines.WAIT_SECONDS / 2
    assert few.connections.open <= 8
    for world in worlds:
        shed(world)
    assert few.connections.open == 0


def test_closing_gives_all_connections_back(few, names):
    set_training(few.open(names[0]))
    few.release(names[0])
    assert few.connections.open == 0


def test_connections_that_are_in_use_as_a_world_closes_end_when_they_are_given_back(few, names):
    world = few.open(names[0])
    with world.session() as used, world.session() as late:
        used.execute(text("SELECT 1"))
        few.release(names[0])
        late.execute(text("SELECT 1"))  # began before, connects after
        assert few.connections.open == 2
    assert few.connections.open == 0


def test_what_another_process_changed_is_seen(settings, names):
    here, there = Worlds(settings), Worlds(settings)
    world = here.open(names[0])
    before = world.facts.retention_days
    lives.configure(there, names[0], retention_days=before + 1)
    deadline = time.monotonic() + 10
    while here.open(names[0]).facts.retention_days == before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert here.open(names[0]) is world
    assert world.facts.retention_days == before + 1
    here.close_all()
    there.close_all()


def test_a_pulse_keeps_used_worlds_fresh(settings, names):
    worlds = Worlds(settings)
    worlds.start_pulse()
    worlds.open(names[0])
    for _ in range(15):
        time.sleep(0.1)
        assert worlds.peek(names[0]) is not None
    worlds.close_all()


def test_the_pulse_lets_go_of_a_world_that_was_deleted_elsewhere(worlds, settings, tiny_world):
    here = Worlds(settings)
    here.start_pulse()
    world = here.open(tiny_world.name)
    lives.delete(worlds, tiny_world.name)
    deadline = time.monotonic() + 10
    while tiny_world.name in here._open and time.monotonic() < deadline:
        time.sleep(0.05)
    with pytest.raises(errors.UnavailableError, match="world-closed"):
        read_one(world)
    with pytest.raises(errors.NotFoundError, match="world-unknown"):
        here.open(tiny_world.name)
    here.close_all()


def test_a_world_that_does_not_answer_stays_open(settings, names, monkeypatch):
    """What passes by itself must not cost the caches of a world in use."""
    worlds = Worlds(settings)
    world = worlds.open(names[0])
    monkeypatch.setattr(world_module, "FRESH_NS", 0)
    monkeypatch.setattr(engines, "WAIT_SECONDS", 0.1)
    with monkeypatch.context() as patch:
        patch.setattr(worlds.connections, "limit", 0)
        shed(world)
        with pytest.raises(errors.UnavailableError, match="connections-exhausted"):
            worlds.open(names[0])
    assert worlds.open(names[0]) is world
    worlds.close_all()


def test_without_a_pulse_a_look_may_have_to_wait(settings, names, monkeypatch):
    monkeypatch.setattr(world_module, "FRESH_NS", 0)
    worlds = Worlds(settings)
    assert worlds.peek(names[0]) is None
    world = worlds.open(names[0])
    assert worlds.peek(names[0]) is None
    assert worlds.open(names[0]) is world
    worlds.close_all()


def test_what_was_opened_for_a_world_closes_with_it(settings, names):
    worlds = Worlds(settings)
    world, closed = worlds.open(names[0]), []
    world.on_close(lambda: closed.append("first"))
    world.on_close(lambda: closed.append("second"))
    worlds.close_all()
    assert closed == ["second", "first"]
    world.on_close(lambda: closed.append("too late to be waited for"))
    world.close()
    assert closed == ["second", "first", "too late to be waited for"]


def test_what_closes_with_a_world_may_still_write_into_it(settings, names):
    worlds = Worlds(settings)
    world = worlds.open(names[0])

    def advance(session):
        session.execute(text("UPDATE world SET today = '2027-03-04'"))

    def end():
        with world.session() as session:
            assert session.scalar(text("SELECT count(*) FROM world")) == 1
        world.writer.submit(advance)

    world.on_close(end)
    worlds.release(names[0])
    assert str(worlds.open(names[0]).today) == "2027-03-04"
    worlds.close_all()


def test_nothing_is_written_any_more_into_an_incarnation_that_is_over(
    settings, names, monkeypatch
):
    monkeypatch.setattr(world_module, "FRESH_NS", 0)
    worlds, others = Worlds(settings), Worlds(settings)
    world, refused = worlds.open(names[0]), []

    def end():
        for way in (lambda: read_one(world), lambda: world.writer.submit(print)):
            with pytest.raises(errors.DancuError) as caught:
                way()
            refused.append(caught.value.code)

    world.on_close(end)
    lives.reset(others, names[0])
    assert worlds.open(names[0]) is not world
    assert refused == ["world-closed"] * 2
    worlds.close_all()
    others.close_all()


def test_many_may_open_one_world_at_once(settings, names):
    worlds = Worlds(settings)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(worlds.open(names[0]))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len({id(world) for world in found}) == 1
    worlds.close_all()


def test_the_default_world_s_issuer_is_the_server_s(settings, names):
    named = settings.model_copy(
        update={"default_world": names[0], "public_url": "https://dancu.example"}
    )
    worlds = Worlds(named)
    assert worlds.open(names[0]).issuer == "https://dancu.example"
    assert worlds.open(names[1]).issuer == f"https://dancu.example/w/{names[1]}"
    worlds.close_all()


def test_asking_for_worlds_that_are_not_leaves_nothing_behind(few, names):
    few.open(names[0])
    kept = len(few._opening)
    for number in range(50):
        with pytest.raises(errors.NotFoundError, match="world-unknown"):
            few.open(f"x{number}")
    assert len(few._opening) == kept
