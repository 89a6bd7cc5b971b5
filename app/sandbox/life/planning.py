"""Planning: a month's events, drawn from everybody as they are on the day before it begins.

The order in which things are drawn says what comes before what: whoever dies does not marry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.sandbox.life import births, couples, deaths, households, moves, papers
from app.sandbox.life.drawing import Month

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from app.identity.issuing import Holdings
    from app.platform.worlds import WorldSpec
    from app.sandbox.life.drawing import Coming
    from app.sandbox.life.people import Population

_STEPS = (
    deaths.draw,
    births.draw,
    moves.orphans,
    couples.marry,
    couples.part,
    moves.together,
    moves.old_parents,
    households.found,
    moves.households,
)


def plan(
    people: Population,
    held: Holdings,
    spec: WorldSpec,
    number: int,
    days: tuple[dt.date, dt.date],
) -> Sequence[Coming]:
    """Return what happens in month `number`, which begins after `days[0]` and ends on `days[1]`.

    By days, and within a day in the order of drawing.
    """
    before, last = days
    busy = np.zeros(len(people), bool)
    month = Month(spec.seed, number, before, last, people, busy)
    if len(people):
        for step in _STEPS:
            step(month)
        papers.draw(month, held)
    return sorted(month.coming, key=lambda one: one.day)
