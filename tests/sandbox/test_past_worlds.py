"""Whatever is reported and accepted, every earlier day is read as it was read that day."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.registry import fields, past
from app.registry.models import Citizen, FieldChange
from tests.sandbox.test_reported_worlds import (
    RANDOM,
    TODAY,
    enter,
    file_of,
    pins,
    world,
)

__all__ = ["pins", "world"]
#: Of how many people all fields are compared: those that are reported about, and others.
_SEEN = 60


def read_again_what_was_read(world, pins, data):
    with Session(world._writing) as session:
        ids = session.scalars(select(Citizen.id).where(Citizen.pin.in_(pins[:_SEEN]))).all()
        day, taken = TODAY, {}
        for _ in range(data.draw(st.integers(1, 6))):
            taken[day] = fields.read(session, ids, fields.FIELDS, day)
            day += dt.timedelta(days=1)
            kind, rows = file_of(data, pins)
            enter(session, kind, rows, today=day)
        changed = set(session.scalars(select(FieldChange.citizen_id))) & set(ids)
        near = sorted(changed) + list(ids)[:6]
        for then, snapshot in taken.items():
            known = dict(zip(ids, snapshot, strict=True))
            for one in dict.fromkeys(near):
                assert past.read(session, one, fields.FIELDS, then) == known[one], (then, one)
        session.rollback()


@given(data=st.data())
@RANDOM(max_examples=6)
def test_every_day_is_read_as_it_was_read_that_day(world, pins, data):
    read_again_what_was_read(world, pins, data)


@pytest.mark.slow
@given(data=st.data())
@RANDOM(max_examples=300)
def test_every_day_of_many_is_read_as_it_was_read_that_day(world, pins, data):
    read_again_what_was_read(world, pins, data)
