"""`dancu clock …`: a world's date, shown and moved at a terminal."""

import datetime as dt

import pytest

from app.identity import issuing
from tests.support.copies import copy


@pytest.fixture(scope="module")
def lively(worlds, small_start):
    """A generated world whose clock these tests move."""
    with copy(worlds, small_start) as world:
        yield world


def test_a_clock_is_shown_advanced_and_set(on_worlds, lively):
    def run(*arguments):
        return on_worlds("clock", *arguments, "-w", lively.name)

    assert "2026-01-01" in run("show").out
    told = run("advance", "--months", 1, "--days", 2).out
    assert "2026-02-03" in told
    assert "birth" in told
    shown = run("show", "--json").json
    assert (shown["today"], shown["started"]) == ("2026-02-03", "2026-01-01")
    assert shown["coming"]
    assert "still to come" in run("show").out
    said = run("set", "2026-02-20", "--json").json
    assert (said["since"], said["today"]) == ("2026-02-03", "2026-02-20")
    still = run("set", "2026-03-20", "--stands-still", "--json").json
    assert still["happened"] == {}
    back = run("set", "2026-03-19")
    assert back.status != 0
    assert "runs forward" in back.err


def test_who_does_not_say_how_far_is_asked(on_worlds, lively):
    said = on_worlds("clock", "advance", "-w", lively.name)
    assert said.status == 2
    assert "--years, --months or --days" in said.err
    said = on_worlds("clock", "advance", "-w", lively.name, "--json")
    assert '"clock-not-told-how-far"' in said.err


def test_who_stops_it_is_told_what_day_it_is_and_how_to_go_on(on_worlds, lively, monkeypatch):
    """Ctrl-C comes while the first cards are given out."""
    before = on_worlds("clock", "show", "-w", lively.name, "--json").json["today"]
    until = dt.date.fromisoformat(before) + dt.timedelta(days=40)

    def stopped(*_said):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(issuing, "prepare", stopped)
        said = on_worlds("clock", "advance", "--days", 40, "-w", lively.name)
    assert said.status == 130
    shown = on_worlds("clock", "show", "-w", lively.name, "--json").json["today"]
    assert f"the clock shows {shown}" in said.err
    assert f"`dancu clock set {until} --world {lively.name}` goes on" in said.err
    went_on = on_worlds("clock", "set", until.isoformat(), "-w", lively.name, "--json").json
    assert (went_on["since"], went_on["today"]) == (shown, until.isoformat())
