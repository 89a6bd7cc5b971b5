"""Weddings: at what ages people marry, and from when to when each marriage lasted."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np

from seed import dates, tables
from seed.people import DIVORCED, MAN, NEVER, WIDOWED, WOMAN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.people import Days, Flags, Floats, Index, People

#: Law on Marriage and Family: 20 for men, 18 for women (since 1959).
LEGAL_AGE = (20, 18)

# Ever married by exact age below the table's first whole group: nobody before the legal age.
_FIRST_AGES = {MAN: ((20.0, 0.0), (20.5, 0.04)), WOMAN: ((18.0, 0.0), (18.5, 0.10), (20.0, 0.31))}


@dataclasses.dataclass
class Unions:
    """Couples, present and past; −1 for a partner who is not on record.

    `wife_born` is also given for a late wife who is not on record: her children may be.
    `ended` is the day of death or divorce; separated couples are still married.
    """

    wife: Index
    husband: Index
    wife_born: Days
    began: Days
    ended: Days
    kind: NDArray[np.uint8]
    foreign: Flags

    def __len__(self) -> int:
        return len(self.wife)


@dataclasses.dataclass(frozen=True)
class _Curves:
    ages: Floats
    ever: Floats
    widowed: Floats
    parted: Floats


@functools.cache
def curves(sex: int) -> _Curves:
    """Return shares by exact age: ever married, and widowed or parted among those."""
    name = "marital_status_estimate"
    mine = tables.texts(name, "sex") == "MF"[sex]
    columns = ("never", "married", "widowed", "divorced_or_separated")
    never, married, widowed, parted = (tables.numbers(name, column)[mine] for column in columns)
    first = _FIRST_AGES[sex]
    middles = np.append(np.arange(22.5, 80, 5), 86.0)
    ever = (1 - never / 100)[1:]
    since = (married + widowed + parted)[1:]
    return _Curves(
        ages=np.concatenate(([age for age, _ in first], middles)),
        ever=np.concatenate(([share for _, share in first], ever)),
        widowed=np.concatenate((np.zeros(len(first)), widowed[1:] / since)),
        parted=np.concatenate((np.zeros(len(first)), parted[1:] / since)),
    )


def settle(rng: np.random.Generator, people: People, unions: Unions, start: int) -> None:
    """Draw when each marriage began (by the wife's age) and when it ended, if it did."""
    wife_died = np.where(unions.wife >= 0, people.died[unions.wife], NEVER)
    husband_died = np.where(unions.husband >= 0, people.died[unions.husband], NEVER)
    last = np.minimum(np.minimum(wife_died, husband_died), start).astype(np.int64)
    low = np.minimum(lower_bounds(people, unions), last - 1)
    curve = curves(WOMAN)
    rising = np.maximum.accumulate(curve.ever)
    now = np.interp((last - unions.wife_born) / dates.YEAR, curve.ages, rising)
    ages = np.interp(rng.random(len(unions)) * now, rising, curve.ages)
    drawn = unions.wife_born + np.floor(ages * dates.YEAR).astype(np.int64)
    early = low + np.floor(rng.random(len(unions)) * np.minimum(last - low, 2 * dates.YEAR))
    unions.began = np.where(drawn < low, early, np.minimum(drawn, last - 1)).astype(np.int32)
    lasted = last - unions.began
    gone = (unions.ended == NEVER) & np.isin(unions.kind, (WIDOWED, DIVORCED))
    parted = unions.began + np.maximum(lasted * rng.random(len(unions)) ** 0.7, 1)
    off_record = last - (5 + rng.exponential(9.0, len(unions))) * dates.YEAR
    long_ago = np.maximum(off_record, unions.began + lasted * rng.uniform(0.2, 1.0, len(unions)))
    ended = np.where(unions.kind == WIDOWED, np.minimum(long_ago, last), parted)
    unions.ended = np.where(gone, np.floor(ended), unions.ended).astype(np.int32)


def lower_bounds(people: People, unions: Unions) -> Days:
    """Return the first day on which each couple could legally marry."""
    wife = dates.anniversary(unions.wife_born, LEGAL_AGE[WOMAN])
    husband = dates.anniversary(people.born[unions.husband], LEGAL_AGE[MAN])
    return np.maximum(wife, np.where(unions.husband >= 0, husband, wife))
