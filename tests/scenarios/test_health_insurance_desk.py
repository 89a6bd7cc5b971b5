"""The health-insurance desk over the interface: whose cards are there, and what can be told."""

import polars as pl

from app.scenarios.stories import health_insurance_desk as desk
from tests.scenarios.every_story import EveryStory

NAME = "health-insurance-desk"
ASKED = {"size": 300, "seed": 5}


class TestEveryStory(EveryStory):
    """What holds for all scenarios."""


def test_every_kind_of_row_is_there(key, story):
    assert set(key["verdict"]) == set(desk.VERDICTS)
    assert set(key["insurance"]) == set(desk.INSURED)
    assert set(key["situation"]) == set(story.costs)


def test_the_reference_tells_insurance_and_all_but_copies_that_nobody_asked(card, both):
    verdict, insurance = card["answers"]
    assert insurance["accuracy"] > 0.98
    assert verdict["accuracy"] > verdict["bound"] - 0.02
    unasked = both.filter((pl.col("truth_verdict") == "copied") & (pl.col("reader") == "not_done"))
    assert verdict["accuracy"] >= 1 - (unasked.height + 3) / both.height


def test_what_a_clerk_mistyped_says_nothing_of_the_card(both):
    mistyped = both.filter(~pl.col("truth_exact"))
    assert set(mistyped["truth_verdict"]) == {"own"}


def test_offline_visits_are_of_earlier_days(both, world):
    today = world.today.isoformat()
    assert set(both.filter(network="online")["visited_on"]) == {today}
    assert max(both.filter(network="offline")["visited_on"]) < today
