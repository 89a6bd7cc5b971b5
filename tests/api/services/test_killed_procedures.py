"""Linked procedures whose process is killed at each step: nothing is lost, nothing done twice."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from app.exchange import access
from app.exchange.log.leaves import Kind
from app.platform import clock
from app.procedures import sagas, showing
from app.registry import citizens
from app.registry.models import LifeEvent
from app.sectors import health_insurance
from tests.api.services.test_dossiers import kept
from tests.api.services.test_linked_procedures import CHILD
from tests.exchange import people
from tests.registry import country
from tests.support import serving

POINTS = ("inside", "after", "inside", "after", "inside", "never")


def declare(world, name, said):
    """Open a dossier, and begin with none of its steps; return its code."""
    procedure = sagas.procedures()[name]
    declared = procedure.declaration.model_validate(said)
    at = access.of(world)
    by = showing.By(
        caller=at.snapshot().callers["vpcp"],
        request_id="0" * 32,
        today=world.today,
        now=clock.now(),
    )
    opened = world.writer.submit(
        lambda session: sagas.declare(session, at, by, country.AN, procedure, declared)
    )
    return opened.dossier.code


def go_on(settings, world, point):
    """Resume in a process of its own, which is killed where it is told."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.api.killed", world.name, point],
        env={**os.environ, **serving.environment(settings, world.name)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == (0 if point == "never" else -9), done.stderr


def killed_at_each_step(settings, world, code):
    """Kill it within and after each step; return the dossier when it has run to its end."""
    for point in POINTS:
        go_on(settings, world, point)
    with world.session() as session:
        row = session.scalar(select(sagas.Dossier).where(sagas.Dossier.code == code))
        return showing.view(session, row, world.today)


@pytest.fixture
def events(world):
    """Counts the life events of a kind on record."""

    def count(kind):
        with world.session() as session:
            of_kind = select(func.count()).select_from(LifeEvent).where(LifeEvent.kind == kind)
            return session.scalar(of_kind)

    return count


def test_a_death_that_is_killed_at_each_step_is_done_once(settings, world, events):
    said = {"pin": people.LUA_PIN, "date": "2025-12-30", "death_notice": "GBT 5/2025"}
    code = declare(world, "death", said)
    got = killed_at_each_step(settings, world, code)
    assert (got.state, [step.attempts for step in got.steps]) == ("delivered", [1, 1, 1])
    assert events("death") == 1
    assert got.steps[2].result["amount"] == 10_000_000


def test_a_birth_that_is_killed_at_each_step_is_done_once(settings, world, events):
    code = declare(world, "birth", CHILD)
    got = killed_at_each_step(settings, world, code)
    assert (got.state, [step.attempts for step in got.steps]) == ("delivered", [1, 1, 1])
    assert (events("birth"), events("permanent-move")) == (1, 1)
    pin = got.steps[0].result["pin"]
    with world.session() as session:
        who = citizens.find(session, pin)
        [card] = health_insurance.of_citizen(session, who.id, pin)
    assert card.number == got.steps[2].result["number"]
    kinds = [leaf.kind for leaf in kept(world, code)]
    assert kinds.count(Kind.LIFE_EVENT) == 2
    assert {step.leaf for step in got.steps} <= {leaf.seq for leaf in kept(world, code)}
