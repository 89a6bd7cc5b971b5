"""Withholding: a keeper who refuses to share what its register supplied ("cát cứ dữ liệu").

Directive 05/CT-TTg of 2023 complains of it: citizens must then write again what some agency has.
Here the operator has a register kept back; disclosures tell each of its fields as withheld by a
code of its own, or are refused where nothing else is left, and forms are prefilled with less.
Yes or no about a claim is still answered. The keeper itself goes on reading what it supplied.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import delete, select

from app.exchange import access
from app.exchange.models import Withholding
from app.registry import provenance

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class KeptBack(msgspec.Struct, frozen=True, kw_only=True):
    """A register that is kept back: by whom (a slug), why, since which day of the world."""

    register: str
    keeper: str
    reason: str
    since: dt.date
    fields: tuple[str, ...]


def put(session: Session, register: str, reason: str, today: dt.date) -> None:
    """Have one of `provenance.REGISTERS` kept back; every process knows within a second."""
    known = session.get(Withholding, register)
    if known is None:
        session.add(Withholding(register=register, reason=reason, since=today))
    else:
        known.reason = reason
    session.flush()
    access.touch(session)


def end(session: Session, register: str) -> None:
    """Have a register shared again; one that was is no error."""
    session.execute(delete(Withholding).where(Withholding.register == register))
    access.touch(session)


def all_of_them(session: Session) -> list[KeptBack]:
    """Return every register that is kept back."""
    found = []
    for row in session.scalars(select(Withholding).order_by(Withholding.register)):
        keeper, fields = provenance.supplied(row.register)
        found.append(
            KeptBack(
                register=row.register,
                keeper=keeper,
                reason=row.reason,
                since=row.since,
                fields=tuple(sorted(fields)),
            )
        )
    return found
