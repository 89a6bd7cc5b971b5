"""Chip cards: which card a citizen has, and what the law keeps of it (Art 9, group 14)."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - read at run time, where JSON schemas are made of `Card`
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.identity.models import Card as Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

#: States in which a card is, or last was, the one its holder goes by.
_COUNTED = ("active", "held", "expired", "lost", "damaged", "revoked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card as of one day: `state` is `expired` from the day after `expires_on`.

    `number` is the personal number on the day of issue; `expires_on` is None for "no expiry".
    """

    number: str
    form: str
    state: str
    issued_on: dt.date | None
    issued_by: str | None
    expires_on: dt.date | None


def current(session: Session, citizen_ids: Sequence[int], today: dt.date) -> dict[int, Card]:
    """Return the card each citizen has on `today`; who has none in any state is left out.

    That is the active one, else the one that last was; requests under way and superseded cards do
    not count. One statement.
    """
    cards = _by_citizen(session, citizen_ids)
    return {
        citizen_id: _as_of(chosen, today)
        for citizen_id, rows in cards.items()
        if (chosen := _closest(rows)) is not None
    }


def _by_citizen(session: Session, citizen_ids: Sequence[int]) -> dict[int, list[Row]]:
    rows = session.scalars(
        select(Row)
        .where(Row.citizen_id.in_(citizen_ids))
        .order_by(Row.citizen_id, Row.issued_on.asc().nulls_last(), Row.id)
    )
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.citizen_id].append(row)
    return found


def _closest(rows: Sequence[Row]) -> Row | None:
    candidates = [row for row in rows if row.state in _COUNTED]
    latest_first = sorted(candidates, key=lambda row: (row.state_since, row.id), reverse=True)
    return min(latest_first, key=lambda row: row.state != "active", default=None)


def _as_of(row: Row, today: dt.date) -> Card:
    outlived = row.state == "active" and row.expires_on is not None and row.expires_on < today
    return Card(
        number=row.number,
        form=row.form,
        state="expired" if outlived else row.state,
        issued_on=row.issued_on,
        issued_by=row.issued_by,
        expires_on=row.expires_on,
    )
