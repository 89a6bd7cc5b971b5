"""Whole and parts of real households move, split, merge, go missing and come back: rules hold."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry import fields, households, past
from app.registry.models import Citizen
from tests.sandbox.test_reported_worlds import RANDOM, TODAY, enter, pins, world
from tests.support import rules

__all__ = ["pins", "world"]
KINDS = st.sampled_from(["move", "join", "split", "merge", "missing", "loss", "return", "death"])
PLACES = st.sampled_from([{"unit": "00004", "detail": "Số 1"}, {"unit": "26740", "detail": "2"}])
#: What is anybody's to a head.
OTHER = "99"


def report(data, kind, home, other, gone):
    """Return the kind of event, and what is said of some who live there, the head or not."""
    people = [member.pin for member in home.members]
    some = data.draw(st.lists(st.sampled_from(people), min_size=1, unique=True))
    first = some[0]
    along = [{"pin": pin, "relationship": OTHER} for pin in some[1:]]
    joined = {"member": other.head.pin, "relationship": OTHER}
    place = {"place": data.draw(PLACES)}
    rest = [{"pin": pin, "relationship": OTHER} for pin in people if pin != first]
    return {
        "move": ("permanent-move", {"pin": first, "household": place, "members": along}),
        "join": ("permanent-move", {"pin": first, "household": joined, "members": along}),
        "split": ("household-split", {"pin": first, "members": along}),
        "merge": ("household-merge", {"pin": first, "household": joined, "members": rest}),
        "missing": ("missing", {"pin": first, "missing_since": "2020-01-01"}),
        "loss": ("nationality-loss", {"pin": first, "ground": "renounced"}),
        "return": ("return", {"pin": gone[-1] if gone else first, "household": joined}),
        "death": ("death", {"pin": first}),
    }[kind]


def homes_of(session, ids, day):
    found = households.of(session, ids, day).values()
    return [home for home in {home.id: home for home in found}.values() if home.head]


def live_on(world, data):
    """Report some events, one a day; hold the registry to its rules and to its past."""
    with Session(world._writing) as session:
        ids = session.scalars(select(Citizen.id).order_by(Citizen.id)).all()
        day, gone, taken, accepted = TODAY, [], {}, 0
        for _ in range(data.draw(st.integers(2, 5))):
            taken[day] = fields.read(session, ids[60:90], fields.FIELDS, day)
            day += dt.timedelta(days=1)
            homes = homes_of(session, ids[60:130], day)
            one, other = (data.draw(st.sampled_from(homes)) for _ in range(2))
            kind, said = report(data, data.draw(KINDS), one, other, gone)
            if enter(session, kind, [said], today=day):
                accepted += 1
                gone += [said["pin"]] if kind in ("missing", "death") else []
        if accepted:
            rules.check(rules.read(session), day)
        for then, snapshot in taken.items():
            for one, known in list(zip(ids[60:90], snapshot, strict=True))[::5]:
                assert past.read(session, one, fields.FIELDS, then) == known, (then, one)
        session.rollback()


@given(data=st.data())
@RANDOM(max_examples=4)
def test_whatever_becomes_of_households_the_rules_hold_and_the_past_is_kept(world, data):
    live_on(world, data)


@pytest.mark.slow
@given(data=st.data())
@RANDOM(max_examples=200)
def test_whatever_becomes_of_many_the_rules_hold_and_the_past_is_kept(world, data):
    live_on(world, data)
