"""One cap over all connections: who waits for one, and a server that has no room."""

from __future__ import annotations

import asyncio

import asyncpg
import psycopg
import pytest
from sqlalchemy import event, text

from app.platform import engines, errors, failures
from app.platform.connections import Connections

FULL = "connection failed: FATAL:  sorry, too many clients already"


@pytest.fixture
def connections(monkeypatch):
    monkeypatch.setattr(engines, "WAIT_SECONDS", 0.2)
    return Connections(2, lambda: None)


def by_thread(connections, connect):
    return connections.opened(connect)


def by_loop(connections, connect):
    async def asked():
        async def connected():
            return connect()

        return await connections.opened_soon(connected)

    return asyncio.run(asked())


WAYS = pytest.mark.parametrize("way", [by_thread, by_loop])


@WAYS
def test_a_server_without_room_is_asked_again(connections, way):
    said = [FULL, FULL]

    def connect():
        if said:
            raise psycopg.OperationalError(said.pop())
        return "connected"

    assert way(connections, connect) == "connected"
    assert connections.open == 1


@WAYS
def test_a_server_that_stays_full_is_told_of(connections, way):
    def connect():
        raise psycopg.OperationalError(FULL)

    with pytest.raises(errors.UnavailableError, match="connections-exhausted"):
        way(connections, connect)
    assert connections.open == 0


@WAYS
def test_what_else_fails_is_raised_at_once(connections, way):
    tried = []

    def connect():
        tried.append(1)
        raise psycopg.OperationalError("connection refused")

    with pytest.raises(psycopg.OperationalError, match="refused"):
        way(connections, connect)
    assert (len(tried), connections.open) == (1, 0)


@WAYS
def test_beyond_the_cap_nobody_connects(connections, way):
    for _ in range(2):
        way(connections, lambda: "connected")
    with pytest.raises(errors.UnavailableError, match="connections-exhausted"):
        way(connections, lambda: pytest.fail("a third one"))
    connections.give()
    assert way(connections, lambda: "connected") == "connected"


@WAYS
def test_an_idle_one_is_shed_for_it(monkeypatch, way):
    monkeypatch.setattr(engines, "WAIT_SECONDS", 5)

    def shed():
        connections.give()

    connections = Connections(1, shed)
    assert way(connections, lambda: "first") == "first"
    assert way(connections, lambda: "second") == "second"
    assert connections.open == 1


@pytest.mark.parametrize(
    ("error", "is_full"),
    [
        (asyncpg.TooManyConnectionsError("no room"), True),
        (psycopg.OperationalError(FULL), True),
        (psycopg.OperationalError("connection refused"), False),
        (asyncpg.InvalidPasswordError("too many clients"), True),
        (ValueError(FULL), False),
    ],
)
def test_a_full_server_is_known_by_its_code_or_its_words(error, is_full):
    assert failures.is_full(error) is is_full


def test_what_is_looked_at_once_waits_for_a_full_server_too(monkeypatch):
    monkeypatch.setattr(engines, "WAIT_SECONDS", 0.2)
    said = [FULL]

    def connect():
        if said:
            raise psycopg.OperationalError(said.pop())
        return "connected"

    assert engines.patiently(connect) == "connected"
    with pytest.raises(errors.UnavailableError, match="connections-exhausted"):
        engines.patiently(lambda: (_ for _ in ()).throw(psycopg.OperationalError(FULL)))
    with pytest.raises(ValueError, match="else"):
        engines.patiently(lambda: (_ for _ in ()).throw(ValueError("else")))


def test_a_connection_whose_set_up_fails_is_given_back(tiny_world, monkeypatch):
    monkeypatch.setattr(engines, "WAIT_SECONDS", 0.2)
    connections = Connections(2, lambda: None)
    engine = engines.reader(tiny_world.url, 2)
    connections.watch(engine)
    broken = [True]

    @event.listens_for(engine, "connect")
    def fail(_connection, _record):
        if broken:
            raise OSError("the disk is full")

    for _ in range(5):
        with pytest.raises(OSError, match="full"):
            engine.connect()
    assert connections.open == 0
    broken.clear()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
        assert connections.open == 1
    engines.retire(engine)
    assert connections.open == 0
