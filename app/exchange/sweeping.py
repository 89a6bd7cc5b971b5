"""Sweeping: what the exchange forgets in time. Leaves have a retention of their own (`log/`)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from sqlalchemy import delete

from app.exchange import idempotency, requests
from app.exchange.access import GUESS_WINDOW_SECONDS
from app.exchange.models import FailedGuess, RevokedToken, SpentAssertion, Usage
from app.exchange.webhooks import messages

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.platform.world import World

#: How long the daily counts of questions are kept.
USAGE_KEPT = dt.timedelta(days=400)


def sweep(session: Session, world: World, now: dt.datetime) -> None:
    """Delete, as one job of the world's writer, what nobody can need any more.

    Spent assertions and revoked tokens that have expired (they would be refused anyway), failed
    guesses of past windows, keys older than 24 hours, bodies past the world's retention, old rows
    of the request log, old counts, and messages of webhooks that arrived long ago.
    """
    window = int(now.timestamp()) // GUESS_WINDOW_SECONDS
    session.execute(delete(SpentAssertion).where(SpentAssertion.expires_at <= now))
    session.execute(delete(RevokedToken).where(RevokedToken.expires_at <= now))
    session.execute(delete(FailedGuess).where(FailedGuess.window < window))
    session.execute(delete(Usage).where(Usage.day < (now - USAGE_KEPT).date()))
    idempotency.sweep(session, now, world.facts.retention_days)
    requests.sweep(session, now, world.facts.retention_days)
    messages.sweep(session, now)
