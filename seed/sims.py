"""SIM cards beyond a person's first two: who has many, who lends a name, who runs a farm.

In 2024 some 5.75 to 7.9 million numbers were in groups of four to nine under one paper; papers
with more than ten were settled by 30 August 2023, but for a few (Ministry of Information and
Communications, as the press reports it). How many strawmen and farms there are is not published.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.people import Streams

    Ints = NDArray[np.int64]

#: Of those who have a number: those with one or two more, those with four to nine, with many.
_SOME, _SEVERAL, _MANY = 0.035, 0.011, 0.0002
_FEWEST, _MOST = (1, 3, 10), (3, 8, 36)
#: Of a hundred thousand people: names under which a dealer activated a stock in one day, and boxes
#: in which numbers of several names stand side by side.
_STRAWMEN, _FARMS = 4, 2
_STOCK, _BOX = (20, 41), 32
_NAMES_OF_A_FARM = 11


@dataclasses.dataclass(frozen=True)
class Sims:
    """Further numbers: in whose name each is, and its `deal`.

    A deal is 0 for what people bought themselves; a stock or box has one of its own, in
    `is_farm` whether it is a box, by deal.
    """

    user: Ints
    deal: Ints
    is_farm: NDArray[np.bool_]


def draw(streams: Streams, has: Ints, size: int) -> Sims:
    """Draw them for those who have a first number, in a chunk of `size` people."""
    rng = streams("sims")
    kind = rng.random(len(has))
    edges = np.cumsum([_SOME, _SEVERAL, _MANY])
    group = np.searchsorted(edges, kind, side="right")
    fewest, most = np.array([*_FEWEST, 0]), np.array([*_MOST, 1])
    more = rng.integers(fewest[group], most[group]) if len(has) else np.zeros(0, np.int64)
    users, deals = [np.repeat(has, more)], [np.zeros(int(more.sum()), np.int64)]
    stocks, boxes = (round(size * each / 100_000) for each in (_STRAWMEN, _FARMS))
    for deal in range(1, 1 + (stocks + boxes) * (len(has) > 0)):
        if deal <= stocks:
            named = np.full(rng.integers(*_STOCK), rng.choice(has))
        else:
            named = rng.choice(rng.choice(has, _NAMES_OF_A_FARM), _BOX)
        users.append(named)
        deals.append(np.full(len(named), deal))
    is_farm = np.arange(1 + stocks + boxes) > stocks
    return Sims(np.concatenate(users), np.concatenate(deals), is_farm)
