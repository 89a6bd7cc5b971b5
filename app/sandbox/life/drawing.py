"""Drawing: whom of many something happens to, and on which day; always by arrays, never by loops.

Systematic sampling: chances are laid end to end and one ruler with equal steps is put to them, so
that every stretch, a province or an age, gets its share to within one person.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from app.platform import streams as streams_
from seed import dates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.sandbox.life.people import Population

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]
    Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Coming:
    """What is to happen: the day (since 1970), the kind of life event and its payload."""

    day: int
    kind: str
    payload: dict[str, Any]


@dataclass(slots=True)
class Month:
    """A month of a world's life: its number since the start; the days after `before` to `last`.

    `busy` are the people to whom something will happen already: one thing a month is enough.
    """

    seed: int
    number: int
    before: dt.date
    last: dt.date
    people: Population
    busy: Flags
    coming: list[Coming] = field(default_factory=list)

    @property
    def first_day(self) -> int:
        """The number of its first day since 1970."""
        return dates.number(self.before) + 1

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.before).days

    @property
    def years(self) -> float:
        """How much of a year it is."""
        return self.days / dates.YEAR

    def stream(self, *name: str | int) -> np.random.Generator:
        """Return the stream of that name of this month."""
        return streams_.stream(self.seed, "life", self.number, *name)

    def draw_days(self, name: str, count: int) -> Places:
        """Draw a day of the month for each of `count` events."""
        drawn: Places = self.first_day + self.stream(name, "days").integers(0, self.days, count)
        return drawn

    def happens(self, day: int, kind: str, payload: dict[str, Any]) -> None:
        """Note what is to happen."""
        self.coming.append(Coming(int(day), kind, payload))


def chosen(rng: np.random.Generator, chance: Floats, *order: NDArray[Any]) -> Places:
    """Return to whom it happens, ascending; `order` are the keys to be even over, first the last.

    Chances of nought are never chosen; those above one happen once.
    """
    able = np.flatnonzero(chance > 0)
    keys = (rng.random(len(able)), *(key[able] for key in order))
    laid = able[np.lexsort(keys)]
    running = np.cumsum(np.minimum(chance[laid], 1.0)) + rng.random()
    steps = np.floor(running)
    hits = np.diff(steps, prepend=0.0) > 0
    return np.sort(laid[hits])


def some(rng: np.random.Generator, weight: Floats, count: float) -> Places:
    """Return about `count` of those with a weight, ascending, each once, by weight."""
    whole = weight.sum()
    if whole <= 0 or count <= 0:
        return np.zeros(0, np.int64)
    return chosen(rng, np.minimum(weight * (count / whole), 1.0))


def date(day: int) -> dt.date:
    """Return the date of a day since 1970."""
    return dt.date(1970, 1, 1) + dt.timedelta(days=int(day))
