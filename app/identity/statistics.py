"""Counts of cards and accounts: what the report compares with published coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from app.identity.models import Account, Card
from app.registry import citizens

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


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
    activated = collected.where(
        Account.activated_on.is_not(None),
        Account.state != "closed",
        Account.citizen_id.not_in(citizens.dead()),
    )
    return Coverage(*(session.scalar(count) or 0 for count in (issued, collected, activated)))
