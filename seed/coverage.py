"""How many cards and eID accounts there were: the published counts, per head, on any day.

The published millions of a day are divided by the UN's population on that day.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seed import ages, dates, tables

if TYPE_CHECKING:
    from seed.people import Floats


class Counts(NamedTuple):
    """Per living person on a day: cards issued, accounts collected, accounts activated."""

    cards: float
    collected: float
    activated: float


@functools.cache
def per_head() -> tuple[Floats, Floats]:
    """Return the days of the published counts, and the counts per head: three columns."""
    name = "eid_coverage"
    days = np.array([dates.number(dt.date.fromisoformat(d)) for d in tables.texts(name, "date")])
    heads = np.array([ages.groups(dates.year_fraction(int(day))).sum() for day in days]) / 1000
    columns = ("cards_million", "collected_million", "activated_million")
    return days.astype(float), np.stack([tables.numbers(name, c) / heads for c in columns])


def at(day: int) -> Counts:
    """Return the counts per living person on a day, between the published ones."""
    days, counts = per_head()
    return Counts(*(float(np.interp(day, days, column)) for column in counts))
