"""Births of a month: who becomes a mother, of whom the child is, and how it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.sandbox.life import addresses, drawing, naming, rates
from app.sandbox.life.people import MARITAL, WOMEN
from seed import births, dates

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.sandbox.life.drawing import Month

    Places = NDArray[np.int64]


def draw(month: Month) -> None:
    """Draw the mothers by age, children so far and marriage; a few have twins."""
    people, rng = month.people, month.stream("births")
    mothers = _mothers(month)
    twins = mothers[rng.random(len(mothers)) < births.TWIN_SHARE / 2]
    day = month.draw_days("births", len(mothers))
    both = np.concatenate((mothers, twins))
    days = np.concatenate((day, day[np.isin(mothers, twins)]))
    girls = rng.random(len(both)) * (1 + rates.BOYS_PER_GIRL) >= rates.BOYS_PER_GIRL
    married = people.marital[both] == MARITAL["married"]
    father = np.where(married, people.spouse[both], -1)
    names = naming.children(month, both, father, girls)
    month.busy[mothers] = True
    for at in np.argsort(days, kind="stable"):
        mother = both[at]
        said: dict[str, Any] = {
            **names[at],
            "sex": "F" if girls[at] else "M",
            "birth_date": drawing.date(days[at]).isoformat(),
            "registration_place": addresses.unit(
                int(people.homes.unit[people.home[mother]]), int(days[at])
            ),
            "religion": people.religion[mother],
            "mother": {"pin": people.pin[mother]},
        }
        if father[at] >= 0:
            said["father"] = {"pin": people.pin[father[at]]}
        month.happens(days[at], "birth", said)


def _mothers(month: Month) -> Places:
    people = month.people
    group = np.floor((people.ages(month.first_day) - rates.YOUNGEST_MOTHER) / 5).astype(np.int64)
    able = (people.sex == WOMEN) & (group >= 0) & (group < rates.GROUPS)
    level = rates.births_by_age(dates.year_fraction(month.first_day)) * month.years
    expected = len(people) * level
    weight = rates.NEXT_CHILD.take(people.children, mode="clip")
    weight *= np.where(people.marital == MARITAL["married"], 1.0, rates.UNWED)
    rested = people.last_birth + rates.APART < month.first_day
    weight *= able & rested & people.housed & ~month.busy
    whole = np.bincount(group[able], weight[able], minlength=rates.GROUPS)
    each = np.divide(expected, whole, out=np.zeros(rates.GROUPS), where=whole > 0)
    chance = np.where(able, weight * each[np.clip(group, 0, rates.GROUPS - 1)], 0.0)
    return drawing.chosen(month.stream("mothers"), chance, group, people.province)
