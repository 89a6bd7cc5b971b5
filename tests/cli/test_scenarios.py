"""`dancu scenario`: a story played and scored at a terminal, against a server that runs."""

import csv

import pytest

from app.scenarios import scenario

NAME = "sim-cleanup"


@pytest.mark.journey
@pytest.mark.parametrize("name", sorted(scenario.all_of_them()))
def test_every_reference_solution_is_played_from_end_to_end(dancu, name):
    """At a size at which chance plays a part: what stories promise is tested where they are."""
    played = dancu("scenario", "run", name, "--size", 400, "--json").json
    assert played["score"] > 30
    assert played["rows"] == 400
    assert f"{name}: {played['score']:g} of 100" in dancu("scenario", "score", name, "last").out


@pytest.mark.journey
def test_a_tester_starts_reads_submits_and_compares(dancu, tmp_path):
    assert NAME in dancu("scenario", "list").out
    assert "sim_farm" in dancu("scenario", "show", NAME).out
    started = dancu("scenario", "start", NAME, "--size", 300, "--mix", "near_match=0.2", "--json")
    run = started.json["id"]
    got = dancu("scenario", "files", NAME, run[:10], "--out", tmp_path, "--json").json
    assert {path.rpartition("/")[2] for path in got["files"]} == {
        f"{NAME}-extract.csv",
        f"{NAME}-extract.parquet",
        f"{NAME}-dictionary.json",
    }
    with (tmp_path / f"{NAME}-extract.csv").open(newline="", encoding="utf-8") as file:
        ids = [row["record_id"] for row in csv.DictReader(file)]
    answer = tmp_path / "answer.csv"
    lines = [f"{each},match,,none,keep" for each in ids]
    answer.write_text("\n".join(["record_id,verdict,number,flag,action", *lines]))
    assert "submission 1" in dancu("scenario", "submit", NAME, run, answer).out
    picture = tmp_path / "score.svg"
    dancu("scenario", "score", NAME, run, "--picture", picture)
    assert picture.read_text().startswith("<svg")
    assert dancu("scenario", "score", NAME, run, "--compare", "--json").json["best"] == 1
    assert "better on" in dancu("scenario", "score", NAME, run, "--compare").out
    assert run in dancu("scenario", "runs", NAME).out
    assert "untouched 300" in dancu("scenario", "calendar", NAME, run).out
    decided = dancu("scenario", "decide", NAME, run, "--reinstate", "chip", "--json").json
    assert (decided["day"], decided["complaints"]) == (0, [])
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("record_id,verdict,number,flag,action\nnobody,match,,none,keep")
    refused = dancu("scenario", "submit", NAME, run, wrong)
    assert refused.status == 1
    assert "rows.1.record_id" in refused.err
    assert run in dancu("scenario", "delete", NAME, run, "--json").out
    assert dancu("scenario", "score", NAME, run).status == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("start", NAME, "--mix", "near_match"),
        ("start", NAME, "--mix", "near_match=much"),
        ("score", NAME, "no-such-run"),
        ("submit", NAME, "last", "no-such-file.csv"),
        ("show", "no-such-story"),
    ],
)
def test_what_cannot_be_is_told_with_what_to_do(dancu, arguments):
    refused = dancu("scenario", *arguments)
    assert refused.status == 1
    assert "Next:" in refused.err
