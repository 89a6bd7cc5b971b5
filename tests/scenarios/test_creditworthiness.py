"""Creditworthiness over the interface, and the hidden process behind it."""

import io

import numpy as np
import polars as pl
import pytest

from app.registry import everyone
from app.sandbox import operator
from app.scenarios import lending, parameters, secrecy
from app.scenarios.population import Population
from app.scenarios.probabilities import FEWEST
from app.scenarios.stories import creditworthiness
from tests.scenarios.every_story import EveryStory, alike

NAME = "creditworthiness"
ASKED = {"size": 600, "seed": 5}
#: What a lender may not go by, and what would be the truth.
FORBIDDEN = {"sex", "ethnicity", "religion", "event", "chance", "outcome", "score", "birth_date"}


class TestEveryStory(EveryStory):
    """What holds for all scenarios."""


@pytest.fixture(scope="module")
def past(system, base, card):
    return pl.read_parquet(io.BytesIO(system.download(f"{base}/{card['run']}/files/past.parquet")))


@pytest.fixture(scope="module")
def made(world):
    """Make rows of the process straight, of people as they are or as `other` makes them."""

    def make(other=lambda people: people, **asked):
        with world.session() as session:
            known = everyone.read(session)
            changed = everyone.Everyone(other(known.people), known.old, known.superseded)
            people = Population(changed, world.today, session, world)
            told = parameters.of(creditworthiness.SCENARIO, **{"size": 700, **asked})
            return creditworthiness.make(people, secrecy.Draws(b"a test", "process"), told)

    return make


def test_the_card_tells_how_good_the_probabilities_are(card):
    told = card["probability"]
    assert 0.7 < told["auc"] <= told["auc_bound"] + 0.02
    assert told["gini"] == pytest.approx(2 * told["auc"] - 1, abs=2e-4)
    assert told["ks"] > 0.3
    assert told["calibration_error"] < 0.08
    assert sum(each["rows"] for each in told["calibration"]) == card["rows"]
    assert told["profit_naive"] < told["profit"] <= told["profit_bound"]
    assert told["profit"] == card["cost"]["constant"]["refuse"] - card["cost"]["total"]


def test_groups_of_people_are_told_but_those_that_are_few(card):
    groups = card["probability"]["groups"]
    assert {each["by"] for each in groups} == {
        *("sex", "age", "ethnicity", "area", "region", "thin_file", "refused_elsewhere")
    }
    assert all(each["rows"] >= FEWEST for each in groups)
    assert {each["name"] for each in groups if each["by"] == "thin_file"} == {"yes", "no"}


def test_who_lends_to_everybody_is_told_so_by_group(extract, story, submit):
    told = submit(alike(story, extract, action="accept"))["probability"]
    assert told["auc"] == 0.5
    for each in told["groups"]:
        assert (each["approved"], each["good_refused"]) == (1.0, 0.0)


def test_page_and_picture_show_curves_and_groups(client, world, system, base, card):
    at = f"{base}/{card['run']}/submissions/1/picture"
    drawn = system.download(at).decode()
    token = operator.world_token(client.app._server.operator_token, world.id)
    page = "/console/scenarios"
    client.post(page, data={"token": token})
    shown = client.get(f"{page}/{card['run']}/1?lang=en").text
    client.cookies.clear()
    for told in (drawn, shown):
        assert f"AUC {card['probability']['auc']:.3f} of" in told
        assert told.count("<polyline") == 5
    assert "Fairness by group" in shown
    assert "loan_shark" in shown
    assert "style=" not in shown


def test_submissions_are_compared_by_decisions(system, base, card, extract, story, submit):
    submit(alike(story, extract, action="refuse"))
    told = system.get(f"{base}/{card['run']}/comparison")
    best, *others = told["submissions"]
    assert (told["best"], best["better"], best["worse"]) == (1, 0, 0)
    assert all(each["worse"] > 0 for each in others)


def test_neither_file_has_what_decides_or_what_nobody_may_go_by(extract, past):
    assert not FORBIDDEN & set(extract.columns)
    assert FORBIDDEN & set(past.columns) == {"score", "outcome"}
    assert not set(past["record_id"]) & set(extract["record_id"])
    assert {"full_name", "id_number"}.isdisjoint(past.columns)
    assert set(past["outcome"]) == {"paid", "defaulted"}


def test_the_past_is_over_and_applications_are_not(extract, past, world):
    assert past["applied_on"].max() <= str(world.today.replace(year=world.today.year - 1))
    assert extract["applied_on"].max() <= str(world.today)


def test_only_who_consented_may_be_asked_about(system, extract):
    asked = {"purpose": "credit-scoring", "fields": ["credit_accounts"]}
    path = "/v1/credit-assessments"
    [number, consent] = (
        extract.filter(pl.col("consent") != "").select("id_number", "consent").row(0)
    )
    told = system.post(path, {**asked, "number": number, "consent": consent})
    assert told["outcome"] == "assessed"
    for other, named in (
        (extract.filter(pl.col("consent") == "")["id_number"][0], consent),
        (number, "0" * 32),
    ):
        body = {**asked, "number": other, "consent": named}
        refused = system.client.post(path, json=body, headers=system.headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "no-consent")
    house = {**asked, "fields": ["lives_in_own_house"], "number": number, "consent": consent}
    refused = system.client.post(path, json=house, headers=system.headers)
    assert refused.status_code == 403


def test_the_same_parameters_name_the_same_consents(system, base, extract, file_of):
    again = system.post(base, {**ASKED, "reproducible": True})
    assert file_of(again["id"])["consent"].to_list() == extract["consent"].to_list()


def test_there_is_a_past_only_where_a_story_has_one(agency):
    telco = agency("viettel")
    run = telco.post("/v1/scenarios/sim-cleanup/runs", {"size": 100})
    assert run["files"] == ["extract.csv", "extract.parquet"]
    path = f"/v1/scenarios/sim-cleanup/runs/{run['id']}/files/past.csv"
    answer = telco.client.get(path, headers=telco.headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "scenario-file-unknown")


def test_the_process_does_not_see_who_people_are(made):
    """The same people under another sex come to the same end; only the groups differ."""
    exchanged = pl.col("sex").replace({"F": "M", "M": "F"})
    before, after = made(), made(lambda people: people.with_columns(exchanged))
    same = [name for name in before.key.columns if name != "group_sex"]
    assert before.key.select(same).equals(after.key.select(same))
    assert not before.key["group_sex"].equals(after.key["group_sex"])
    assert before.extract.equals(after.extract)


def test_outcomes_come_as_often_as_the_process_says(made):
    key = made(size=1_000).key
    bins = (
        key.sort("chance").with_row_index("at").group_by(pl.col("at") // 250, maintain_order=True)
    )
    for low, observed in (
        bins.agg(pl.col("chance").mean(), pl.col("event").mean())
        .select("chance", "event")
        .iter_rows()
    ):
        assert observed == pytest.approx(low, abs=0.09)


def test_the_harder_the_less_can_be_known(made):
    spread = [made(difficulty=each).key["chance"].std() for each in ("easy", "normal", "hard")]
    assert spread == sorted(spread, reverse=True)


def test_debtors_of_loan_sharks_are_worse_and_not_all_on_the_list_are(made):
    both = made(size=1_000, mix={"loan_shark": 0.4, "thin_file": 0.1})
    chance = both.key.group_by("group_refused_elsewhere").agg(pl.col("chance").mean())
    told = dict(chance.iter_rows())
    assert told["loan_shark"] > 1.5 * told["nobody"]
    listed = both.key.filter(group_refused_elsewhere="loan_shark")
    assert listed["signature"].n_unique() == 2


def test_a_loan_is_worth_it_where_it_earns_more_than_it_loses():
    rows = pl.DataFrame({"product": ["cash", "cash", "card", "card"]})
    cash, card = lending.PRODUCTS["cash"], lending.PRODUCTS["card"]
    edge = [each.margin / (each.margin + each.loss) for each in (cash, card)]
    chance = pl.Series([edge[0] - 0.01, edge[0] + 0.01, edge[1] - 0.01, edge[1] + 0.01])
    assert lending.worth_it(rows, pl.lit(chance)).to_list() == [True, False, True, False]


def test_a_regression_finds_the_weights_that_made_its_data(draws):
    rng = draws.stream("regression")
    rows = np.column_stack([np.ones(20_000), rng.standard_normal((20_000, 2))])
    weights = np.array([-1.0, 0.8, -0.5])
    event = rng.random(20_000) < creditworthiness.expected(rows, weights)
    assert creditworthiness.fitted(rows, event) == pytest.approx(weights, abs=0.06)
