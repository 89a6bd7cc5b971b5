"""The women who may have children in a year, and the draw of those who do.

Each has a weight: by her number of children, whether she is married yet, and nothing at all within
two years of a birth or once she is widowed, parted or dead. Weights change only where something
happened, so a year costs little more than its draw.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from seed import dates
from seed.people import NEVER, NEVER_MARRIED, NONE, WIDOWED, WOMAN, in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.people import Days, Index, People
    from seed.weddings import Unions

    Places = NDArray[np.int64]

#: Age groups of five years, from this age.
YOUNGEST, GROUPS = 15, 7
_AGE_LIMITS = np.arange(YOUNGEST + 5 * GROUPS, YOUNGEST - 1, -5)
#: How likely a next child is, by number of children so far; it fell with the two-child policy.
_NEXT_BEFORE = np.array([1.0, 1.2, 1.1, 0.9, 0.7, 0.5, 0.3, 0.1], np.float32)
_NEXT_AFTER = np.array([1.0, 0.85, 0.20, 0.10, 0.05, 0.02, 0.01, 0.01], np.float32)
_CHANGE_BEGAN, _CHANGE_ENDED = 1985, 1995
#: Weights of those not married yet, and never, against the married.
_SOON, _UNWED = 0.03, 0.08
#: Of women who never married, how many are considered at all (which saves most of the work).
_CANDIDATES = 0.1
#: Years from a birth to the next that is possible.
_APART = 2
_LONG_AGO = -9999


@dataclasses.dataclass
class Mothers:
    """The women by birth; `union` is the one they are wives in, or −1 − person if they never wed.

    `before` weighs those not married yet against the married.
    """

    born: Days
    union: Index
    from_year: NDArray[np.int16]
    to_year: NDArray[np.int16]
    before: NDArray[np.float32]
    last_birth: NDArray[np.int16]
    children: NDArray[np.int16]
    weight: NDArray[np.float32]
    began: _ByYear
    ended: _ByYear
    lately: dict[int, Places]


class _ByYear:
    """Places grouped by the year of something."""

    def __init__(self, years: NDArray[np.int16]) -> None:
        self._order = in_order(years)
        self._years = years[self._order]

    def __getitem__(self, year: int) -> Places:
        first, end = np.searchsorted(self._years, (year, year + 1))
        return self._order[first:end]


def gather(rng: np.random.Generator, people: People, unions: Unions) -> Mothers:
    """Return wives, late wives of widowers, and some of the women who never married."""
    in_union = np.flatnonzero((unions.wife >= 0) | (unions.kind == WIDOWED))
    single = np.flatnonzero((people.sex == WOMAN) & (people.marital == NEVER_MARRIED))
    single = single[rng.random(len(single)) < _CANDIDATES]
    wife = unions.wife[in_union]
    died = np.where(wife >= 0, people.died[wife], NEVER)
    born = np.concatenate((unions.wife_born[in_union], people.born[single]))
    until = np.concatenate((np.minimum(unions.ended[in_union], died), people.died[single]))
    began = np.concatenate((unions.began[in_union], np.full(len(single), NEVER)))
    who = np.concatenate((in_union, NONE - single))
    order = in_order(born)
    from_year, to_year = (dates.years(day[order]) for day in (began, until))
    return Mothers(
        born=born[order],
        union=who[order].astype(np.int32),
        from_year=from_year,
        to_year=to_year,
        before=np.where(who[order] < 0, _UNWED, _SOON).astype(np.float32),
        last_birth=np.full(len(order), _LONG_AGO, np.int16),
        children=np.zeros(len(order), np.int16),
        weight=np.zeros(len(order), np.float32),
        began=_ByYear(from_year),
        ended=_ByYear(to_year),
        lately={},
    )


def begin(mothers: Mothers, first_year: int) -> None:
    """Weigh everyone for the first year."""
    _weigh(mothers, slice(None), first_year)


def choose(
    rng: np.random.Generator, mothers: Mothers, year: int, wanted: NDArray[np.int64]
) -> Places:
    """Draw different women, `wanted` of each age group, by weight (Efraimidis, Spirakis 2006)."""
    limits = (dates.day(year, 7) - _AGE_LIMITS * dates.YEAR).astype(np.int32)
    edges = np.searchsorted(mothers.born, limits)
    weight = mothers.weight[edges[0] : edges[-1]]
    # Who has no weight gets no finite key, not even by a draw of exactly 0: nobody takes her.
    with np.errstate(divide="ignore", invalid="ignore"):
        key = rng.standard_exponential(len(weight), dtype=np.float32) / weight
    found = []
    for slot, most in enumerate(wanted[::-1]):
        low, high = edges[slot : slot + 2] - edges[0]
        of_age = key[low:high]
        some = np.argpartition(of_age, most)[:most] if most < high - low else np.arange(high - low)
        # Sorted, since processors differ in the order in which they part keys.
        found.append(low + np.sort(some[np.isfinite(of_age[some])]))
    chosen: Places = np.concatenate(found) + edges[0]
    return chosen


def give_birth(mothers: Mothers, year: int, who: Places, twins: Index) -> None:
    """Note who had a child in a year, and who of them two."""
    mothers.last_birth[who] = year
    mothers.children[who] += 1
    mothers.children[twins] += 1
    mothers.lately[year] = who


def turn(mothers: Mothers, year: int) -> None:
    """Weigh anew for a year those for whom something changed."""
    if _CHANGE_BEGAN < year <= _CHANGE_ENDED:
        _weigh(mothers, slice(None), year)
        return
    none = np.zeros(0, np.int64)
    after = [mothers.lately.get(year - 1, none), mothers.lately.pop(year - _APART, none)]
    changed = np.concatenate((mothers.began[year], mothers.ended[year], *after))
    _weigh(mothers, changed, year)


def _weigh(mothers: Mothers, who: Places | slice, year: int) -> None:
    share = (year - _CHANGE_BEGAN) / (_CHANGE_ENDED - _CHANGE_BEGAN)
    change = np.float32(min(max(share, 0.0), 1.0))
    likely = _NEXT_BEFORE + change * (_NEXT_AFTER - _NEXT_BEFORE)
    weight = likely.take(mothers.children[who], mode="clip")
    weight *= np.where(mothers.from_year[who] > year, mothers.before[who], np.float32(1.0))
    able = (mothers.to_year[who] > year) & (mothers.last_birth[who] <= year - _APART)
    mothers.weight[who] = np.where(able, weight, np.float32(0.0))
