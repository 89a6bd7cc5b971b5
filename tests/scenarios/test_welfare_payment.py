"""Welfare payment over the interface: what the file is made of, and what its truth is."""

import polars as pl
import pytest

from app.scenarios import accounts, scoring
from app.sectors import social_insurance, welfare
from tests.scenarios.every_story import EveryStory

NAME = "welfare-payment"
ASKED = {"size": 1000, "seed": 5}


class TestEveryStory(EveryStory):
    """What holds for all scenarios."""


def test_the_reference_tells_who_is_due_and_whose_accounts_are(card):
    verdict, entitlement, account = card["answers"]
    assert verdict["accuracy"] > 0.93
    assert entitlement["accuracy"] > 0.98
    assert account["accuracy"] > 0.95


def test_every_kind_of_row_is_there(key, story):
    assert set(key["verdict"]) >= set(story.answers[0].values) - {"superseded_number"}
    assert set(key["entitlement"]) == set(story.answers[2].values)
    assert set(key["account"]) == set(accounts.KINDS)
    assert set(key["situation"]) == set(story.costs)


def test_the_poor_are_not_stopped_and_the_dead_are_not_paid(lines):
    due = {name: rows for name, rows in lines.items() if name[0] in {"payable", "without_account"}}
    stopped = sum(rows for (_, action), rows in due.items() if action == "stop")
    assert stopped / sum(due.values()) < 0.01
    lost = {action: rows for (situation, action), rows in lines.items() if situation == "not_due"}
    assert lost["stop"] / sum(lost.values()) > 0.85


# What the file is made of


def test_payees_and_accounts_are_those_of_the_registers(world, extract):
    with world.session() as session:
        benefits = {each.account_number for each in welfare.everyone(session)}
        pensions = {each.account_number for each in social_insurance.pensions(session)}
    found = set(extract["account"])
    assert len(found & (benefits | pensions)) > 0.3 * len((benefits | pensions) - {None})


def test_most_benefits_have_no_account_as_in_the_report(extract):
    benefits = extract.filter(pl.col("benefit") != "pension")
    assert 0.55 < (benefits["last_month"] == "no_account").mean() < 0.72
    with_one = benefits.filter(pl.col("last_month") != "no_account")
    assert 0.35 < (with_one["last_month"] == "unpaid").mean() < 0.57
    has_none = pl.col("last_month") == "no_account"
    assert extract.filter((pl.col("account") == "") != has_none).is_empty()


def test_of_several_payments_the_first_is_due(both):
    twice = both.filter((pl.col("truth_number") != "").over("record_id"))
    groups = twice.sort("since").group_by("truth_number", "benefit", maintain_order=True)
    several = groups.agg(pl.col("truth_entitlement")).filter(
        pl.col("truth_entitlement").list.len() > 1
    )
    assert several.height >= 10
    assert {tuple(each) for each in several["truth_entitlement"]} == {("due", "twice")}


def test_an_old_age_allowance_is_beside_a_pension(both):
    named = both.filter(pl.col("truth_number") != "")
    beside = named.filter(truth_entitlement="with_pension")
    assert set(beside["benefit"]) == {"old_age"}
    pensions = named.filter(benefit="pension", truth_entitlement="due")
    assert set(beside["truth_number"]) <= set(pensions["truth_number"])


def test_a_collector_is_no_payee_of_its_account(both):
    collected = both.filter(truth_account="collector")
    assert collected.group_by("account").len()["len"].min() > accounts.MANY_PAYEES
    assert collected.filter(pl.col("account_id_number") == pl.col("truth_number")).is_empty()
    closed = both.filter(truth_account="closed")
    assert set(closed["account_state"]) == {"closed"}


@pytest.mark.parametrize("difficulty", ["easy", "hard"])
def test_harder_files_hide_collectors_better(system, base, truth, file_of, difficulty):
    asked = {"size": 600, "difficulty": difficulty, "mix": {"collector": 0.1}}
    run = system.post(base, asked)["id"]
    told = scoring.joined(truth(run), file_of(run)).filter(truth_account="collector")
    largest = told.group_by("account").len()["len"].max()
    assert largest >= 20 if difficulty == "easy" else largest <= 9
    assert ("yes" in set(told["authority"])) == (difficulty == "hard")


def test_nobody_is_there_twice_by_accident(both):
    named = both.filter((pl.col("truth_number") != "") & (pl.col("truth_entitlement") == "due"))
    assert named["truth_number"].is_unique().mean() > 0.99
