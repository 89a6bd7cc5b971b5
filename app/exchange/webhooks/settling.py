"""Settling: what came of a turn, when messages are repeated, and whether the webhook goes on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, update

from app.exchange.webhooks import messages
from app.exchange.webhooks.models import Webhook, WebhookAttempt, WebhookMessage
from app.exchange.webhooks.rules import NEVER
from app.exchange.webhooks.sending import GONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from app.exchange.webhooks.rules import Rules
    from app.exchange.webhooks.sending import Sent

#: Too much waits for its next attempt: no new messages are made.
BACKLOG: Final = "BACKLOG"
#: The other side asked for less.
THROTTLED: Final = "THROTTLED"
_EXHAUSTED: Final = "no attempt of the schedule succeeded"


def settle(
    session: Session,
    webhook_id: str,
    turn: int,
    sent: Sequence[Sent],
    rules: Rules,
    now: dt.datetime,
) -> None:
    """Write down what came of each attempt, and let go of the turn.

    Of a webhook that was removed meanwhile there is nothing to be written.
    """
    hook = session.get(Webhook, webhook_id)
    if hook is None:
        return
    for each in sent:
        _note(session, webhook_id, each, now)
    counted = [each for each in sent if not each.is_besides]
    for each in counted:
        _move(session, webhook_id, each, rules, now)
    _judge(hook, counted, rules, now)
    session.flush()
    slow = max((each.retry_after for each in sent if each.is_throttling), default=None)
    free(session, webhook_id, turn, rules, now, slow=slow)


def free(
    session: Session,
    webhook_id: str,
    turn: int,
    rules: Rules,
    now: dt.datetime,
    *,
    slow: float | None = None,
) -> None:
    """Let go of a turn, if it is still ours, and say when the webhook is looked at again.

    `slow` are the seconds for which the other side asked for less, None if it did not.
    """
    hook = session.get(Webhook, webhook_id)
    if hook is None or hook.turn != turn:
        return
    hook.lease_until = None
    if slow is not None:
        hook.held = THROTTLED
        hook.look_at = now + dt.timedelta(seconds=max(slow, rules.hold))
    elif hook.held in (None, BACKLOG):
        hook.look_at = messages.next_due(session, webhook_id) or NEVER
    else:
        hook.look_at = now + dt.timedelta(seconds=rules.hold)


def bury(session: Session, row_id: int, reason: str, now: dt.datetime) -> None:
    """Try a message no more."""
    session.execute(
        update(WebhookMessage)
        .where(WebhookMessage.id == row_id)
        .values(state="dead", reason=reason, due_at=None, settled_at=now)
    )


def _note(session: Session, webhook_id: str, sent: Sent, now: dt.datetime) -> None:
    came = {
        "outcome": sent.outcome,
        "status": sent.status,
        "detail": sent.detail,
        "duration_ms": sent.duration_ms,
        "fault": sent.fault,
    }
    outgoing = sent.outgoing
    if not sent.is_besides:
        noted = update(WebhookAttempt).where(WebhookAttempt.id == outgoing.attempt_id)
        session.execute(noted.values(came))
        return
    session.execute(
        insert(WebhookAttempt).values(
            webhook_id=webhook_id,
            message_id=outgoing.message_id,
            number=outgoing.number,
            at=now,
            leaf_seq=outgoing.leaf_seq,
            **came,
        )
    )


def _move(session: Session, webhook_id: str, sent: Sent, rules: Rules, now: dt.datetime) -> None:
    """Say of a message that it arrived, is tried again, or is dead.

    One that somebody replayed while it was on its way counts its attempts anew, and stays due.
    """
    number = sent.outgoing.number
    if sent.outcome == "delivered":
        after: dict[str, object] = {"state": "delivered", "due_at": None, "settled_at": now}
    elif sent.outcome == "unsent":
        after = {"attempts": number - 1, "due_at": now}
    elif (delay := rules.delay(number)) is not None:
        after = {"due_at": now + dt.timedelta(seconds=max(delay, sent.retry_after))}
    else:
        after = {"state": "dead", "reason": _EXHAUSTED, "due_at": None, "settled_at": now}
    session.execute(
        update(WebhookMessage)
        .where(
            WebhookMessage.webhook_id == webhook_id,
            WebhookMessage.message_id == sent.outgoing.message_id,
            WebhookMessage.attempts == number,
        )
        .values(after)
    )


def _judge(hook: Webhook, sent: Sequence[Sent], rules: Rules, now: dt.datetime) -> None:
    """Disable a webhook whose address is gone, or that has failed for too long."""
    if any(each.outcome == "delivered" for each in sent):
        hook.failing_since = None
    elif hook.failing_since is None and any(each.outcome == "failed" for each in sent):
        hook.failing_since = now
    if any(each.status == GONE for each in sent):
        hook.state, hook.state_reason = "disabled", "the address answered 410 Gone"
    elif hook.failing_since is not None:
        failing = now - hook.failing_since
        if failing > dt.timedelta(seconds=rules.disable_after):
            since = hook.failing_since.isoformat(timespec="seconds")
            hook.state, hook.state_reason = "disabled", f"no attempt succeeded since {since}"
