"""Couples: who marries whom in a month, and who parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.sandbox.life import drawing, rates
from app.sandbox.life.people import MARITAL, MEN, WOMEN
from seed import dates, marriage, weddings
from seed.people import nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.sandbox.life.drawing import Month
    from app.sandbox.life.people import Population

    Places = NDArray[np.int64]
    Flags = NDArray[np.bool_]

#: Whose husband is of another people: as `seed.peoples` mixes them.
_MIXING, _KINH = 0.15, 1
#: How far apart in years a husband may be born, earlier or later.
_OLDER, _YOUNGER = 22.0, 11.0
_NEVER = MARITAL["never_married"]
_AGAIN = (MARITAL["divorced"], MARITAL["widowed"])
#: Keys of people and province leave so many days to births.
_SPAN = 1 << 17


def marry(month: Month) -> None:
    """Draw brides by age; each finds the husband of her people and province nearest to her age."""
    people = month.people
    brides = _brides(month)
    rng = month.stream("weddings", "wishes")
    wished = people.born[brides] - marriage.gaps(rng, len(brides))
    own = np.where(rng.random(len(brides)) < _MIXING, _KINH, people.ethnicity[brides])
    grooms = np.full(len(brides), -1)
    free = _grooms(month)
    for akin, near in ((1, 1), (0, 1), (1, 0)):  # of her people and province, of one of the two
        left, offered = np.flatnonzero(grooms < 0), np.flatnonzero(free)
        if not len(offered):
            break
        keys = _key(own[left] * akin, people.province[brides[left]] * near, wished[left])
        theirs = people.province[offered] * near
        found = _paired(keys, _key(people.ethnicity[offered] * akin, theirs, people.born[offered]))
        met = found >= 0
        who = np.where(met, offered[found], -1)
        met &= _suit(people, brides[left], who)
        met &= (people.province[who] == people.province[brides[left]]) | (not near)
        grooms[left[met]] = who[met]
        free[who[met]] = False
    couples = np.flatnonzero(grooms >= 0)
    days = month.draw_days("weddings", len(couples))
    for at, day in zip(couples, days, strict=True):
        said = {"pin": people.pin[grooms[at]], "spouse": {"pin": people.pin[brides[at]]}}
        month.happens(day, "marriage", said)
    month.busy[brides[couples]] = month.busy[grooms[couples]] = True


def part(month: Month) -> None:
    """Draw which marriages are divorced."""
    people = month.people
    wives = (people.sex == WOMEN) & (people.spouse >= 0) & (people.marital == MARITAL["married"])
    wives &= ~month.busy & ~month.busy[people.spouse]
    chance = rates.divorces(people.ages(month.first_day)) * month.years * wives
    chosen = drawing.chosen(month.stream("divorces"), chance, people.province)
    days = month.draw_days("divorces", len(chosen))
    serial = month.stream("divorces", "judgments").integers(1, 999, len(chosen))
    for wife, day, number in zip(chosen, days, serial, strict=True):
        court = f"Bản án số {number}/{drawing.date(day).year}/HNGĐ-ST"
        month.happens(day, "divorce", {"pin": people.pin[wife], "judgment": court})
    month.busy[chosen] = month.busy[people.spouse[chosen]] = True


def _brides(month: Month) -> Places:
    people = month.people
    age = people.ages(month.first_day)
    grown = dates.anniversary(people.born.astype(np.int32), weddings.LEGAL_AGE[WOMEN])
    able = (people.sex == WOMEN) & ~month.busy & (grown <= month.first_day) & people.housed
    first = rates.weddings_a_month(WOMEN, age, month.years) * (people.marital == _NEVER)
    again = rates.again(age) * month.years * np.isin(people.marital, _AGAIN)
    return drawing.chosen(month.stream("weddings"), (first + again) * able, people.province)


def _grooms(month: Month) -> Flags:
    people = month.people
    grown = dates.anniversary(people.born.astype(np.int32), weddings.LEGAL_AGE[MEN])
    single = np.isin(people.marital, (_NEVER, *_AGAIN))
    found: Flags = (people.sex == MEN) & single & (grown <= month.first_day)
    return found & ~month.busy & people.housed


def _key(ethnicity: Places, province: Places | int, born: Places) -> Places:
    """Return keys by people, province and birth: what is near in them is near in that order."""
    found: Places = (ethnicity * 64 + province) * _SPAN + born + _SPAN // 2
    return found


def _paired(wanted: Places, offered: Places) -> Places:
    """Give each that is wanted one of its own of what is offered, near its key; -1 for none."""
    order, by_key = np.argsort(wanted, kind="stable"), np.argsort(offered, kind="stable")
    served = order[: len(offered)]
    found = np.full(len(wanted), -1)
    if len(served):
        found[served] = by_key[nearest(wanted[served], offered[by_key])]
    return found


def _suit(people: Population, brides: Places, grooms: Places) -> Flags:
    """Whether two may be a couple by their ages, and do not live together already."""
    older = (people.born[brides] - people.born[grooms]) / dates.YEAR
    apart = people.home[brides] != people.home[grooms]
    found: Flags = (grooms >= 0) & (older < _OLDER) & (older > -_YOUNGER) & apart
    return found
