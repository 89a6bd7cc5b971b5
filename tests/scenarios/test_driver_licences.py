"""Driver-licence cleansing over the interface: licences of the dead, and held twice."""

import polars as pl

from tests.scenarios.every_story import EveryStory

NAME = "driver-licences"
ASKED = {"size": 900, "seed": 5}


class TestEveryStory(EveryStory):
    """What holds for all scenarios."""


def test_the_reference_tells_who_holds_two(card):
    _, relation = card["answers"]
    assert relation["accuracy"] > 0.93
    assert card["numbers"][0]["wrong"] == 0


def test_no_driver_loses_the_licence_by_the_reference(lines):
    revoked = {situation for (situation, action) in lines if action == "revoke"}
    assert revoked == {"dead"}


def test_licences_are_dated_and_classed_as_the_law_has_them(both, world):
    assert set(both["licence_class"]) <= {"A1", "A", "B", "C1", "C", "D"}
    days = both["issued_on"].str.to_date("%Y-%m-%d")
    assert days.max() <= world.today
    assert both.filter(pl.col("truth_relation") == "merged")["file_number"].n_unique() >= 3
