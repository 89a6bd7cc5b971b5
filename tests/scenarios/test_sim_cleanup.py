"""SIM clean-up over the interface, and what all scenarios share: files, runs, leaks."""

import polars as pl
import pytest

from app.scenarios import files, parameters, scoring, secrecy
from tests.scenarios.every_story import EveryStory, alike

NAME = "sim-cleanup"
ASKED = {"size": 1200, "seed": 3}


class TestEveryStory(EveryStory):
    """What holds for all scenarios."""


def test_the_reference_tells_who_it_is_and_what_goes_together(card):
    verdict, flag = card["answers"]
    assert verdict["accuracy"] > 0.93
    assert flag["accuracy"] > 0.98


def test_every_kind_of_row_is_there(key, story):
    rare = {"superseded_number"}  # two thousand people may have none
    assert set(key["verdict"]) >= set(story.answers[0].values) - rare
    assert set(key["flag"]) == set(story.answers[2].values)


def test_false_mismatches_are_not_blocked_by_the_reference(lines):
    rightful = sum(
        rows for (situation, _), rows in lines.items() if situation in {"clean", "to_update"}
    )
    wrongly = sum(lines.get((situation, "block"), 0) for situation in ("clean", "to_update"))
    assert wrongly / rightful < 0.01


def test_submissions_are_compared_and_drawn(system, base, card):
    told = system.get(f"{base}/{card['run']}/comparison")
    assert told["best"] == card["submission"]
    scores = [each["score"] for each in told["submissions"]]
    assert scores == sorted(scores, reverse=True)
    assert told["submissions"][0]["better"] == told["submissions"][0]["worse"] == 0
    path = f"{base}/{card['run']}/submissions/1/picture"
    assert system.download(path).startswith(b"<svg")
    again = system.get(f"{base}/{card['run']}/submissions/1")
    assert again == card
    assert system.get(f"{base}/{card['run']}/submissions")[0] == card


def test_a_submission_that_lacks_columns_is_told_so(system, base, card, extract):
    table = extract.select("record_id", verdict=pl.lit("perhaps"))
    answer = system.try_upload(f"{base}/{card['run']}/submissions", table.write_csv().encode())
    assert answer.status_code == 400
    assert answer.json()["code"] == "submission-invalid"
    assert {each["name"] for each in answer.json()["invalid_params"]} == {
        "columns.number",
        "columns.flag",
        "columns.action",
    }


def test_a_key_has_the_same_answer_again(system, base, story, card, extract, client):
    body = alike(story, extract).write_csv()
    headers = {
        **system.headers,
        "Content-Type": "text/csv",
        "Idempotency-Key": "once",
    }
    path = f"{base}/{card['run']}/submissions"
    first, second = (client.post(path, content=body, headers=headers) for _ in range(2))
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"


# The same parameters, the same file


def test_the_same_parameters_give_the_same_file_on_this_server(system, base, file_of, extract):
    once, again = (file_of(system.post(base, ASKED)["id"]) for _ in range(2))
    assert again.equals(once)
    other = file_of(system.post(base, ASKED | {"seed": 4})["id"])
    for different in (other, extract):
        assert not set(different["record_id"]) & set(once["record_id"])


def test_another_servers_secret_gives_another_file(world, settings, story, tmp_path):
    def first_ids(home, *, practice):
        name = parameters.of(story, reproducible=practice).name
        draws = secrecy.draws(world, home, story.name, name, practice=practice)
        return secrecy.record_ids(draws.stream("ids"), 50)

    assert first_ids(settings.home, practice=False) == first_ids(settings.home, practice=False)
    assert first_ids(settings.home, practice=False) != first_ids(tmp_path, practice=False)
    assert first_ids(settings.home, practice=True) == first_ids(tmp_path, practice=True)
    assert (tmp_path / secrecy.FILE).stat().st_mode & 0o777 == 0o600


def test_practice_is_marked_as_such(system, base):
    run = system.post(base, {"size": 100, "reproducible": True})
    assert run["practice"] is True
    assert system.get(f"{base}/{run['id']}")["practice"] is True


@pytest.mark.parametrize(
    ("size", "difficulty"), [(150, "normal"), (400, "easy"), (400, "hard"), (1500, "normal")]
)
def test_kinds_of_which_so_small_a_file_has_none_are_told(system, base, truth, size, difficulty):
    asked = {"size": size, "difficulty": difficulty, "reproducible": True}
    run = system.post(base, asked)
    there = set(truth(run["id"])["flag"])
    groups = {"over_3", "over_10", "strawman", "sim_farm"}
    assert set(run["absent"]) & groups == groups - there
    assert ("superseded_number" in run["absent"]) == (size < 125)


def test_kinds_that_were_not_wanted_are_not_missed(system, base):
    run = system.post(base, {"size": 1500, "mix": {"sim_farm": 0}})
    assert run["absent"] == []


def test_lost_files_are_made_again_or_told_to_be_lost(system, base, settings, world, truth):
    run = system.post(base, {"size": 150, "seed": 8})
    path = f"{base}/{run['id']}/files/extract.csv"
    before, key = system.download(path), truth(run["id"])
    files.remove(settings.home, world.id, run["id"])
    assert system.download(path) == before
    assert truth(run["id"]).equals(key)


# What is refused


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"mix": {"unheard_of": 0.1}}, "scenario-parameters-invalid"),
        ({"mix": {"near_match": 0.99}}, "scenario-parameters-invalid"),
    ],
)
def test_impossible_parameters_are_refused(system, base, client, asked, code):
    answer = client.post(base, json=asked, headers=system.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_a_mix_of_ones_own_is_kept_to(system, base, truth):
    run = system.post(base, {"size": 1000, "mix": {"near_match": 0.3, "sim_farm": 0}})
    key = truth(run["id"])
    assert (key["verdict"] == "near_match").sum() == 300
    assert "sim_farm" not in set(key["flag"])


@pytest.mark.parametrize("difficulty", ["easy", "hard"])
def test_harder_files_allow_less(system, base, story, truth, difficulty):
    asked = {"size": 1500, "difficulty": difficulty, "mix": {"strawman": 0.2}}
    key = truth(system.post(base, asked)["id"])
    both = scoring.joined(key, key.select("record_id", *(each.name for each in story.classes)))
    (_, flag) = scoring.answers(story, both)
    assert flag.accuracy == 1.0
    largest = key.filter(flag="strawman").group_by("number").len()["len"].max()
    assert largest >= 30 if difficulty == "easy" else largest <= 16


# What must not leak


def test_another_agency_sees_no_run_of_mine(agency, client, base, card):
    other = agency("mobifone")
    assert other.get(base) == []
    gone = client.delete(f"{base}/{card['run']}", headers=other.headers)
    assert gone.status_code == 404


def test_the_operator_sees_scores_and_no_truth(client, card, key):
    headers = {"Authorization": f"Bearer {client.app._server.operator_token}"}
    told = client.get("/control/v1/scenario-runs", headers=headers)
    assert card["run"] in {run["id"] for run in told.json()}
    cards = client.get(f"/control/v1/scenario-runs/{card['run']}/submissions", headers=headers)
    assert cards.json()[0] == card
    digest = files.digest(key)
    for text in (told.text, cards.text):
        assert digest not in text
        assert "signature" not in text


def test_a_run_is_deleted_with_its_files(system, base, client, settings, world):
    mine, other = (system.post(base, {"size": 100, "seed": seed})["id"] for seed in (21, 22))
    headers = {"Authorization": f"Bearer {client.app._server.operator_token}"}
    assert client.delete(f"{base}/{mine}", headers=system.headers).status_code == 204
    address = f"/control/v1/scenario-runs/{other}"
    assert client.delete(address, headers=headers).status_code == 204
    for run in (mine, other):
        assert client.get(f"{base}/{run}", headers=system.headers).status_code == 404
        assert not files.folder(settings.home, world.id, run).exists()


def test_an_unknown_scenario_is_told_so(client):
    answer = client.get("/v1/scenarios/no-such-story")
    assert (answer.status_code, answer.json()["code"]) == (404, "scenario-unknown")


def test_everything_a_tester_needs_is_told(client, story):
    told = client.get("/v1/scenarios/sim-cleanup").json()
    assert [column["name"] for column in told["answers"]] == [
        "record_id",
        *(column.name for column in story.answers),
    ]
    assert told["costs"] == story.costs
    assert "sim-cleanup" in {each["name"] for each in client.get("/v1/scenarios").json()}
