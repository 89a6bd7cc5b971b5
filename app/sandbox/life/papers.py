"""Papers of a month: first cards, renewed cards, eID accounts and their activation.

As many as the published counts of cards and accounts say per head (`seed.coverage`; after the last
one per head as then), and in any case those who turn 14 and those whose card ends. What came of it
is in `app.identity.issuing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.identity.card_requests import form_on
from app.identity.issuing import ACCOUNT, ACTIVATION, CARD
from app.sandbox.life import drawing
from seed import accounts, coverage, dates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from app.identity.issuing import Holdings
    from app.sandbox.life.drawing import Month

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Places = NDArray[np.int64]

#: How soon, per month: who is 14 and has no card yet asks for one; whose card has ended or ends
#: soon has it renewed; whose request is under way gets it (estimates).
_YOUNG, _ENDING, _WAITING = 0.30, 0.40, 0.95
_OF_AGE, _LATE = 14, 16
#: Of those who could have one, who has a card once nearly all have (`seed.cards`).
_MOST = 0.972
#: Of new accounts those of level 2.
_LEVEL_2 = 0.93


def draw(month: Month, held: Holdings) -> None:
    """Draw who gets what; nothing before there were chip cards."""
    if form_on(month.last) is None or form_on(month.before) is None:
        return
    people = month.people
    _cards(month, held)
    share = coverage.at(dates.number(month.last))
    ages = people.ages(month.first_day)
    has_card = np.isin(people.ids, _ids(held.holders))
    has_account = np.isin(people.ids, _ids(held.accounts))
    waiting = np.isin(people.ids, _ids(held.collected))
    weight = np.interp(ages, accounts.ACCOUNT_AGES, accounts.ACCOUNT)
    able = has_card & ~has_account & people.citizen & ~month.busy
    missing = share.collected * len(people) - has_account.sum()
    opening = drawing.some(month.stream("accounts"), weight * able, missing)
    levels = np.where(month.stream("accounts", "level").random(len(opening)) < _LEVEL_2, 2, 1)
    _happen(month, ACCOUNT, opening, levels)
    weight = np.interp(ages, accounts.ACCOUNT_AGES, accounts.ACTIVE_AT)
    missing = share.activated * len(people) - (has_account & ~waiting).sum()
    able = waiting & ~month.busy
    _happen(month, ACTIVATION, drawing.some(month.stream("activation"), weight * able, missing))


def _cards(month: Month, held: Holdings) -> None:
    """Draw cards: those under way, those that end, those of the young; then what is missing."""
    people, ages = month.people, month.people.ages(month.first_day)
    free = people.citizen & ~month.busy
    ending = np.isin(people.ids, _ids(held.ending)) * _ENDING
    waiting = np.isin(people.ids, _ids(held.waiting))
    none = ~np.isin(people.ids, _ids(held.holders)) & ~waiting & (ages >= _OF_AGE)
    chance = np.where(waiting, _WAITING, np.where(none & (ages < _LATE), _YOUNG, ending)) * free
    late = none & (ages >= _LATE) & free
    grown = max(int((ages >= _OF_AGE).sum()), 1)
    room = _MOST * grown - (grown - none.sum())
    target = coverage.at(dates.number(month.last)).cards * len(people)
    missing = min(max(target - len(held.holders) - chance.sum(), 0.0), max(room, 0.0))
    chance = np.where(late, min(missing / max(int(late.sum()), 1), 1.0), chance)
    _happen(month, CARD, drawing.chosen(month.stream("cards"), chance, people.province))


def _happen(month: Month, kind: str, who: Places, levels: Places | None = None) -> None:
    for at, (one, day) in enumerate(zip(who, month.draw_days(kind, len(who)), strict=True)):
        said = {"citizen_id": int(month.people.ids[one])}
        month.happens(day, kind, said if levels is None else said | {"level": int(levels[at])})
    month.busy[who] = True


def _ids(ids: Sequence[int]) -> Places:
    return np.array(ids, np.int64)
