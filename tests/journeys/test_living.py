"""Two and a half years of a world's life, as an agency learns of them."""

import datetime as dt
import uuid

import pytest

from app.platform.worlds import WorldSpec
from app.sandbox import worlds as lives
from seed.version import VERSION
from tests.api.conftest import as_operator, bearer, served
from tests.support import rules
from tests.support.receiving import receiver

pytestmark = [pytest.mark.journey, pytest.mark.unmeasured]
START, END = dt.date(2024, 5, 1), dt.date(2026, 11, 1)
SPEC = WorldSpec(7, 1_000, VERSION, START, "reserved")
ASKED = {"purpose": "social-insurance", "officer": "cb-01"}
PATIENCE = 120


@pytest.fixture
def client(settings, worlds):
    name = f"j-{uuid.uuid4().hex[:12]}"
    lives.create(worlds, name, SPEC)
    try:
        with served(settings, worlds.open(name)) as opened:
            yield opened
    finally:
        lives.delete(worlds, name)


def feed(client, headers):
    """Read the feed from its beginning to its end."""
    asked, found = dict(ASKED), []
    while items := (page := client.get("/v1/changes", params=asked, headers=headers).json())[
        "items"
    ]:
        found += items
        asked["cursor"] = page["next_cursor"]
    return found


def test_a_world_of_2024_lives_to_november_2026_on_the_feed_and_in_webhooks(client):
    world = client.app._server.worlds.open(client.app._server.settings.default_world)
    operator, insurance = as_operator(client), bearer(client, world, "bhxh")
    with receiver() as inbox:
        hook = client.post("/v1/webhooks", json={"url": inbox.url, **ASKED}, headers=insurance)
        assert hook.status_code == 201, hook.text
        lived = client.post(
            "/control/v1/clock", json={"to": END.isoformat()}, headers=operator
        ).json()
        assert (lived["since"], lived["today"]) == (START.isoformat(), END.isoformat())
        assert lived["world_events"] == ["administrative-merger"]
        told = feed(client, insurance)
        came = inbox.wait_for(len(told), PATIENCE)
    happened = lived["happened"]
    assert {"birth", "death", "marriage", "divorce", "permanent-move"} <= happened.keys()
    kinds = {item["kind"] for item in told}
    assert {"birth", "death", "permanent-move", "administrative-merger"} <= kinds
    deaths = [item for item in told if item["kind"] == "death" and "death_date" in item["changed"]]
    assert len(deaths) == happened["death"]
    days = [item["occurred_on"] for item in told]
    assert days == sorted(days)
    assert {message.id for message in came} == {f"msg_{item['id']}" for item in told}
    dead = deaths[0]["pin"]
    known = client.get(f"/control/v1/citizens/{dead}?as_of={START}", headers=operator).json()
    assert known["fields"]["state"] == "alive"
    with world.session() as session:
        rules.check(rules.read(session), world.today)
