"""Webhooks over HTTP: subscribed, delivered by the server, across restarts and kills, logged."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import subprocess
import sys
import time

import httpx2
import pytest
from standardwebhooks.webhooks import Webhook as Reference

from app.api import beside, deliverer
from app.exchange.webhooks import subscriptions
from app.platform import clock
from app.sandbox import worlds as lives
from tests.api.conftest import as_operator, bearer, issued, live, served
from tests.api.test_changes import rename
from tests.exchange import people
from tests.support import ports
from tests.support.copies import copy
from tests.support.receiving import receiver

HOOKS = "/v1/webhooks"
ASKED = {"purpose": "social-insurance", "officer": "cb-01"}
NOBODY = "0" * 32


@pytest.fixture
def inbox():
    with receiver() as got:
        yield got


@pytest.fixture
def insurance(client, world):
    return bearer(client, world, "bhxh")


def subscribe(client, headers, url, **said):
    answer = client.post(HOOKS, json={"url": url, **ASKED, **said}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def attempts(client, headers, hook):
    return client.get(f"{HOOKS}/{hook}/attempts", headers=headers).json()["items"]


def until(what, seconds=20):
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def test_a_change_is_delivered_soon_after_it_is_reported(client, insurance, inbox):
    hook = subscribe(client, insurance, inbox.url, fields=["full_name"])
    rename(client, "Nguyễn Văn Ân")
    [came] = inbox.wait_for(1)
    secret = client.get(f"{HOOKS}/{hook}/secret", headers=insurance)
    assert secret.headers["cache-control"] == "no-store"
    told = Reference(secret.json()["secret"]).verify(came.body, came.headers)
    assert told["data"]["values"] == {"full_name": "Nguyễn Văn Ân"}
    leaf = client.get(f"/v1/log/leaves/{told['leaf']['seq']}", headers=insurance)
    assert leaf.status_code == 200, leaf.text
    entries = client.get(f"/v1/log/leaves/{told['leaf']['seq']}/entries", headers=insurance)
    assert entries.status_code == 200, entries.text
    [attempt] = until(
        lambda: [
            each for each in attempts(client, insurance, hook) if each["outcome"] == "delivered"
        ]
    )
    assert (attempt["message"], attempt["status"]) == (came.id, 204)
    [message] = client.get(f"{HOOKS}/{hook}/messages", headers=insurance).json()["items"]
    assert (message["id"], message["state"]) == (came.id, "delivered")
    asked = {"message": came.id}
    again = client.post(f"{HOOKS}/{hook}/replay", json=asked, headers=insurance)
    assert again.json() == {"replayed": 1}
    assert inbox.wait_for(2)[1].id == came.id
    since = {"since": "2020-01-01T00:00:00Z"}
    client.post(f"{HOOKS}/{hook}/replay", json=since, headers=insurance).raise_for_status()
    assert inbox.wait_for(3)[2].id == came.id


def test_a_fault_that_the_operator_sets_is_met_and_logged(client, insurance, operator, inbox):
    hook = subscribe(client, insurance, inbox.url)
    said = {"webhooks": ["webhook-duplicated"], "client_id": "bhxh"}
    client.put("/control/v1/faults/twice", json=said, headers=operator).raise_for_status()
    rename(client, "Nguyễn Văn Ân")
    first, second = inbox.wait_for(2)
    assert first.id == second.id
    twice = until(
        lambda: [each for each in attempts(client, insurance, hook) if each["fault"] is not None]
    )
    assert [each["fault"] for each in twice] == ["webhook-duplicated"]


def test_a_webhook_is_shown_changed_rotated_fired_and_removed(client, insurance, inbox):
    hook = subscribe(client, insurance, inbox.url, kinds=["death"], provinces=["01"])
    shown = client.get(f"{HOOKS}/{hook}", headers=insurance).json()
    assert (shown["kinds"], shown["provinces"], shown["client_id"]) == (["death"], ["01"], "bhxh")
    assert client.get(HOOKS, headers=insurance).json() == [shown]
    paused = {"state": "paused", "description": "for the night"}
    changed = client.patch(f"{HOOKS}/{hook}", json=paused, headers=insurance).json()
    assert (changed["state"], changed["description"]) == ("paused", "for the night")
    client.patch(f"{HOOKS}/{hook}", json={"state": "active"}, headers=insurance)
    rotated = client.post(f"{HOOKS}/{hook}/rotate-secret", json={}, headers=insurance).json()
    assert rotated["secret_version"] == 2
    assert rotated["previous_secret_until"] is not None
    fired = client.post(f"{HOOKS}/{hook}/test", headers=insurance)
    assert fired.json()["type"] == "webhook.test"
    assert inbox.wait_for(1)[0].id == fired.json()["id"]
    assert client.delete(f"{HOOKS}/{hook}", headers=insurance).status_code == 204
    assert client.get(f"{HOOKS}/{hook}", headers=insurance).json()["code"] == "webhook-unknown"


def test_the_operator_reaches_every_webhook(client, insurance, operator, inbox):
    hook = subscribe(client, insurance, inbox.url)
    control = f"/control{HOOKS}"
    assert [each["id"] for each in client.get(control, headers=operator).json()] == [hook]
    asked = {"client_id": "btp"}
    assert client.get(control, params=asked, headers=operator).json() == []
    assert client.get(f"{control}/{hook}", headers=operator).json()["url"] == inbox.url
    secret = client.get(f"{control}/{hook}/secret", headers=operator).json()["secret"]
    fired = client.post(f"{control}/{hook}/test", headers=operator).json()
    [came] = inbox.wait_for(1)
    Reference(secret).verify(came.body, came.headers)
    asked = {"message": fired["id"]}
    client.post(f"{control}/{hook}/replay", json=asked, headers=operator).raise_for_status()
    inbox.wait_for(2)
    for log in ("messages", "attempts"):
        assert client.get(f"{control}/{hook}/{log}", headers=operator).json()["items"]
    assert client.delete(f"{control}/{hook}", headers=operator).status_code == 204


@pytest.mark.parametrize(
    ("client_id", "changed", "status", "code"),
    [
        ("bhxh", {"url": "http://192.0.2.1/x"}, 400, "webhook-address-refused"),
        ("bhxh", {"url": "https://example.com/x"}, 400, "webhook-address-refused"),
        ("bhxh", {"url": "https://169.254.169.254/x"}, 400, "webhook-address-refused"),
        ("bhxh", {"url": "http://u:p@127.0.0.1/x"}, 400, "webhook-address-refused"),
        ("bhxh", {"url": "ftp://127.0.0.1/x"}, 400, "invalid-request"),
        ("bhxh", {"fields": ["horoscope"]}, 400, "field-unknown"),
        ("bhxh", {"kinds": ["horoscope"]}, 400, "changes-slice-unknown"),
        ("bhxh", {"officer": None}, 400, "invalid-request"),
        ("byt", {"purpose": "health-care", "kinds": ["correction"]}, 403, "slice-not-allowed"),
        ("vietcombank-basic", {}, 403, "purpose-not-allowed"),
    ],
)
def test_what_cannot_be_subscribed_is_told_by_its_code(
    shared, shared_world, client_id, changed, status, code
):
    asked = {"url": "http://127.0.0.1:9/x", **ASKED, **changed}
    answer = shared.post(HOOKS, json=asked, headers=bearer(shared, shared_world, client_id))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["next"]
    assert ("receipt" in answer.json()) == (status == 403)  # a refusal is logged


@pytest.mark.parametrize(
    "asked", [{}, {"message": "msg_" + NOBODY, "since": "2026-01-01T00:00:00Z"}]
)
def test_a_replay_is_of_one_or_since_a_moment(shared, shared_world, asked):
    headers = bearer(shared, shared_world, "bhxh")
    hook = subscribe(shared, headers, "http://127.0.0.1:9/x")
    answer = shared.post(f"{HOOKS}/{hook}/replay", json=asked, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-request")
    wrong = {"since": "2026-02-30T00:00:00Z"}
    assert shared.post(f"{HOOKS}/{hook}/replay", json=wrong, headers=headers).status_code == 400
    gone = {"url": "https://example.com/"}
    assert shared.patch(f"{HOOKS}/{hook}", json=gone, headers=headers).status_code == 400
    there = {"url": "http://127.0.0.1:9/y"}
    assert shared.patch(f"{HOOKS}/{hook}", json=there, headers=headers).json()["url"][-1] == "y"


def test_there_is_a_limit_to_a_systems_webhooks(client, insurance):
    for _ in range(subscriptions.MOST_WEBHOOKS):
        subscribe(client, insurance, "http://127.0.0.1:9/x")
    answer = client.post(HOOKS, json={"url": "http://127.0.0.1:9/x", **ASKED}, headers=insurance)
    assert (answer.status_code, answer.json()["code"]) == (409, "webhooks-too-many")


def test_no_secret_is_in_what_is_kept_of_calls(client, insurance, inbox):
    keyed = insurance | {"Idempotency-Key": "one"}
    hook = subscribe(client, keyed, inbox.url)
    assert subscribe(client, keyed, inbox.url) == hook
    secret = client.get(f"{HOOKS}/{hook}/secret", headers=insurance).json()["secret"]
    kept = until(
        lambda: [
            each
            for each in client.get("/v1/requests", headers=insurance).json()["items"]
            if each["path"].endswith("/secret")
        ]
    )
    assert [each["response_body"] for each in kept] == [None]
    assert secret.startswith("whsec_")


def test_it_goes_on_after_a_restart(settings, world, inbox):
    with served(settings, world) as client:
        hook = subscribe(client, bearer(client, world, "bhxh"), inbox.url)
    inbox.answer = (500, {}, b"")
    with served(settings, world) as client:
        rename(client, "Nguyễn Văn Ân")
        inbox.wait_for(1)
    inbox.answer = (204, {}, b"")
    with served(settings, world) as client:
        headers = bearer(client, world, "bhxh")
        inbox.wait_for(2)  # due five seconds after the first
        until(lambda: client.get(f"{HOOKS}/{hook}", headers=headers).json()["waiting"] == 0)
    assert len({came.id for came in inbox.came}) == 1


def test_a_fork_sends_nothing_to_its_parents_addresses(settings, worlds, world, inbox):
    with served(settings, world) as client:
        subscribe(client, bearer(client, world, "bhxh"), inbox.url)
        name = f"{world.name}-f"
        lives.fork(worlds, world.name, name)
        try:
            address = f"/w/{name}/control/v1/webhooks"
            assert client.get(address, headers=as_operator(client)).json() == []
        finally:
            lives.delete(worlds, name)


SERVE = "from app.main import serve; from app.platform.settings import Settings; serve(Settings())"


@contextlib.contextmanager
def process_of(settings, world):
    """Run a server in a process of its own; give the process and its settings."""
    own = settings.model_copy(update={"default_world": world.name, "port": ports.free()})
    environment = {
        **os.environ,
        "DANCU_HOME": str(own.home),
        "DANCU_PORT": str(own.port),
        "DANCU_DEFAULT_WORLD": world.name,
        **({"DANCU_DATABASE_URL": own.database_url} if own.database_url else {}),
    }
    process = subprocess.Popen([sys.executable, "-c", SERVE], env=environment)
    try:
        until(lambda: _answers(own.own_base), seconds=60)
        yield process, own
    finally:
        process.kill()
        process.wait()


def test_kill_9_in_the_middle_of_a_turn_loses_nothing(settings, world, inbox, monkeypatch):
    """The receiver sees the first byte, the server dies, and the next one sends it again."""
    with process_of(settings, world) as (process, own):
        headers = {"Authorization": f"Bearer {issued(own, world.name, 'bhxh')}"}
        asked = {"url": inbox.url, **ASKED}
        made = httpx2.post(own.own_base + HOOKS, json=asked, headers=headers, timeout=60)
        assert made.status_code == 201, made.text
        inbox.answer = lambda *_: process.kill()
        operator = (own.home / "operator-token").read_text().strip()
        report(own.own_base, operator, "Nguyễn Văn Ân")
        inbox.wait_for(1)
        process.wait(timeout=60)
    inbox.answer = (204, {}, b"")
    now = clock.now
    monkeypatch.setattr(
        clock, "now", lambda: now() + dt.timedelta(seconds=61)
    )  # the lease is over
    with live(settings, world):
        first, second = inbox.wait_for(2)
    assert first.id == second.id
    assert first.json["leaf"]["seq"] < second.json["leaf"]["seq"]


def report(base, operator, name):
    rows = [{"pin": people.AN_PIN, "name": name}]
    httpx2.patch(
        f"{base}/control/v1/citizens",
        json={"reason": "test", "rows": rows},
        headers={"Authorization": f"Bearer {operator}"},
        timeout=60,
    ).raise_for_status()


def _answers(base):
    with contextlib.suppress(httpx2.HTTPError):
        return httpx2.get(f"{base}/health", timeout=5).status_code == 200
    return False


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # SQLite has one server
def test_two_servers_on_one_database_deliver_each_once(settings, world, inbox):
    with live(settings, world) as one, live(settings, world):
        headers = {"Authorization": f"Bearer {one.token_of('bhxh')}"}
        asked = {"url": inbox.url, **ASKED}
        httpx2.post(one.base + HOOKS, json=asked, headers=headers, timeout=60).raise_for_status()
        for name in ("Ân", "Ấn", "Ẩn", "Án", "An"):
            report(one.base, one.operator_token, f"Nguyễn Văn {name}")
        inbox.wait_for(5)
        time.sleep(1.5)
    assert len({came.id for came in inbox.came}) == len(inbox.came) == 5


def test_a_slow_receiver_does_not_hold_up_another(client, insurance, inbox):
    with receiver() as slow:
        slow.answer = lambda *_: time.sleep(2.0) or (204, {}, b"")
        subscribe(client, insurance, slow.url)
        subscribe(client, insurance, inbox.url)
        rename(client, "Nguyễn Văn Ân")
        slow.wait_for(1)
        inbox.wait_for(1, seconds=1.5)


def test_a_world_without_webhooks_is_looked_at_once_a_second(world, monkeypatch):
    looked = []

    def look(session, *_):
        if session.get_bind() is world.reader:  # other servers of this run look at their own
            looked.append(1)
        return []

    monkeypatch.setattr(subscriptions, "look", look)
    monkeypatch.setattr(beside, "_FIRST_SECONDS", 0.0)
    one = deliverer.Deliverer(lambda: [world])
    one.start()
    time.sleep(2.2)
    one.close()
    assert 2 <= len(looked) <= 3


def test_a_look_that_fails_is_logged_and_the_next_one_comes(worlds, api_spec, caplog, monkeypatch):
    monkeypatch.setattr(beside, "_FIRST_SECONDS", 0.0)
    with copy(worlds, api_spec) as world:
        one = deliverer.Deliverer(lambda: [world])
        worlds.release(world.name)
        one.start()
        until(lambda: "no look at webhooks" in caplog.text)
        one.close()


def test_a_look_that_goes_wrong_in_a_new_way_ends_no_other(world, caplog, monkeypatch):
    monkeypatch.setattr(beside, "_FIRST_SECONDS", 0.0)
    looked = []

    def look(session, *_):
        if session.get_bind() is world.reader:
            looked.append(1)
            if len(looked) == 1:
                raise ZeroDivisionError
        return []

    monkeypatch.setattr(subscriptions, "look", look)
    one = deliverer.Deliverer(lambda: [world])
    one.start()
    until(lambda: len(looked) > 1)
    one.close()
    assert "a look by the deliverer failed" in caplog.text
