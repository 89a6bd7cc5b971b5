"""The arrays that one chunk of people is made of, and the small tools every step needs.

A chunk is about 100,000 people who marry and have children among themselves. Its size does not
depend on how many processes work, so neither does the world.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from seed import ages, dates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Days = NDArray[np.int32]
    Index = NDArray[np.int32]
    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

#: Gives the named stream of a chunk; seed and chunk are already bound.
Streams = Callable[..., np.random.Generator]

#: "Has not happened": later than any day of a world.
NEVER = np.int32(2**31 - 1)
NONE = np.int32(-1)
MAN, WOMAN = 0, 1
NEVER_MARRIED, MARRIED, WIDOWED, DIVORCED, SEPARATED = range(5)

_GOLDEN = (5**0.5 - 1) / 2
_INDEX_BITS = 24


@dataclasses.dataclass
class People:
    """Everyone of a chunk: when they were born and died, sex, marital status (at death)."""

    born: Days
    died: Days
    sex: NDArray[np.uint8]
    marital: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.born)

    @property
    def living(self) -> Flags:
        """Who has not died."""
        found: Flags = self.died == NEVER
        return found

    def age(self, on: int | Days) -> Floats:
        """Exact age in years on a day."""
        return (on - self.born) / dates.YEAR


def make(streams: Streams, size: int, start: int) -> People:
    """Return `size` people by the ages of the start date, marital status still unset."""
    table = ages.at(start)
    dead = min(round(size * table.dead_share), size - 1)
    born, died, sexes = [], [], []
    for count, curves, are_dead in ((size - dead, table.living, False), (dead, table.dead, True)):
        men = round(count * curves[MAN][-1] / (curves[MAN][-1] + curves[WOMAN][-1]))
        for sex, of_sex in ((MAN, men), (WOMAN, count - men)):
            rng = streams("ages", sex, int(are_dead))
            years = ages.spread(table.grid, curves[sex], of_sex, rng.random())
            days = np.floor(years * dates.YEAR).astype(np.int32) + 1
            if are_dead:
                ago = rng.integers(1, int(ages.YEARS_OF_DEATHS * dates.YEAR), of_sex)
                death = (start - ago).astype(np.int32)
                born.append(death - days)
                died.append(death)
            else:
                born.append(start - days)
                died.append(np.full(of_sex, NEVER))
            sexes.append(np.full(of_sex, sex, np.uint8))
    return People(
        born=np.concatenate(born).astype(np.int32),
        died=np.concatenate(died),
        sex=np.concatenate(sexes),
        marital=np.zeros(size, np.uint8),
    )


def evenly(rng: np.random.Generator, order: NDArray[np.int64], size: int) -> Floats:
    """Return numbers in [0, 1) that are even over every stretch of `order` (Weyl's sequence).

    Thresholds on them give each age its share, where independent draws would scatter.
    """
    found = np.zeros(size)
    found[order] = (rng.random() + np.arange(len(order)) * _GOLDEN) % 1.0
    return found


def in_order(keys: NDArray[Any]) -> NDArray[np.int64]:
    """Return the stable sorting order of whole numbers below 2³⁹ in size.

    Sorting keys that carry their own index is several times faster than a stable argsort.
    """
    carried = keys.astype(np.int64)
    carried <<= _INDEX_BITS
    carried |= np.arange(len(keys))
    carried.sort()
    carried &= (1 << _INDEX_BITS) - 1
    return carried


def smallest(keys: NDArray[Any], count: int) -> NDArray[np.int64]:
    """Return the places of the `count` smallest finite keys (or of all there are), ascending.

    In the order of places, since processors differ in the order in which they part keys.
    """
    count = min(max(count, 0), int(np.count_nonzero(np.isfinite(keys))))
    if count == 0:
        return np.zeros(0, np.int64)
    return np.sort(np.argpartition(keys, count - 1)[:count])


def nearest(wanted: NDArray[np.int64], offered: NDArray[Any]) -> NDArray[np.int64]:
    """Give each of `wanted` its own place in `offered`, near its value; both ascend.

    `offered` must not be shorter than `wanted`.
    """
    rank = np.arange(len(wanted))
    place = np.searchsorted(offered, wanted)
    spaced = np.maximum.accumulate(place - rank) + rank
    return np.minimum(spaced, len(offered) - len(wanted) + rank)


def take_share(rng: np.random.Generator, candidates: Flags, count: int) -> NDArray[np.int64]:
    """Return `count` of the candidates (all of them if there are fewer), ascending."""
    found = np.flatnonzero(candidates)
    if count >= len(found):
        return found
    return np.sort(rng.choice(found, count, replace=False))
