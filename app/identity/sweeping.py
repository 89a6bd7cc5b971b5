"""Sweeping: what the identity room forgets in time, and what has become due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity import applications, approvals, attempts, messages

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session


def sweep(session: Session, today: dt.date, now: dt.datetime) -> None:
    """Write down applications that have become due; delete old messages, approvals, failures.

    A job of the world's writer. `today` is the world's day, `now` real time.
    """
    applications.settle_all(session, today, now)
    attempts.sweep(session, now)
    messages.sweep(session, now)
    approvals.sweep(session, now)
