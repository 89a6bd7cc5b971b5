"""Bank onboarding over the interface: whose cards are there, and what the limits ask for."""

import polars as pl

from app.platform.progress import silent
from app.scenarios import playing, transfer_limits
from app.scenarios.stories import bank_onboarding as bank
from tests.scenarios.every_story import EveryStory

NAME = "bank-onboarding"
ASKED = {"size": 400, "seed": 5}


class TestEveryStory(EveryStory):
    """What holds for all scenarios."""


def test_every_kind_of_row_is_there(key, story):
    assert set(key["verdict"]) == set(bank.VERDICTS)
    assert set(key["group"]) == set(bank.GROUPS)
    assert set(key["required"]) == set(transfer_limits.TYPES)
    assert set(key["situation"]) == set(story.costs)


def test_the_reference_tells_all_but_copies_that_nobody_asked(card, both):
    verdict, required, group = card["answers"]
    assert (required["accuracy"], group["accuracy"]) == (1, 1)
    unasked = both.filter((pl.col("truth_verdict") == "copied") & (pl.col("reader") == "not_done"))
    assert verdict["accuracy"] >= 1 - (unasked.height + 1) / both.height


def test_what_was_mistyped_says_nothing_of_the_card(both):
    mistyped = both.filter(~pl.col("truth_exact"))
    assert set(mistyped["truth_verdict"]) == {"own"}


def test_a_face_is_there_where_a_card_was_read_or_a_face_was_asked_for(both):
    seen = both.filter(pl.col("face") != "")
    assert set(seen["factor"]) == {"", "face", "face_signature"}
    unseen = both.filter(pl.col("face") == "")
    assert set(unseen["factor"]) == {"password", "otp"}
    assert set(unseen["reader"]) == {"not_done"}


def test_a_days_total_asks_for_a_face_where_no_transfer_does(both):
    small = both.filter(
        (pl.col("event") == "transfer")
        & (pl.col("amount") <= 10_000_000)
        & (pl.col("device_is") == "known")
    )
    assert set(small["truth_required"]) == {"B", "C"}
    assert {"face", "otp"} <= set(small.filter(truth_required="C")["factor"])


def test_rings_with_two_phones_cannot_all_be_told_from_families(system, story):
    asked = {**ASKED, "difficulty": "hard", "reproducible": True}
    group = playing.play(system, story, asked, silent)["answers"][2]
    assert group["answer"] == "group"
    assert group["accuracy"] <= group["bound"] < 1
    assert all(each["right"] for each in group["classes"])


def test_the_log_is_of_the_two_days_before_today(both, world):
    days = both["happened_at"].str.head(10).unique()
    assert len(days) == 2
    assert max(days) < world.today.isoformat()
