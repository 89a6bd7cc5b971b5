"""eID accounts: level, state and dates (Decree 69/2024)."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - read at run time, where JSON schemas are made of `Account`
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.identity.models import Account as Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account: `collected` when the file was taken, `active` from its activation."""

    level: int
    state: str
    state_since: dt.date
    collected_on: dt.date
    activated_on: dt.date | None


def current(session: Session, citizen_ids: Sequence[int]) -> dict[int, Account]:
    """Return the account of each citizen; who has none is left out. One statement."""
    rows = session.scalars(select(Row).where(Row.citizen_id.in_(citizen_ids)))
    return {
        row.citizen_id: Account(
            level=row.level,
            state=row.state,
            state_since=row.state_since,
            collected_on=row.collected_on,
            activated_on=row.activated_on,
        )
        for row in rows
    }
