"""`/control/v1/clock`: a world's date, moved over HTTP."""

import datetime as dt
import threading
import time

import pytest

from app.api.control.advances import Advances
from app.sandbox import clock, operator
from tests.api.conftest import as_operator, bearer

ADDRESS = "/control/v1/clock"


@pytest.fixture(scope="module")
def client(town_client):
    return town_client


@pytest.fixture
def control(client):
    return as_operator(client)


def test_a_clock_is_shown_and_advanced(client, control):
    before = client.get(ADDRESS, headers=control).json()
    assert before["today"] == before["start_date"] == "2026-01-01"
    assert (before["coming"], before["advance"]) == ({}, None)
    said = client.post(ADDRESS, json={"months": 1, "days": 10}, headers=control)
    assert said.status_code == 200, said.text
    lived = said.json()
    assert (lived["since"], lived["today"]) == ("2026-01-01", "2026-02-11")
    assert lived["happened"]["birth"] > 0
    shown = client.get(ADDRESS, headers=control).json()
    assert shown["today"] == "2026-02-11"
    assert shown["coming"]
    assert shown["advance"]["state"] == "done"
    assert shown["advance"]["lived"] == lived
    back = client.post(ADDRESS, json={"to": "2026-01-05"}, headers=control)
    assert (back.status_code, back.json()["code"]) == (409, "clock-runs-forward")
    far = client.post(ADDRESS, json={"years": 20, "days": 1}, headers=control)
    assert (far.status_code, far.json()["code"]) == (400, "clock-too-far")


def test_nobody_else_moves_it(client, town, worlds):
    assert client.get(ADDRESS).status_code == 401
    assert client.post(ADDRESS, json={"days": 1}).status_code == 401
    token = client.app._server.operator_token
    own = {"Authorization": f"Bearer {operator.world_token(token, town.id)}"}
    assert client.get(ADDRESS, headers=own).status_code == 200
    other = worlds.open("small")
    assert client.get(f"/w/{other.name}{ADDRESS}", headers=own).status_code == 401


def test_a_request_that_is_sent_again_advances_once(client, control):
    keyed = control | {"Idempotency-Key": "one-day"}
    first = client.post(ADDRESS, json={"days": 1}, headers=keyed)
    again = client.post(ADDRESS, json={"days": 1}, headers=keyed)
    assert first.json() == again.json()
    assert again.headers["idempotency-replayed"] == "true"
    shown = client.get(ADDRESS, headers=control).json()
    assert shown["today"] == first.json()["today"]


def test_whoever_does_not_wait_asks_how_far_it_is(client, control):
    asynchronous = control | {"Prefer": "respond-async"}
    begun = client.post(ADDRESS, json={"days": 40}, headers=asynchronous)
    assert begun.status_code == 202, begun.text
    assert begun.headers["preference-applied"] == "respond-async"
    assert begun.headers["location"].endswith(ADDRESS)
    second = client.post(ADDRESS, json={"days": 1}, headers=control)
    deadline = time.monotonic() + 60
    while (shown := client.get(ADDRESS, headers=control).json())["advance"]["state"] != "done":
        assert time.monotonic() < deadline
        assert shown["advance"]["state"] == "advancing"
        time.sleep(0.05)
    assert shown["today"] == shown["advance"]["until"]
    if second.status_code != 200:  # it may have been over by then
        assert (second.status_code, second.json()["code"]) == (409, "clock-advancing")


def test_the_feed_tells_what_happened(client, control, town):
    client.post(ADDRESS, json={"days": 31}, headers=control)
    asked = {"purpose": "social-insurance", "officer": "can-bo-1"}
    insurance = bearer(client, town, "bhxh")
    page = client.get("/v1/changes", params=asked, headers=insurance).json()
    kinds = {item["kind"] for item in page["items"]}
    assert {"birth", "death"} <= kinds
    born = next(item["pin"] for item in page["items"] if item["kind"] == "birth")
    history = client.get(f"/control/v1/citizens/{born}/history", headers=control).json()
    assert history["items"][-1]["reported_by"] == "clock"


def test_an_advance_that_fails_says_why(client, control, monkeypatch):
    def fail(*_args, **_said):
        raise clock.TOO_FAR.error()

    monkeypatch.setattr(clock, "advance", fail)
    asynchronous = control | {"Prefer": "respond-async"}
    assert client.post(ADDRESS, json={}, headers=asynchronous).status_code == 202
    deadline = time.monotonic() + 20
    while (shown := client.get(ADDRESS, headers=control).json()["advance"])["state"] != "failed":
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert (shown["failed"], shown["lived"]) == ("clock-too-far", None)
    assert client.post(ADDRESS, json={}, headers=control).status_code == 400


def test_what_nobody_foresaw_is_told_as_that():
    advances = Advances()
    advance = advances.begin("w", dt.date(2026, 1, 2))
    over = threading.Event()

    def fail(_progress):
        over.set()
        raise RuntimeError("unforeseen")

    advances.start(advance, fail)
    assert over.wait(10)
    while not advance.is_over:
        time.sleep(0.01)
    assert advance.code == "internal-error"
