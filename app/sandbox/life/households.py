"""New households of a month: young families that leave their parents', and people who leave alone.

As many as keep the mean size where the census has it: 3.5. Large households part first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.sandbox.life import addresses, drawing, rates
from app.sandbox.life.moves import CHILD, OTHER, children_of, move
from app.sandbox.life.people import HEAD, MARITAL, WOMEN
from seed import migration

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.sandbox.life.drawing import Month

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]

#: People in a household, on average (2019 census).
MEAN = 3.5
#: How much of what lacks of households is made up for in a month.
_PACE = 0.25
#: How ready households of 2, 3, 4… people are to part, for families and for single people.
_FAMILY_LEAVES = np.array([0, 0, 0, 0, 0.3, 1.0, 2.0, 3.0, 4.0])
_SINGLE_LEAVES = np.array([0, 0, 0.2, 0.5, 1.0, 1.5, 2.0, 2.0, 2.0])
#: Of new households, those of one person: more where single ones lack, less where not.
_SINGLES = (0.05, 0.45)
_ADULT, _SINGLE_AGES = 18, (20, 40)
#: Of those who leave alone, who stays within the province.
_STAYS = 0.7
#: How much readier than others the divorced are, who live on in the household as "other".
_DIVORCED = 6.0


def found(month: Month) -> None:
    """Draw who founds a household, with whom, and where."""
    people = month.people
    count = len(people.homes.ids)
    if not count:
        return
    ages = people.ages(month.first_day)
    ending = (rates.deaths(people.sex, ages) * (people.home_size == 1)).sum() * month.years
    wanted = max(0.0, ((people.home >= 0).sum() / MEAN - count) * _PACE + ending)
    lacking = (people.homes.size == 1).sum() / count < rates.single_households()
    singles = _SINGLES[1] if lacking else _SINGLES[0]
    _families(month, wanted * (1 - singles))
    _single_people(month, wanted * singles)


def _families(month: Month, count: float) -> None:
    """Let couples that do not lead the household they live in leave it with their children."""
    people = month.people
    wives = (people.sex == WOMEN) & (people.spouse >= 0) & (people.home >= 0)
    wives &= (people.home == people.home[people.spouse]) & _free(month)
    wives &= (people.relationship != HEAD) & (people.relationship[people.spouse] != HEAD)
    wives &= _free(month)[people.spouse]
    weight = np.where(wives, _FAMILY_LEAVES.take(people.home_size, mode="clip"), 0.0)
    rng = month.stream("families")
    leaving = _one_each(people.home, drawing.some(rng, weight, count))
    places = _new_places(month, rng, "families", leaving, people.province[leaving])
    for wife, day, place in zip(leaving, *places, strict=True):
        husband = int(people.spouse[wife])
        members = people.members(int(people.home[wife]))
        along = np.union1d(
            children_of(month, int(wife), members), children_of(month, husband, members)
        )
        staying = np.setdiff1d(members, np.append(along, (wife, husband)))
        ages = people.ages(month.first_day)
        if (ages[staying] >= _ADULT).any() and people.citizen[along].all():
            others = [(int(wife), 2), *((int(one), CHILD) for one in along)]
            move(month, int(day), husband, others, {"place": place})


def _single_people(month: Month, count: float) -> None:
    """Let grown children and the divorced leave alone, some of them for another province."""
    people = month.people
    ages = people.ages(month.first_day)
    low, high = _SINGLE_AGES
    divorced = (people.marital == MARITAL["divorced"]) & (people.relationship == OTHER)
    young = (people.marital == MARITAL["never_married"]) & (ages >= low) & (ages < high)
    able = (people.home >= 0) & (people.relationship != HEAD) & _free(month)
    weight = (
        _SINGLE_LEAVES.take(people.home_size, mode="clip") * able * (young + _DIVORCED * divorced)
    )
    weight *= people.adults(month.first_day)[people.home] > 1
    rng = month.stream("alone")
    leaving = _one_each(people.home, drawing.some(rng, weight, count))
    leaving = leaving[~month.busy[leaving]]
    stays = rng.random(len(leaving)) < _STAYS
    province = np.where(stays, people.province[leaving], rng.permutation(people.province[leaving]))
    places = _new_places(month, rng, "alone", leaving, province)
    for who, day, place in zip(leaving, *places, strict=True):
        move(month, int(day), int(who), [], {"place": place})


def _free(month: Month) -> NDArray[np.bool_]:
    """Who may found a household: adults who are citizens, live where registered, and are free."""
    people = month.people
    grown = people.ages(month.first_day) >= _ADULT
    found: NDArray[np.bool_] = grown & people.citizen & ~people.elsewhere & ~month.busy
    return found & people.housed


def _one_each(home: Places, leaving: Places) -> Places:
    """Keep the first of each household."""
    _, first = np.unique(home[leaving], return_index=True)
    kept: Places = leaving[np.sort(first)]
    return kept


def _new_places(
    month: Month, rng: np.random.Generator, name: str, leaving: Places, province: Places
) -> tuple[Places, list[dict[str, object]]]:
    """Draw the days and addresses: in their own ward, or by population in another province."""
    people = month.people
    own = people.homes.ward[people.home[leaving]]
    other = migration.random_wards(rng, province.astype(np.uint8)).astype(np.int64)
    ward = np.where(province == people.province[leaving], own, other)
    days = month.draw_days(name, len(leaving))
    return days, addresses.new(rng, ward, days)
