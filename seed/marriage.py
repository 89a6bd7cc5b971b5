"""Marriages: who is single, married, widowed or divorced, with whom, from when to when.

Shares by age and sex follow the marital status table, spouses' ages the published age gaps (72 %
of husbands older, 12 % of the same age, 16 % younger), dates the ages at first marriage.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from seed import dates, weddings
from seed.people import (
    DIVORCED,
    MAN,
    MARRIED,
    NEVER,
    NEVER_MARRIED,
    NONE,
    SEPARATED,
    WIDOWED,
    WOMAN,
    evenly,
    in_order,
    nearest,
)
from seed.weddings import LEGAL_AGE, Unions, curves

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.people import Flags, Floats, People, Streams

#: Of the table's "divorced or separated", our estimate.
SEPARATED_SHARE = 0.15
#: Married people whose spouse is a foreigner and not on record, our estimate.
FOREIGN_SHARE = 0.002

# Husband older by years: what share (news reports of the 2019 census) and how far.
_GAPS = ((0.43, 0.5, 4.5), (0.12, -0.5, 0.5))
_OLDER_SHARE, _OLDER_MEAN, _OLDER_MOST = 0.29, 3.2, 18.0
_YOUNGER_MEAN, _YOUNGER_MOST = 1.6, 9.0

#: Years after the birthday on which the law allows it: ages here are in mean years, which leave a
#: day of doubt, and a wedding is on an earlier day than the last one of the couple.
_SOONEST = 0.01
_YOUNG_WIFE, _YOUNG_WIVES = 18.3, 4.0


def settle(streams: Streams, people: People, start: int) -> Unions:
    """Give everyone a marital status by age and sex, and the ever married their spouses.

    Men follow the table; their wishes for a wife's age choose the married women, and the other
    women share the table's other states. The lately dead keep the status they died in, and are
    matched with their widowed.
    """
    ages = people.age(np.minimum(people.died, start))
    men = people.sex == MAN
    _draw_statuses(streams("marriage", "men"), people, ages, men)
    husbands, wives = _choose_wives(streams("marriage", "wives"), people, start)
    others = ~men
    others[wives] = False
    _draw_statuses(streams("marriage", "women"), people, ages, others)
    return _unite(streams, people, (husbands, wives), start)


def _draw_statuses(rng: np.random.Generator, people: People, ages: Floats, which: Flags) -> None:
    """Draw by the table; living women who are not chosen as wives share what is left."""
    for sex in (MAN, WOMAN):
        mine = np.flatnonzero(which & (people.sex == sex) & (ages >= LEGAL_AGE[sex] + _SOONEST))
        if not len(mine):
            continue
        order = mine[in_order(np.floor(ages[mine] * dates.YEAR))]
        age, curve = ages[order], curves(sex)
        never = 1 - np.interp(age, curve.ages, curve.ever)
        parted = (1 - never) * np.interp(age, curve.ages, curve.parted)
        widowed = (1 - never) * np.interp(age, curve.ages, curve.widowed)
        taken = (sex == WOMAN) & people.living[order]
        whole = np.where(taken, np.maximum(never + parted + widowed, 1e-9), 1.0)
        draw = evenly(rng, np.arange(len(order)), len(order)) * whole
        steps = [never, parted * SEPARATED_SHARE, parted * (1 - SEPARATED_SHARE), widowed]
        edges = np.cumsum(steps, axis=0)
        people.marital[order] = np.select(
            [draw < edge for edge in edges],
            [NEVER_MARRIED, SEPARATED, DIVORCED, WIDOWED],
            MARRIED,
        )


def _choose_wives(
    rng: np.random.Generator, people: People, start: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find each married man a wife of about the age he wishes; a few marry abroad."""
    men = _by_birth(people, people.living & (people.sex == MAN) & (people.marital == MARRIED))
    men = men[rng.random(len(men)) >= FOREIGN_SHARE]
    grown = people.age(start) >= LEGAL_AGE[WOMAN] + 0.05
    women = _by_birth(people, people.living & (people.sex == WOMAN) & grown)
    men = men[: len(women)]
    wished = people.born[men] + gaps(rng, len(men))
    # Few marry as soon as the law allows: the youngest husbands have wives of about their age.
    soonest = start - (_YOUNG_WIFE + _YOUNG_WIVES * rng.random(len(men))) * dates.YEAR
    wished = np.minimum(wished, soonest.astype(np.int64))
    order = in_order(wished)
    wives = women[nearest(wished[order], people.born[women])]
    people.marital[wives] = MARRIED
    free = grown & (people.sex == WOMAN) & people.living & (people.age(start) < 45)
    free[wives] = False
    abroad = np.flatnonzero(free)
    abroad = abroad[rng.random(len(abroad)) < FOREIGN_SHARE * len(men) / max(len(abroad), 1)]
    people.marital[abroad] = MARRIED
    return men[order], np.concatenate((wives, abroad))


def _unite(
    streams: Streams,
    people: People,
    married: tuple[NDArray[np.int64], NDArray[np.int64]],
    start: int,
) -> Unions:
    rng = streams("marriage", "partners")
    husbands, wives = married
    abroad = np.concatenate((wives[len(husbands) :], _unpaired_men(people, husbands)))
    groups = [
        _unions(rng, people, (husbands, wives[: len(husbands)], abroad), MARRIED, start),
        _couples(rng, people, SEPARATED, start),
        _couples(rng, people, DIVORCED, start),
        *_widowed(rng, people, start),
    ]
    groups += _of_the_dead(rng, people, groups, start)
    unions = Unions(
        *(np.concatenate([getattr(g, f.name) for g in groups]) for f in dataclasses.fields(Unions))
    )
    weddings.settle(streams("marriage", "dates"), people, unions, start)
    return unions


def _unpaired_men(people: People, husbands: NDArray[np.int64]) -> NDArray[np.int64]:
    married = people.living & (people.sex == MAN) & (people.marital == MARRIED)
    married[husbands] = False
    return np.flatnonzero(married)


def _couples(rng: np.random.Generator, people: People, status: int, start: int) -> Unions:
    """Pair the separated or divorced; who is left over had a partner who is not on record."""
    here = people.living & (people.marital == status)
    men, women = (_by_birth(people, here & (people.sex == sex)) for sex in (MAN, WOMAN))
    pairs = min(len(men), len(women))
    men = men[np.sort(rng.choice(len(men), pairs, replace=False))]
    wives = women[np.sort(rng.choice(len(women), pairs, replace=False))]
    wished = people.born[men] + gaps(rng, pairs)
    husbands = men[in_order(wished)]
    here[husbands] = here[wives] = False
    return _unions(rng, people, (husbands, wives, np.flatnonzero(here)), status, start)


def _widowed(rng: np.random.Generator, people: People, start: int) -> list[Unions]:
    """Give the lately dead who were married a widowed spouse, then the other widowed a date."""
    found = []
    for sex in (WOMAN, MAN):
        widowed = _by_birth(
            people, people.living & (people.sex == sex) & (people.marital == WIDOWED)
        )
        wanted = people.marital == MARRIED
        dead = _by_birth(people, ~people.living & (people.sex != sex) & wanted)
        dead = dead[: len(widowed)]
        partner_born = people.born[dead] + gaps(rng, len(dead)) * (1 if sex == WOMAN else -1)
        order = in_order(partner_born)
        place = nearest(partner_born[order], people.born[widowed])
        survivors, dead = widowed[place], dead[order]
        pair = np.stack((dead, survivors) if sex == WOMAN else (survivors, dead))
        pair, single = _of_age(people, pair)
        people.marital[single[~people.living[single]]] = NEVER_MARRIED
        left = np.zeros(len(people), bool)
        left[widowed] = True
        left[pair] = False
        alone = np.flatnonzero(left)
        found.append(_unions(rng, people, (pair[0], pair[1], alone), WIDOWED, start))
    return found


def _of_age(
    people: People, pairs: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Keep the couples (husbands, wives) who were of age before either died; return the others."""
    parted = people.died[pairs].min(axis=0)
    grown = np.stack([dates.anniversary(people.born[pairs[s]], LEGAL_AGE[s]) for s in (0, 1)])
    lawful = grown.max(axis=0) + 30 < parted
    return pairs[:, lawful], pairs[:, ~lawful].ravel()


def _of_the_dead(
    rng: np.random.Generator, people: People, groups: list[Unions], start: int
) -> list[Unions]:
    """Record the marriages of the other dead, whose partners are not on record."""
    alone = ~people.living
    for group in groups:
        for side in (group.wife, group.husband):
            alone[side[side >= 0]] = False
    none = np.zeros(0, np.int64)
    return [
        _unions(
            rng,
            people,
            (none, none, np.flatnonzero(alone & (people.marital == status))),
            status,
            start,
        )
        for status in (MARRIED, SEPARATED, WIDOWED, DIVORCED)
    ]


def gaps(rng: np.random.Generator, count: int) -> NDArray[np.int64]:
    """Draw by how many days husbands are older than their wives."""
    draw = rng.random(count)
    within = rng.random(count)
    older = np.minimum(4.5 + rng.exponential(_OLDER_MEAN, count), _OLDER_MOST)
    younger = -np.minimum(0.5 + rng.exponential(_YOUNGER_MEAN, count), _YOUNGER_MOST)
    edges = np.cumsum([*(share for share, _, _ in _GAPS), _OLDER_SHARE])
    near = [low + within * (high - low) for _, low, high in _GAPS]
    years = np.select([draw < edge for edge in edges], [*near, older], younger)
    return np.round(years * dates.YEAR).astype(np.int64)


def _unions(
    rng: np.random.Generator,
    people: People,
    who: tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]],
    status: int,
    start: int,
) -> Unions:
    """Join pairs, and those whose partner is not on record, into one table; still without dates.

    `who` are husbands, their wives, and the others.
    """
    husbands, wives, alone = who
    women = people.sex[alone] == WOMAN
    wife = np.concatenate((wives, np.where(women, alone, NONE))).astype(np.int32)
    husband = np.concatenate((husbands, np.where(women, NONE, alone))).astype(np.int32)
    imagined = people.born[husband] + gaps(rng, len(husband))
    imagined = np.minimum(imagined, start - round((LEGAL_AGE[WOMAN] + 1) * dates.YEAR))
    ended = np.full(len(wife), NEVER)
    foreign = np.zeros(len(wife), bool)
    pairs = len(wives)
    if status == WIDOWED:
        ended[:pairs] = np.minimum(people.died[wives], people.died[husbands])
    if status == MARRIED:
        foreign[pairs:] = people.living[alone]
    return Unions(
        wife=wife,
        husband=husband,
        wife_born=np.where(wife >= 0, people.born[wife], imagined).astype(np.int32),
        began=np.full(len(wife), NEVER),
        ended=ended,
        kind=np.full(len(wife), status, np.uint8),
        foreign=foreign,
    )


def _by_birth(people: People, which: Flags) -> NDArray[np.int64]:
    found = np.flatnonzero(which)
    return found[in_order(people.born[found])]
