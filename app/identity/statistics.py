"""Counts of cards and accounts: what the report compares with published coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from app.identity.models import Account, Card
from app.registry import citizens, provinces

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

#: From this age on people apply for an account by themselves (Decree 69/2024/NĐ-CP).
OF_AGE = 14


class Coverage(NamedTuple):
    """Cards ever issued (replacements included), accounts collected, accounts activated.

    Collected counts files ever taken; activated counts accounts of the living that were activated
    and are not closed.
    """

    cards_issued: int
    accounts_collected: int
    accounts_activated: int


def coverage(session: Session) -> Coverage:
    """Count the whole world: three statements."""
    issued = select(func.count()).select_from(Card).where(Card.issued_on.is_not(None))
    collected = select(func.count()).select_from(Account)
    activated = collected.where(*_activated(), Account.citizen_id.not_in(citizens.dead()))
    return Coverage(*(session.scalar(count) or 0 for count in (issued, collected, activated)))


class InProvince(NamedTuple):
    """A province: people of 14 and more who live there, and those with an activated account."""

    code: str
    name: str
    people: int
    accounts: int

    @property
    def share(self) -> float | None:
        """How many of them have one; None where nobody lives."""
        return self.accounts / self.people if self.people else None


def provinces_by_coverage(session: Session, today: dt.date) -> list[InProvince]:
    """Return the provinces in force, those first where most of the people have an account."""
    holders: Select[int] = select(Account.citizen_id).where(*_activated())
    people, accounts = provinces.people(session, today, from_age=OF_AGE, among=holders)
    rows = [
        InProvince(code, name, people[code], accounts[code])
        for code, name in provinces.named(session, today).items()
    ]
    return sorted(rows, key=lambda row: (-(row.share or 0), row.code))


def _activated() -> tuple[ColumnElement[bool], ...]:
    return (Account.activated_on.is_not(None), Account.state != "closed")
