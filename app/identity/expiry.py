"""Until when a card is good: the age rule of the law (Law on Identity 26/2023/QH15, Art 21)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from app.matching.dates import PartialDate

#: A card is good until the next of these birthdays; one that is issued in the two years before a
#: birthday, until the one after. The law of 2014 (59/2014/QH13, Art 21) had the last three, for
#: people of 14 and over: the rule is the same for them.
MILESTONES: Final = (14, 25, 40, 60)
_YEARS_BEFORE: Final = 2


def expires_on(birth: PartialDate, issued_on: dt.date) -> dt.date | None:
    """Return the last day of a card issued on that day; None is "no expiry" (from 58 on).

    A month or day of birth that is not known counts as the first. 29 February comes on 1 March in
    common years: the law does not say.
    """
    for age in MILESTONES:
        if issued_on < birthday(birth, age - _YEARS_BEFORE):
            return birthday(birth, age)
    return None


def birthday(birth: PartialDate, age: int) -> dt.date:
    """Return the day on which a person reaches that age, by the same rules."""
    year, month, day = birth.year + age, birth.month or 1, birth.day or 1
    try:
        return dt.date(year, month, day)
    except ValueError:  # 29 February
        return dt.date(year, 3, 1)
