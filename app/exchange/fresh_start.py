"""What a fork or a reset world starts without: everything that callers asked another incarnation.

Agencies, systems, grants and consents stay: they belong to the world. Webhooks do not: a copy
would send the same people's events to the same addresses. The log has its own start,
`app.exchange.log.store.begin`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from app.exchange.jobs.models import Job
from app.exchange.models import (
    FailedGuess,
    FeeHead,
    FeeSum,
    FieldInventory,
    IdempotencyKey,
    PresentationRequest,
    RequestLog,
    RevokedToken,
    SpentAssertion,
    Usage,
    Withholding,
)
from app.exchange.webhooks.models import Webhook, WebhookAttempt, WebhookMessage

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_OF_CALLS = (
    FailedGuess,
    FeeHead,
    FeeSum,
    FieldInventory,
    IdempotencyKey,
    PresentationRequest,
    Job,
    RequestLog,
    RevokedToken,
    SpentAssertion,
    Usage,
    WebhookAttempt,
    WebhookMessage,
    Webhook,
    Withholding,
)


def begin(session: Session) -> None:
    """Forget every call, its tallies and its answers."""
    for model in _OF_CALLS:
        session.execute(delete(model))
