"""The ordinary routes are loaded beside serving: who needs them waits, nobody else does."""

import asyncio
import threading

import pytest

from app.api.deferring import Deferred


async def ask(app):
    """Send a request through and return what was sent back."""
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    await app({"type": "http"}, receive, send)
    return sent


async def echo(scope, _receive, send):
    await send(scope["type"])


def test_the_application_is_made_once_for_all_who_wait_for_it():
    made, may_end = [], threading.Event()

    def make():
        made.append(1)
        may_end.wait(5)
        return echo

    async def several():
        app = Deferred(make)
        loading = app.load_ahead()
        waiting = [asyncio.create_task(ask(app)) for _ in range(8)]
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in waiting)
        may_end.set()
        answers = await asyncio.gather(*waiting)
        loading.join()
        return answers

    assert asyncio.run(several()) == [["http"]] * 8
    assert made == [1]


def test_a_load_that_failed_is_told_and_tried_again(caplog):
    attempts = []

    def make():
        attempts.append(1)
        if len(attempts) < 3:
            raise OSError("the disk is gone")
        return echo

    app = Deferred(make)
    app.load_ahead().join()
    assert "could not be loaded" in caplog.text
    with pytest.raises(OSError, match="gone"):
        asyncio.run(ask(app))
    assert asyncio.run(ask(app)) == ["http"]


@pytest.mark.parametrize("address", ["/health", "/v1/codes"])
def test_a_query_that_nobody_knows_is_refused_also_of_health(shared, address):
    """With a query, health goes to its route."""
    assert shared.get(address).status_code == 200
    refused = shared.get(address, params={"nonsense": "1"})
    assert refused.status_code == 400
    assert refused.json()["code"] == "invalid-request"


def test_the_door_tells_the_same_of_health_as_the_route(shared):
    by_door = shared.get("/health")
    by_route = shared.get("/w/" + by_door.json()["worlds"][0]["name"] + "/health")
    told, documented = by_door.json(), by_route.json()
    assert told.keys() == documented.keys()
    assert told["status"] == documented["status"] == "ok"
    assert by_door.headers["cache-control"] == by_route.headers["cache-control"] == "no-store"
