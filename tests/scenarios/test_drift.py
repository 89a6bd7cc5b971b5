"""Drift over the interface: what became of a copy, by the feed and by asking."""

import datetime as dt

import pytest

from app.platform.progress import silent
from app.registry import everyone
from app.sandbox import clock
from app.scenarios import playing
from tests.scenarios.every_story import EveryStory

NAME = "drift"
ASKED = {"size": 700, "seed": 5}


class TestEveryStory(EveryStory):
    """What holds for all scenarios."""


def test_the_merger_is_no_move(key):
    """The small world began on 1 January 2026: half of the copy has codes of before."""
    counted = dict(key.group_by("verdict").len().iter_rows())
    assert counted["died"] > 0
    assert counted["recoded"] > 50
    assert counted.get("moved", 0) < counted["recoded"]


def test_rows_are_of_the_day_they_were_taken(both, world):
    days = both["taken_on"].str.to_date("%Y-%m-%d")
    assert (days < world.today).all()
    assert (days >= world.today - dt.timedelta(days=366)).all()
    is_old = both.filter(truth_verdict="recoded")["taken_on"]
    assert is_old.max() < "2025-07-01"
    assert both.filter(truth_situation="dead_month")["taken_on"].len() <= 10


def test_the_dead_are_closed_and_the_living_are_not(lines):
    closed = {situation for (situation, action) in lines if action == "close"}
    assert closed <= {"dead_month", "dead_quarter", "dead_year"}


def test_who_believes_the_copy_pays_for_every_day(card):
    assert card["cost"]["constant"]["keep"] > 20 * card["cost"]["bound"]


@pytest.fixture(scope="module")
def lived(card, worlds, world, client, system, story):  # noqa: ARG001 - played before, not after
    """The same story after a quarter of a year that brought deaths, moves and new names."""
    clock.advance(worlds, world.name, world.today + dt.timedelta(days=100))
    world.refresh()
    headers = {"Authorization": f"Bearer {client.app._server.operator_token}"}
    with world.session() as session:
        alive = everyone.read(session).people.filter(state="alive").head(400)
    # A dozen of each: the file is drawn by a secret, and holds some of them whatever it is.
    born = zip(alive["pin"][300:312], alive["birth_year"][300:312], strict=True)
    named = zip(alive["pin"][312:324], alive["full_name"][312:324], strict=True)
    rows = [
        *({"pin": pin, "birth_date": f"{year - 1}-02-03"} for pin, year in born),
        *({"pin": pin, "name": f"{name} Mới"} for pin, name in named),
    ]
    told = client.patch(
        "/control/v1/citizens", json={"reason": "a slip", "rows": rows}, headers=headers
    )
    assert told.status_code == 201, told.text
    clock.advance(worlds, world.name, world.today + dt.timedelta(days=1), lives=False)
    world.refresh()
    return playing.play(system, story, {"size": 700, "seed": 6, "difficulty": "easy"}, silent)


def test_the_feed_tells_what_happened_since_the_world_began(lived, story, truth):
    assert lived["score"] >= story.promised
    key = truth(lived["run"])
    assert {"renamed", "renumbered", "died"} <= set(key["verdict"])
    assert lived["numbers"][0]["wrong"] == 0
