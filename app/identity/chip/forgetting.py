"""What of readings is forgotten: in time, and in a world that begins anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from app.identity.models import ChipChallenge, ChipSession

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

_OF_READINGS = (ChipSession, ChipChallenge)


def sweep(session: Session, now: dt.datetime) -> None:
    """Delete, as a job of the world's writer, the sessions and challenges that have ended."""
    for model in _OF_READINGS:
        session.execute(delete(model).where(model.expires_at <= now))


def begin_again(session: Session) -> None:
    """Forget every session and challenge: they belong to another incarnation."""
    for model in _OF_READINGS:
        session.execute(delete(model))
