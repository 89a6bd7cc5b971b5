"""Messages: one event for one webhook, the attempts at it, and what is sent again on demand."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import delete, func, select, update

from app.exchange.webhooks import subscriptions
from app.exchange.webhooks.models import WebhookAttempt, WebhookMessage
from app.platform import errors, fresh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

MOST_ROWS: Final = 200
#: How long it is known of a message that it arrived, and of a dead one that it did not.
KEPT: Final = dt.timedelta(days=30)
DEAD_KEPT: Final = dt.timedelta(days=365)
#: The type of what is fired by hand.
TEST: Final = "webhook.test"
PREFIX: Final = "msg_"

MESSAGE_UNKNOWN = errors.declare(
    code="webhook-message-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Webhook này không có thông điệp với mã đó",
    title_en="This webhook has no message with that id",
    next_vi="Xem GET /v1/webhooks/{webhook_id}/messages; mã là webhook-id của thông điệp.",
    next_en="List them by GET /v1/webhooks/{webhook_id}/messages; the id is its webhook-id.",
)


class WebhookMessageView(msgspec.Struct, frozen=True, kw_only=True):
    """A message: `id` is its `webhook-id`; `state` is `due`, `delivered` or `dead`, with why."""

    number: int
    id: str
    type: str
    state: str
    reason: str | None
    attempts: int
    created_at: dt.datetime
    due_at: dt.datetime | None
    settled_at: dt.datetime | None


class WebhookAttemptView(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt. `status` is what was answered, `detail` how the answer began or why none came.

    `outcome` is `delivered`, `failed`, `sending`, `interrupted` (the server ended meanwhile: it
    may have arrived) or `unsent` (its turn ended before it). `leaf_seq` is its place in the log,
    `fault` what was made to go wrong with it.
    """

    number: int
    message: str
    attempt: int
    at: dt.datetime
    outcome: str
    status: int | None
    detail: str | None
    duration_ms: int | None
    leaf_seq: int | None
    fault: str | None


def due(
    session: Session, webhook_id: str, now: dt.datetime, limit: int
) -> Sequence[WebhookMessage]:
    """Return the messages that are to be tried now, in the order of their events."""
    return session.scalars(
        select(WebhookMessage)
        .where(
            WebhookMessage.webhook_id == webhook_id,
            WebhookMessage.state == "due",
            WebhookMessage.due_at <= now,
        )
        .order_by(WebhookMessage.id)
        .limit(limit)
    ).all()


def waiting(session: Session, webhook_id: str) -> int:
    """Return how many messages have not arrived and are still tried."""
    count = select(func.count()).where(
        WebhookMessage.webhook_id == webhook_id, WebhookMessage.state == "due"
    )
    return session.scalar(count) or 0


def next_due(session: Session, webhook_id: str) -> dt.datetime | None:
    """Return when the next attempt is due."""
    return session.scalar(
        select(func.min(WebhookMessage.due_at)).where(
            WebhookMessage.webhook_id == webhook_id, WebhookMessage.state == "due"
        )
    )


def fire(
    session: Session, webhook_id: str, client_id: str | None, now: dt.datetime
) -> WebhookMessageView:
    """Send a message that is about nobody, to see it arrive. Raises `webhook-unknown`."""
    subscriptions.row(session, webhook_id, client_id)
    made = WebhookMessage(
        webhook_id=webhook_id,
        message_id=PREFIX + fresh.hex128(),
        type=TEST,
        event_id=None,
        citizen_id=None,
        created_at=now,
        state="due",
        reason=None,
        attempts=0,
        due_at=now,
        settled_at=None,
    )
    session.add(made)
    session.flush()
    subscriptions.wake(session, webhook_id, now)
    return _message(made)


def replay(
    session: Session, webhook_id: str, client_id: str | None, message_id: str, now: dt.datetime
) -> int:
    """Send one message again, with a schedule of its own; it keeps its id.

    Raises `webhook-unknown` and `webhook-message-unknown`.
    """
    subscriptions.row(session, webhook_id, client_id)
    done = _again(session, now, webhook_id, WebhookMessage.message_id == message_id)
    if not done:
        raise MESSAGE_UNKNOWN.error()
    return done


def replay_since(
    session: Session, webhook_id: str, client_id: str | None, since: dt.datetime, now: dt.datetime
) -> int:
    """Send everything again that was first due since then, in order; return how many."""
    subscriptions.row(session, webhook_id, client_id)
    return _again(session, now, webhook_id, WebhookMessage.created_at >= since)


def page(
    session: Session, webhook_id: str, *, state: str | None, before: int | None, limit: int
) -> list[WebhookMessageView]:
    """Return a webhook's messages, the latest first."""
    query = select(WebhookMessage).where(WebhookMessage.webhook_id == webhook_id)
    if state is not None:
        query = query.where(WebhookMessage.state == state)
    if before is not None:
        query = query.where(WebhookMessage.id < before)
    found = session.scalars(query.order_by(WebhookMessage.id.desc()).limit(min(limit, MOST_ROWS)))
    return [_message(each) for each in found]


def attempts(
    session: Session, webhook_id: str, *, message_id: str | None, before: int | None, limit: int
) -> list[WebhookAttemptView]:
    """Return the delivery log of a webhook, the latest first."""
    query = select(WebhookAttempt).where(WebhookAttempt.webhook_id == webhook_id)
    if message_id is not None:
        query = query.where(WebhookAttempt.message_id == message_id)
    if before is not None:
        query = query.where(WebhookAttempt.id < before)
    found = session.scalars(query.order_by(WebhookAttempt.id.desc()).limit(min(limit, MOST_ROWS)))
    return [
        WebhookAttemptView(
            number=each.id,
            message=each.message_id,
            attempt=each.number,
            at=each.at,
            outcome=each.outcome,
            status=each.status,
            detail=each.detail,
            duration_ms=each.duration_ms,
            leaf_seq=each.leaf_seq,
            fault=each.fault,
        )
        for each in found
    ]


def sweep(session: Session, now: dt.datetime) -> None:
    """Forget messages that arrived a month ago, dead ones after a year, and their attempts."""
    for state, kept in (("delivered", KEPT), ("dead", DEAD_KEPT)):
        session.execute(
            delete(WebhookMessage).where(
                WebhookMessage.state == state, WebhookMessage.settled_at < now - kept
            )
        )
    session.execute(delete(WebhookAttempt).where(WebhookAttempt.at < now - DEAD_KEPT))
    known = select(WebhookMessage.id).where(
        WebhookMessage.webhook_id == WebhookAttempt.webhook_id,
        WebhookMessage.message_id == WebhookAttempt.message_id,
    )
    session.execute(delete(WebhookAttempt).where(WebhookAttempt.at < now - KEPT, ~known.exists()))


def _again(session: Session, now: dt.datetime, webhook_id: str, which: ColumnElement[bool]) -> int:
    done = session.execute(
        update(WebhookMessage)
        .where(WebhookMessage.webhook_id == webhook_id, which)
        .values(state="due", reason=None, attempts=0, due_at=now, settled_at=None)
        .returning(WebhookMessage.id)
    ).all()
    subscriptions.wake(session, webhook_id, now)
    return len(done)


def _message(row: WebhookMessage) -> WebhookMessageView:
    return WebhookMessageView(
        number=row.id,
        id=row.message_id,
        type=row.type,
        state=row.state,
        reason=row.reason,
        attempts=row.attempts,
        created_at=row.created_at,
        due_at=row.due_at,
        settled_at=row.settled_at,
    )
