"""`dancu class …`: a class from its opening to its end, at a terminal beside a server."""

from __future__ import annotations

import pytest

from app.training import lesson

NAME = "by-command"


@pytest.fixture
def opened(told, dancu, served):
    """A class of two, as the command told it."""
    default = served.environment["DANCU_DEFAULT_WORLD"]
    asked = ("--learners", 2, "--name", "Lan", "--lesson", "verify", "--world", default)
    yield told("class", "open", NAME, *asked)
    dancu("class", "close", NAME, "--yes")


def test_a_class_goes_its_way_by_commands(opened, told, printed, dancu, tmp_path):
    assert [seat["name"] for seat in opened["seats"]] == ["Lan", ""]
    assert opened["address"].endswith(f"/w/{NAME}/class")
    assert NAME in printed("class", "list")
    board = told("class", "show", NAME)
    assert [each["world"] for each in board["learners"]] == [f"{NAME}-01", f"{NAME}-02"]
    assert "Lan" in printed("class", "show", NAME)
    code = printed("class", "code", NAME, 2).strip()
    assert code.startswith(f"{NAME}-02-")
    assert code != opened["seats"][1]["code"]
    assert told("class", "results", NAME)[0]["lesson"] == "verify"
    out = tmp_path / "results.csv"
    assert "Nobody has begun." in printed("class", "results", NAME, "--out", out)
    assert out.read_text(encoding="utf-8").startswith("number,name,lesson")
    unbegun = dancu("class", "release", NAME, 1, "verify")
    assert "lesson-not-begun" in unbegun.err
    silent = dancu("class", "replay", NAME, 1)
    assert "request-not-repeatable" in silent.err
    assert "is closed" in printed("class", "close", NAME, "--yes")
    assert "class-unknown" in dancu("class", "show", NAME).err


@pytest.mark.usefixtures("opened")
def test_learners_are_steered_by_commands(printed, told, dancu):
    pushed = ("class", "fault", NAME, "latency", "--delay-ms", 10, "--times", 3, "--path", "/v1/")
    assert printed(*pushed, "--learner", 1) == "Done in 1 world.\n"
    assert printed("class", "freeze", NAME) == "Done in 2 worlds.\n"
    found = told("class", "show", NAME)["learners"]
    assert [each["faults"] for each in found] == [["frozen", "trainer"], ["frozen"]]
    assert printed("class", "thaw", NAME, "-l", 1, "-l", 2) == "Done in 2 worlds.\n"
    assert printed("class", "fault", NAME, "--lift") == "Done in 2 worlds.\n"
    assert [each["faults"] for each in told("class", "show", NAME)["learners"]] == [[], []]
    assert printed("class", "clock", NAME, "--days", 1, "-l", 2) == "Done in 1 world.\n"
    for unclear in (("latency", "--lift"), ()):
        refused = dancu("class", "fault", NAME, *unclear)
        assert refused.status == 2
        assert "fault-unclear" in dancu("class", "fault", NAME, *unclear, "--json").err


def test_lessons_are_listed(told, printed):
    assert [each["name"] for each in told("class", "lessons")] == list(lesson.all_of_them())
    assert "verify: Verify" in printed("class", "lessons")
