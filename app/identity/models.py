"""All tables of the identity room: cards, what happened to them, and eID accounts."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Base, identity

CARD_FORMS = ("2021", "2024")
CARD_STATES = (
    "requested",
    "taken_biometrics",
    "approved",
    "printed",
    "delivered",
    "active",
    "expired",
    "lost",
    "damaged",
    "held",
    "revoked",
    "superseded",
)
#: What a card can be made to be for a test; a genuine one has none.
CARD_VARIANTS = ("cloned", "tampered", "untrusted_signer", "revoked_signer")
ACCOUNT_STATES = ("collected", "active", "locked", "closed")


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


class Card(Base):
    """A chip card: the citizen card of 2021 or the identity card of 2024 (2023 Law, Art 18–26).

    `number` is the personal number on the day of issue; `expires_on` is NULL for "no expiry".
    `variant` is NULL for a genuine card.
    """

    __tablename__ = "card"
    __table_args__ = (
        _one_of("form", CARD_FORMS),
        _one_of("state", CARD_STATES),
        _one_of("variant", CARD_VARIANTS),
        Index("ix_card_citizen_id", "citizen_id"),
        Index("ix_card_number", "number"),
        Index(
            "uq_card_active",
            "citizen_id",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )
    id: Mapped[identity]
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    number: Mapped[str] = mapped_column(String(12))
    form: Mapped[str] = mapped_column(String(4))
    state: Mapped[str] = mapped_column(String(16))
    state_since: Mapped[dt.date]
    issued_on: Mapped[dt.date | None]
    issued_by: Mapped[str | None]
    expires_on: Mapped[dt.date | None]
    issue_reason: Mapped[str]
    variant: Mapped[str | None] = mapped_column(String(16))


class CardEvent(Base):
    """One step in a card's life: the state it came into, from which day, why and by whom.

    `since` is a day of the world's clock, `recorded_at` real time. A generated card has no rows
    until something happens to it; then its past is written down first, without `recorded_at`.
    """

    __tablename__ = "card_event"
    __table_args__ = (_one_of("state", CARD_STATES),)
    id: Mapped[identity]
    card_id: Mapped[int] = mapped_column(ForeignKey("card.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    since: Mapped[dt.date]
    reason: Mapped[str]
    recorded_at: Mapped[dt.datetime | None]
    recorded_by: Mapped[str | None]


class Account(Base):
    """An eID account: collected with its file, active from its activation (Decree 69/2024)."""

    __tablename__ = "account"
    __table_args__ = (
        _one_of("state", ACCOUNT_STATES),
        CheckConstraint("level IN (1, 2)", name="level_known"),
        CheckConstraint(
            "state <> 'active' OR activated_on IS NOT NULL", name="active_was_activated"
        ),
        Index("uq_account_citizen_id", "citizen_id", unique=True),
    )
    id: Mapped[identity]
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    level: Mapped[int]
    state: Mapped[str] = mapped_column(String(9))
    state_since: Mapped[dt.date]
    collected_on: Mapped[dt.date]
    activated_on: Mapped[dt.date | None]
