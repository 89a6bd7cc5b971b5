"""A hand-made world in which four people have cards, accounts and telephone numbers."""

from __future__ import annotations

import datetime as dt

from app.identity import models as m
from app.sectors.models import Subscriber

TODAY = dt.date(2026, 1, 1)
NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
AN, BINH, CUONG, DUNG, DUC = range(1, 6)
#: Personal numbers of the hand-made world.
PIN = {number: f"901090{number:06d}" for number in range(1, 6)}


def add(session):
    """An has level 2, Bình level 1, Cường an account that was collected; Dung has none."""
    session.add_all(_cards())
    session.add_all(
        [
            _account(AN, 2),
            _account(BINH, 1),
            _account(CUONG, 2, "collected", dt.date(2025, 12, 29)),
        ]
    )
    session.add_all(
        Subscriber(
            number=f"09999900{number:02d}",
            holder_number=PIN[number],
            telco="gmobile",
            activated_on=dt.date(2020, 1, number),
            state="active",
        )
        for number in (AN, BINH, CUONG, DUNG)
    )
    session.flush()


def _cards():
    for citizen_id in (AN, BINH, CUONG, DUNG):
        yield m.Card(
            citizen_id=citizen_id,
            number=PIN[citizen_id],
            form="2024",
            state="active",
            state_since=dt.date(2025, 1, 2),
            issued_on=dt.date(2025, 1, 2),
            issued_by="Bộ Công an",
            expires_on=dt.date(2030, 1, 15),
            issue_reason="first",
        )


def _account(citizen_id, level, state="active", since=dt.date(2025, 2, 3)):
    return m.Account(
        citizen_id=citizen_id,
        level=level,
        state=state,
        state_since=since,
        collected_on=since,
        activated_on=None if state == "collected" else since,
    )


def write(world, job):
    """Do something in the world's writer and return what it gives."""
    return world.writer.submit(job)


def change(world, model, citizen_id, **columns):
    """Change the rows of one citizen."""

    def job(session):
        for row in session.query(model).filter_by(citizen_id=citizen_id):
            for name, value in columns.items():
                setattr(row, name, value)

    write(world, job)
