"""A world of 500 citizens for these tests: made anew in each run, as its maker changes, too."""

import asyncio

import pytest

BANK, FAPI, MINISTRY, INSURANCE = "vietcombank-basic", "vietcombank-fapi", "bca", "bhxh"


@pytest.fixture(scope="session")
def dancu_home(tmp_path_factory):
    return tmp_path_factory.mktemp("dancu")


class _Awaited:
    """Calls an awaiting client as if it were a blocking one."""

    def __init__(self, client, runner):
        self._client, self._runner = client, runner

    def __getattr__(self, name):
        method = getattr(self._client, name)

        def call(*args, **kwargs):
            found = method(*args, **kwargs)
            if hasattr(found, "__aiter__"):
                return iter(self._runner.run(_all(found)))
            return self._runner.run(found)

        return call


async def _all(items):
    return [item async for item in items]


@pytest.fixture(params=["blocking", "awaiting"])
def system(request, dancu_world):
    """Makes a system's client of either kind; both are called alike."""
    if request.param == "blocking":
        yield dancu_world.client
        return
    made = []
    with asyncio.Runner() as runner:

        def make(client_id, options=None):
            made.append(dancu_world.async_client(client_id, options))
            return _Awaited(made[-1], runner)

        yield make
        for client in made:
            runner.run(client.aclose())


@pytest.fixture
def an(dancu_world):
    """An ordinary adult, with a card and an account of level 2."""
    return dancu_world.personas["adult-level-2"]
