"""What a world has lived through, and which units took over which."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import update

from app.platform.models import WorldRow
from tests.api.conftest import served


def test_a_world_tells_what_it_has_lived_through(settings, world):
    with served(settings, world) as client:
        assert client.get("/v1/world-events").json() == {"items": []}  # it began after that
    begun = update(WorldRow).values(start_date=dt.date(2024, 5, 1))
    world.writer.submit(lambda session: session.execute(begun) and None)
    with served(settings, world) as client:
        (merger,) = client.get("/v1/world-events").json()["items"]
    assert (merger["name"], merger["occurred_on"]) == ("administrative-merger", "2025-07-01")
    assert merger["counts"]["communes_divided"] == 1


def test_successions_are_told_page_by_page(client):
    page = client.get("/v1/unit-successions", params={"limit": 4}).json()
    codes = [(one["before"]["code"], one["after"]["code"]) for one in page["items"]]
    # Cống Vị was divided: its rows stand together, the main one first.
    assert codes[-2:] == [("00007", "00008"), ("00007", "00025")]
    assert page["items"][-2]["relation"] == "part_main"
    rest = client.get("/v1/unit-successions", params={"after": page["next_after"]}).json()
    assert rest["next_after"] is None
    assert [one["before"]["code"] for one in rest["items"]] == ["13636", "26740", "318"]
