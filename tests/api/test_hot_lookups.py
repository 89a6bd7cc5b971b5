"""The hot route's look-ups: their connection is counted, given up for others, and waited for."""

from __future__ import annotations

import asyncio
import time

import pytest

from app.api import hot_lookups
from app.platform import engines, errors
from app.platform.connections import Connections
from tests.support.databases import only_postgres, only_sqlite

NOBODY = "901000000000"


async def until(asked):
    for _ in range(200):
        if asked():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it did not come to that")


@only_postgres
def test_an_idle_connection_is_given_up_and_another_one_taken(tiny_world):
    async def use():
        connections = Connections(1, lambda: None)
        lookups = hot_lookups.of(tiny_world.url, connections)
        assert not lookups.shed()  # there is none yet
        for _ in range(2):
            assert (await lookups.find(NOBODY)).hits == ()
            assert connections.open == 1
            await until(lookups.shed)
            await until(lambda: connections.open == 0)
        assert (await lookups.find(NOBODY)).hits == ()
        lookups.close()
        await until(lambda: connections.open == 0)

    asyncio.run(use())


@only_postgres
def test_where_there_is_none_to_be_had_it_is_waited_for_once_and_told(tiny_world, monkeypatch):
    monkeypatch.setattr(engines, "WAIT_SECONDS", 0.3)

    async def use():
        lookups = hot_lookups.of(tiny_world.url, Connections(0, lambda: None))
        began = time.monotonic()
        with pytest.raises(errors.UnavailableError, match="connections-exhausted"):
            await lookups.find(NOBODY)
        assert time.monotonic() - began < 0.6

    asyncio.run(use())


@only_sqlite
def test_a_files_connection_is_not_counted(tiny_world):
    async def use():
        connections = Connections(1, lambda: None)
        lookups = hot_lookups.of(tiny_world.url, connections)
        assert (await lookups.find(NOBODY)).hits == ()
        assert (connections.open, lookups.shed()) == (0, False)
        lookups.close()

    asyncio.run(use())
