"""The change feed over HTTP: pages, signed and sealed forms, refusals, a world that was reset."""

from __future__ import annotations

import datetime as dt
import threading

import httpx2
import jwt
import pytest
from sqlalchemy import select

from app.exchange.log import leaves
from app.exchange.models import Leaf
from app.platform import founding
from app.registry import world_events
from app.sandbox import worlds as lives
from tests.api.conftest import as_operator, bearer, live, served
from tests.exchange import people

FEED = "/v1/changes"
ASKED = {"purpose": "social-insurance", "officer": "cb-01"}


def rename(client, name, pin=people.AN_PIN):
    asked = {"reason": "test", "rows": [{"pin": pin, "name": name}]}
    answer = client.patch("/control/v1/citizens", json=asked, headers=as_operator(client))
    assert answer.status_code == 201, answer.text


@pytest.fixture
def insurance(client, world):
    """The headers of a system whose agency has a grant for the feed."""
    return bearer(client, world, "bhxh")


def test_a_change_is_on_the_feed_as_soon_as_it_is_reported(client, insurance):
    first = client.get(FEED, params=ASKED, headers=insurance)
    assert first.status_code == 200, first.text
    assert first.json()["items"] == []
    rename(client, "Nguyễn Văn Ân")
    asked = ASKED | {"cursor": first.json()["next_cursor"], "fields": ["full_name", "sex"]}
    told = client.get(FEED, params=asked, headers=insurance).json()
    [item] = told["items"]
    assert (item["kind"], item["pin"]) == ("correction", people.AN_PIN)
    assert item["changed"] == ["full_name"]
    assert item["values"] == {"full_name": "Nguyễn Văn Ân", "sex": "M"}
    asked["cursor"] = told["next_cursor"]
    assert client.get(FEED, params=asked, headers=insurance).json()["items"] == []


def test_no_page_leaves_before_its_leaf_is_on_disk(client, world, insurance):
    rename(client, "Nguyễn Văn Ân")
    told = client.get(FEED, params=ASKED, headers=insurance).json()
    with world.session() as session:
        body = session.scalar(select(Leaf.body).where(Leaf.seq == told["leaf"]["seq"]))
    leaf = leaves.parse(body)
    assert (leaf.kind, leaf.entries, leaf.request_id) == ("changes", 1, told["request_id"])
    listed = client.get(f"/v1/log/leaves/{leaf.seq}/entries", headers=insurance)
    assert listed.status_code == 200, listed.text


def test_a_page_is_signed_for_who_asks(client, insurance):
    asked = ASKED | {"signed": "true"}
    answer = client.get(FEED, params=asked, headers=insurance)
    assert answer.headers["content-type"] == "application/jose"
    assert jwt.get_unverified_header(answer.text)["typ"] == "dancu-answer+jwt"
    accepted = insurance | {"Accept": "application/jose"}
    assert client.get(FEED, params=ASKED, headers=accepted).text.count(".") == 2


@pytest.mark.parametrize(
    ("client_id", "changed", "status", "code"),
    [
        ("bhxh", {"officer": None}, 403, "officer-required"),
        ("bhxh", {"purpose": "ekyc"}, 403, "purpose-not-allowed"),
        ("vietcombank-basic", {}, 403, "purpose-not-allowed"),
        ("bhxh", {"fields": "phone"}, 403, "field-not-allowed"),
        ("bhxh", {"fields": "horoscope"}, 400, "field-unknown"),
        ("bhxh", {"kinds": "horoscope"}, 400, "changes-slice-unknown"),
        ("byt", {"purpose": "health-care", "kinds": "correction"}, 403, "slice-not-allowed"),
        ("bhxh", {"cursor": "abc"}, 400, "changes-cursor-invalid"),
        ("bhxh", {"limit": "0"}, 400, "invalid-request"),
        ("bhxh", {"since": "2026"}, 400, "invalid-request"),
        ("bhxh", {"purpose": None}, 400, "invalid-request"),
    ],
)
def test_what_is_wrong_is_told_by_its_code(shared, shared_world, client_id, changed, status, code):
    asked = {name: text for name, text in (ASKED | changed).items() if text is not None}
    answer = shared.get(FEED, params=asked, headers=bearer(shared, shared_world, client_id))
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.json()["next"]


def test_nobody_reads_the_feed_without_a_token(shared):
    assert shared.get(FEED, params=ASKED).status_code == 401


def test_a_cursor_outlives_a_restart_and_not_a_reset(settings, worlds, world):
    with served(settings, world) as client:
        rename(client, "Nguyễn Văn Ân")
        told = client.get(FEED, params=ASKED, headers=bearer(client, world, "bhxh")).json()
        asked = ASKED | {"cursor": told["next_cursor"]}
        rename(client, "Nguyễn Văn An")
    with served(settings, world) as client:
        headers = bearer(client, world, "bhxh")
        [item] = client.get(FEED, params=asked, headers=headers).json()["items"]
        assert item["changed"] == ["full_name"]
    lives.reset(worlds, world.name)
    with served(settings, worlds.open(world.name)) as client:
        headers = bearer(client, worlds.open(world.name), "bhxh")
        answer = client.get(FEED, params=asked, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "changes-cursor-outlived")


def test_forty_systems_read_at_a_time(settings, world):
    with live(settings, world) as server:
        headers = {"Authorization": f"Bearer {server.token_of('bhxh')}"}
        operator = {"Authorization": f"Bearer {server.operator_token}"}
        rows = [{"pin": people.AN_PIN, "name": "Nguyễn Văn Ân"}]
        httpx2.patch(
            f"{server.base}/control/v1/citizens",
            json={"reason": "test", "rows": rows},
            headers=operator,
            timeout=60,
        ).raise_for_status()
        pages: list[dict[str, object]] = []

        def read():
            answer = httpx2.get(server.base + FEED, params=ASKED, headers=headers, timeout=60)
            pages.append(answer.json())

        threads = [threading.Thread(target=read) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({page["leaf"]["seq"] for page in pages}) == 40
    assert len({str(page["items"]) for page in pages}) == 1
    assert all(len(page["items"]) == 1 for page in pages)


def test_a_world_that_lives_through_the_merger_tells_it_to_every_agency(
    settings, world, monkeypatch
):
    """Its place is fixed by what was recorded before that day, and it is told once."""
    merger = world_events.Passed(world_events.MERGER, dt.date(2026, 1, 2))
    with served(settings, world) as client:
        rename(client, "Nguyễn Văn Ân")
        headers = bearer(client, world, "bhxh")
        before = client.get(FEED, params=ASKED, headers=headers).json()
        monkeypatch.setattr(
            world_events,
            "passed",
            lambda _after, until: (merger,) if until >= merger.occurred_on else (),
        )
        asked = ASKED | {"cursor": before["next_cursor"]}
        assert client.get(FEED, params=asked, headers=headers).json()["items"] == []
        world.writer.submit(lambda session: founding.set_today(session, merger.occurred_on))
        world.refresh()
        client.app._server.worlds.open(world.name).refresh()
        told = client.get(FEED, params=asked, headers=headers).json()
        [item] = told["items"]
        assert (item["kind"], item["changed"]) == ("administrative-merger", [])
        assert (item["occurred_on"], "person" in item) == ("2026-01-02", False)
        rename(client, "Nguyễn Văn An")
        asked |= {"cursor": told["next_cursor"]}
        [later] = client.get(FEED, params=asked, headers=headers).json()["items"]
        assert later["kind"] == "correction"
        whole = client.get(FEED, params=ASKED, headers=headers).json()["items"]
        assert [each["id"] for each in whole[1:]] == [item["id"], later["id"]]
        asked = ASKED | {"kinds": "administrative-merger"}
        assert client.get(FEED, params=asked, headers=headers).json()["items"] == [item]
        asked = ASKED | {"kinds": "correction"}
        assert len(client.get(FEED, params=asked, headers=headers).json()["items"]) == 2
        births = {"purpose": "health-care", "officer": "cb-01"}
        health = bearer(client, world, "byt")
        [of_health] = client.get(FEED, params=births, headers=health).json()["items"]
        assert (of_health["kind"], of_health["id"] != item["id"]) == (item["kind"], True)
