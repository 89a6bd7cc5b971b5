"""One piece of a world's population: what a worker process is asked for.

Apart from `generate`, so that workers import neither drivers nor models.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Literal, Protocol

from app.platform.streams import stream
from seed import chunk, dates
from seed.numbers import Share
from seed.rows import whole
from seed.rows.ids import Ids

if TYPE_CHECKING:
    import datetime as dt

    from seed.rows.arrow import Tables


class Spec(Protocol):
    """What gives a population: seed, size, start date and pin style (and the code's version)."""

    @property
    def seed(self) -> int:
        """What all randomness is keyed by."""

    @property
    def size(self) -> int:
        """Citizens on record, the lately dead included."""

    @property
    def start_date(self) -> dt.date:
        """The day on which the population stands."""

    @property
    def pin_style(self) -> Literal["reserved", "realistic"]:
        """`reserved` or `realistic`."""


@dataclasses.dataclass(frozen=True)
class Facts:
    """A spec that can be sent to another process."""

    seed: int
    size: int
    start_date: dt.date
    pin_style: Literal["reserved", "realistic"]

    @classmethod
    def of(cls, spec: Spec) -> Facts:
        """Take from any spec what the population depends on."""
        return cls(spec.seed, spec.size, spec.start_date, spec.pin_style)


def rows(spec: Spec, number: int) -> Tables:
    """Return all rows of one chunk of a world, by table."""
    sizes = chunk.sizes(spec.size)
    streams = functools.partial(stream, spec.seed, "population", number)
    made = chunk.make(streams, sizes[number], dates.number(spec.start_date))
    share = Share(spec.seed, number, len(sizes), spec.pin_style)
    return whole.tables(streams, made, share, Ids(number, sum(sizes[:number])))
