"""What a fork or a reset world starts without: everything that callers asked another incarnation.

Agencies, systems, grants and consents stay: they belong to the world. The log has its own start,
`app.exchange.log.store.begin`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from app.exchange.models import (
    FailedGuess,
    IdempotencyKey,
    PresentationRequest,
    RequestLog,
    RevokedToken,
    SpentAssertion,
    Usage,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_OF_CALLS = (
    FailedGuess,
    IdempotencyKey,
    PresentationRequest,
    RequestLog,
    RevokedToken,
    SpentAssertion,
    Usage,
)


def begin(session: Session) -> None:
    """Forget every call, its tallies and its answers."""
    for model in _OF_CALLS:
        session.execute(delete(model))
