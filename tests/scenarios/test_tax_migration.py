"""Tax-code migration over the interface: what the file is made of, and what its truth is."""

import polars as pl

from app.scenarios.stories import tax_migration
from app.sectors import tax
from tests.scenarios.every_story import EveryStory

NAME = "tax-migration"
ASKED = {"size": 1000, "seed": 5}


class TestEveryStory(EveryStory):
    """What holds for all scenarios."""


def test_the_reference_tells_who_it_is_and_what_goes_together(card):
    verdict, case = card["answers"]
    assert verdict["accuracy"] > 0.93
    assert case["accuracy"] > 0.97


def test_every_kind_of_row_is_there(both, story):
    rare = {"superseded_number"}
    assert set(both["truth_verdict"]) >= set(story.answers[0].values) - rare
    assert set(both["truth_case"]) == set(tax_migration.CASES)
    assert set(both["truth_situation"]) == set(story.costs)
    assert set(both["role"]) == {"taxpayer", "seller", "buyer"}


def test_codes_are_those_of_the_register(world, both):
    with world.session() as session:
        known = {each.number for each in tax.everyone(session)}
    taxpayers = both.filter(role="taxpayer")
    assert taxpayers["tax_code"].is_in(list(known)).mean() > 0.5


def test_the_shops_of_who_splits_are_taxable_together_only(both):
    split = both.filter(truth_case="split")
    assert split["amount"].max() < tax_migration.TAXABLE
    assert split.group_by("truth_number").agg(pl.col("amount").sum())["amount"].min() > 1e8
    lent = both.filter(truth_case="borrowed")
    assert (
        lent.group_by("account").agg(pl.col("truth_number").n_unique())["truth_number"].min() > 1
    )
