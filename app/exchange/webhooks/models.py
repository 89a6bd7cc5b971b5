"""All tables of webhooks: where messages go, which there are, and each attempt."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.exchange.models import one_of
from app.platform.database import Base, identity

WEBHOOK_STATES = ("active", "paused", "disabled")
MESSAGE_STATES = ("due", "delivered", "dead")


class Webhook(Base):
    """Where a system is sent what the change feed tells, of which slice, and how far that went.

    Messages were made of what lies before the place `event_id`, `person_id`. `held` is why none
    are made at present: a reason of the gate's, or the other side's. `turn` counts the turns taken
    at it; one that holds the lease sends. The secret derives from `secret_version`; the one before
    signs, too, until `previous_until`. Without anything new it is looked at again at `look_at`.
    """

    __tablename__ = "webhook"
    __table_args__ = (one_of("state", WEBHOOK_STATES),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("system.client_id"), index=True)
    url: Mapped[str]
    description: Mapped[str | None]
    purpose: Mapped[str]
    officer: Mapped[str | None]
    dossier: Mapped[str | None]
    fields: Mapped[list[str]]
    kinds: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    provinces: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[dt.datetime]
    secret_version: Mapped[int]
    previous_until: Mapped[dt.datetime | None]
    state: Mapped[str] = mapped_column(String(8))
    state_reason: Mapped[str | None]
    held: Mapped[str | None]
    failing_since: Mapped[dt.datetime | None]
    event_id: Mapped[int]
    person_id: Mapped[int]
    turn: Mapped[int]
    lease_until: Mapped[dt.datetime | None]
    look_at: Mapped[dt.datetime]


class WebhookMessage(Base):
    """One event for one webhook: which it is, not what it says; and whether it arrived.

    `event_id` and `citizen_id` are NULL for a message that was fired by hand.
    """

    __tablename__ = "webhook_message"
    __table_args__ = (
        one_of("state", MESSAGE_STATES),
        UniqueConstraint("webhook_id", "message_id"),
        Index("ix_webhook_message_webhook_id_state", "webhook_id", "state", "due_at"),
    )
    id: Mapped[identity]
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhook.id"))
    message_id: Mapped[str] = mapped_column(String(36))
    type: Mapped[str]
    event_id: Mapped[int | None]
    citizen_id: Mapped[int | None]
    created_at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(String(9))
    reason: Mapped[str | None]
    attempts: Mapped[int]
    due_at: Mapped[dt.datetime | None]
    settled_at: Mapped[dt.datetime | None]


class WebhookAttempt(Base):
    """One attempt at one message: its leaf, what was answered, and what was made to go wrong."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (Index("ix_webhook_attempt_webhook_id_id", "webhook_id", "id"),)
    id: Mapped[identity]
    webhook_id: Mapped[str] = mapped_column(ForeignKey("webhook.id"))
    message_id: Mapped[str] = mapped_column(String(36))
    number: Mapped[int]
    at: Mapped[dt.datetime]
    leaf_seq: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(String(11))
    status: Mapped[int | None]
    detail: Mapped[str | None]
    duration_ms: Mapped[int | None]
    fault: Mapped[str | None]
