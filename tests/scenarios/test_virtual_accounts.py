"""Virtual accounts over the interface: what the file is made of, and what its truth is."""

import polars as pl
import pytest

from app.scenarios import scoring
from tests.scenarios.every_story import EveryStory

NAME = "virtual-accounts"
ASKED = {"size": 1200, "seed": 5}


class TestEveryStory(EveryStory):
    """What holds for all scenarios."""


def test_the_reference_tells_who_is_behind_and_what_goes_together(card):
    verdict, group = card["answers"]
    assert verdict["accuracy"] > 0.93
    assert group["accuracy"] > 0.95


def test_every_kind_of_row_is_there(key, story):
    verdict, group = story.classes
    assert set(key["verdict"]) == set(verdict.values)
    assert set(key["group"]) == set(group.values)


def test_the_honest_are_not_suspended_by_the_reference(lines):
    honest = ("clean", "to_update", "child")
    rows = sum(count for (situation, _), count in lines.items() if situation in honest)
    suspended = sum(lines.get((situation, "suspend"), 0) for situation in honest)
    assert suspended / rows < 0.03


def test_children_are_told_by_their_numbers(both):
    born = 1900 + 100 * (pl.col("id_number").str.slice(3, 1).cast(int, strict=False) // 2)
    year = both.filter(pl.col("id_number").str.len_chars() == 12).with_columns(
        born=born + pl.col("id_number").str.slice(4, 2).cast(int)
    )
    children = year.filter(pl.col("truth_verdict") == "child")
    grown = year.filter(pl.col("truth_verdict").is_in(["own", "borrowed", "bought"]))
    assert children["born"].min() > grown["born"].max()
    claimed = children["birth_date"].str.slice(-4).cast(int)
    assert 0 < (claimed != children["born"]).sum() < children.height


def test_who_looks_at_the_file_alone_scores_badly(extract, story, submit):
    """Groups can be counted without the registry; who is behind a single account cannot."""
    alone = extract.with_columns(
        in_device=pl.col("id_number").n_unique().over("device"),
        of_one=pl.len().over("id_number"),
    ).with_columns(bad=(pl.col("in_device") > 9) | (pl.col("of_one") > 9))
    table = alone.select(
        "record_id",
        verdict=pl.lit("own"),
        number=pl.lit(""),
        group=pl.lit("none"),
        action=pl.when("bad").then(pl.lit("suspend")).otherwise(pl.lit("keep")),
    )
    assert submit(table)["score"] < story.promised - 25


@pytest.mark.parametrize("difficulty", ["easy", "hard"])
def test_harder_files_are_less_plain(system, base, story, truth, difficulty):
    asked = {"size": 1500, "difficulty": difficulty, "mix": {"ring": 0.2, "borrowed": 0.1}}
    key = truth(system.post(base, asked)["id"])
    both = scoring.joined(key, key.select("record_id", *(each.name for each in story.classes)))
    verdict, group = scoring.answers(story, both)
    assert verdict.accuracy == group.accuracy == 1.0
    if difficulty == "easy":
        assert verdict.bound > 0.985
    else:
        assert verdict.bound < 0.985


def test_a_file_of_children_and_groups_alone_is_made(system, base, story, truth):
    mix = dict.fromkeys(story.mix, 0.0) | {"child": 0.5, "many": 0.5}
    key = truth(system.post(base, {"size": 100, "mix": mix})["id"])
    assert key.height == 100
    none = dict.fromkeys(story.mix, 0.0)
    key = truth(system.post(base, {"size": 100, "mix": none})["id"])
    assert set(key["situation"]) == {"clean"}


def test_devices_and_accounts_say_nothing_by_themselves(both):
    """Numbers of devices and accounts are drawn alike for all: only that they recur tells."""
    assert set(both["device"].str.len_chars()) == {15}
    paid = both.filter(pl.col("payout_account") != "")
    assert set(paid["payout_account"].str.len_chars()) == {13}
    assert (both.filter(pl.col("payout_account") == "")["payout_name"] == "").all()
