"""The papers an account stands on: a citizen's card, a foreigner's permit, as of one day.

The law ties the account to them (2023 Law, Art 34; Decree 69/2024, Art 15, 29–30): where they end,
it cannot be used, and can again when there are new ones. Nothing is written for that: whoever uses
an account asks here. A card that was lost does not lock the account: Art 34 does not name it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.identity import account_problems as p
from app.identity import cards
from app.registry import fields
from app.registry.countries import HOME, UNDETERMINED
from app.sectors import residence_permits

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.platform.errors import Problem

#: What a card's state does to an account there is.
_LOCKING: Final[Mapping[str, Problem]] = {
    "expired": p.CARD_EXPIRED,
    "held": p.CARD_HELD,
    "revoked": p.CARD_REVOKED,
}
#: What stands against opening one.
_HINDERING: Final[Mapping[str, Problem]] = {
    **_LOCKING,
    "lost": p.CARD_LOST,
    "damaged": p.CARD_LOST,
}


def locks(session: Session, citizen_ids: Sequence[int], today: dt.date) -> dict[int, Problem]:
    """Return what keeps each citizen's account from being used; who has nothing is left out."""
    held = cards.current(session, citizen_ids, today)
    found = {
        citizen_id: _LOCKING[card.state]
        for citizen_id, card in held.items()
        if card.state in _LOCKING
    }
    without = [citizen_id for citizen_id in citizen_ids if citizen_id not in held]
    for citizen_id, pin in _foreigners(session, without, today).items():
        permit = residence_permits.latest(session, pin)
        if permit is not None and not permit.is_good(today):
            found[citizen_id] = p.PERMIT_EXPIRED
    return found


def hinders(session: Session, citizen_id: int, today: dt.date) -> Problem | None:
    """Return what keeps somebody who needs papers from opening an account, None if nothing."""
    card = cards.current(session, [citizen_id], today).get(citizen_id)
    if card is not None:
        return _HINDERING.get(card.state)
    pin = _foreigners(session, [citizen_id], today).get(citizen_id)
    if pin is None:
        return p.CARD_MISSING
    permit = residence_permits.latest(session, pin)
    if permit is None:
        return p.PERMIT_MISSING
    return None if permit.is_good(today) else p.PERMIT_EXPIRED


def _foreigners(session: Session, citizen_ids: Sequence[int], today: dt.date) -> dict[int, str]:
    """Return the personal numbers of those who are nationals of another country only.

    Somebody of Vietnamese origin whose nationality is not determined is none: they have a
    certificate of identity, no permit.
    """
    if not citizen_ids:
        return {}
    read = fields.read(session, citizen_ids, ("pin", "nationality", "second_nationality"), today)
    return {
        citizen_id: who["pin"]
        for citizen_id, who in zip(citizen_ids, read, strict=True)
        if who["nationality"] not in {HOME, UNDETERMINED} and who["second_nationality"] != HOME
    }
