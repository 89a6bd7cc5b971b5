"""The calendar of a block on the world's clock: notices, blocks, complaints, reinstatement."""

import datetime as dt

import polars as pl
import pytest

from tests.scenarios.every_story import alike

NAME = "sim-cleanup"
ASKED = {"size": 400, "seed": 4}


@pytest.fixture(scope="module")
def blocked(submit, story, extract):
    """Two more submissions: one blocks everybody, one nobody."""
    everybody = submit(alike(story, extract, action="block"))
    nobody = submit(alike(story, extract, action="keep"))
    return everybody["submission"], nobody["submission"]


@pytest.fixture(scope="module")
def told(system, base, card):
    return lambda number: system.get(f"{base}/{card['run']}/submissions/{number}/calendar")


@pytest.fixture(scope="module")
def decide(client, system, base, card):
    def send(number, **decisions):
        at = f"{base}/{card['run']}/submissions/{number}/decisions"
        return client.post(at, json={"decisions": decisions}, headers=system.headers)

    return send


@pytest.fixture(scope="module")
def pass_days(client):
    """Let days pass in which nothing happens to anybody."""

    def passes(days):
        headers = {"Authorization": f"Bearer {client.app._server.operator_token}"}
        body = {"days": days, "lives": False}
        assert client.post("/control/v1/clock", json=body, headers=headers).status_code == 200

    return passes


@pytest.fixture(scope="module")
def course(blocked, told, decide, pass_days):
    """What was told on days 0, 3, 20 and 65 of who blocks everybody; decided is on day 20."""
    everybody, _ = blocked
    days = {0: told(everybody)}
    for passed in (3, 20):
        pass_days(passed - max(days))
        days[passed] = told(everybody)
    said = {
        each["record_id"]: "reinstate" if each["shows"] == "chip" else "refuse"
        for each in days[20]["complaints"]
    }
    answer = decide(everybody, **said)
    assert answer.status_code == 200, answer.text
    assert answer.json() == told(everybody)
    record = next(iter(said))
    other = "refuse" if said[record] == "reinstate" else "reinstate"
    again = [decide(everybody, **{record: each}) for each in (said[record], other)]
    strange = decide(everybody, AAAAAAAA="reinstate")
    days["decided"] = answer.json()
    pass_days(45)
    days[65] = told(everybody)
    late = decide(everybody, **{record: said[record]})
    return days, [*again, strange, late]


def test_a_block_takes_its_legal_course(course):
    days, _ = course
    begun = days[0]
    assert (begun["day"], begun["states"], begun["cost"]) == (0, {"begun": 400}, 0)
    first = dt.date.fromisoformat(begun["submitted_on"])
    steps = {name: dt.date.fromisoformat(day) - first for name, day in begun["steps"].items()}
    told = {name: after.days for name, after in steps.items()}
    assert told == {"noticed": 1, "one_way": 15, "two_way": 30, "recovered": 60}
    assert days[3]["states"] == {"noticed": 400}
    assert days[20]["states"] == {"one_way": 400}
    assert set(days[65]["states"]) == {"reinstated", "recovered"}


def test_subscribers_complain_and_are_reinstated(course):
    days, _ = course
    assert 0 < len(days[3]["complaints"]) < len(days[20]["complaints"])
    assert (days[3]["wrongly_blocked"], days[20]["lost"]) == (0, 0)
    decided = days["decided"]
    assert decided["open_complaints"] == 0
    assert decided["states"]["reinstated"] == decided["reinstated"] > 50
    assert decided["wrongly_reinstated"] == 0
    assert decided["wrongly_blocked"] == days[20]["wrongly_blocked"] - decided["reinstated"]
    assert days[65]["lost"] == days[65]["wrongly_blocked"] > 0


def test_what_cannot_be_decided_is_told(course):
    _, (same, other, strange, late) = course
    assert same.status_code == 200
    assert (other.status_code, other.json()["code"]) == (409, "complaint-decided")
    assert (strange.status_code, strange.json()["code"]) == (400, "complaint-unknown")
    assert strange.json()["invalid_params"][0]["name"] == "decisions.AAAAAAAA"
    assert (late.status_code, late.json()["code"]) == (409, "subscriber-number-recovered")


def test_the_rightful_and_the_unlawful_are_counted(course, key):
    days, _ = course
    rightful = key.filter(pl.col("situation").is_in(["clean", "to_update", "without_contract"]))
    assert days[20]["wrongly_blocked"] == rightful.height
    assert days[20]["fraud_left"] == 0
    unlawful = key.filter(situation="unlawful").height
    assert days[20]["cost"] == rightful.height * 5 * 8 + unlawful * 15 * 12


def test_the_reference_costs_less_than_blocking_everybody_or_nobody(
    course, blocked, told, card, key
):
    days, _ = course
    nobody = told(blocked[1])
    assert nobody["states"] == {"untouched": 400}
    assert nobody["cost"] == key.filter(situation="unlawful").height * 65 * 12
    assert told(card["submission"])["cost"] < min(nobody["cost"], days[65]["cost"])


def test_other_stories_have_no_calendar(agency):
    taxes = agency("btc")
    run = taxes.post("/v1/scenarios/tax-migration/runs", {"size": 100})["id"]
    path = f"/v1/scenarios/tax-migration/runs/{run}/submissions/1/calendar"
    answer = taxes.client.get(path, headers=taxes.headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "scenario-without-calendar")
