"""Households: couples with their children, the parents they live with, tenants, people alone.

Nuclear homes come first; then as many of them join the parents' home (at most one married child
each) as bring the mean size to that of the household table.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np

from seed import tables
from seed.people import DIVORCED, MAN, NONE, SEPARATED, WOMAN, smallest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.births import Parents
    from seed.families import Trees
    from seed.people import Flags, Floats, Index, People, Streams
    from seed.weddings import Unions

# Roles in a nuclear home.
PARTNER, CHILD, RELATIVE, TENANT = range(4)
#: Unmarried adults under 40 who left home to work or study, by our estimate.
AWAY_SHARE = 0.10
#: Of adults without a family at hand, how many live alone rather than with relatives.
ALONE_SHARE = 0.5
#: Tenants share rooms by one, two or three.
_TENANTS = np.array([0.45, 0.35, 0.20])
#: How much likelier a widowed or single elder is to be joined than a couple.
_LONE_ELDER, _YOUNG_PARENTS = 1.35, 0.8


@dataclasses.dataclass
class Homes:
    """Who lives with whom: a household for each person (−1: dead or away), and how they fit in.

    `unit` is the nuclear home, `depth` its generation from the top of the household; `role` is
    the person's in it. `rented` households are tenants' rooms.
    """

    of: Index
    count: int
    unit: Index
    depth: NDArray[np.int8]
    role: NDArray[np.uint8]
    rented: Flags


@functools.cache
def sizes() -> Floats:
    """Return the table's shares of households with 1, 2 … 8 (and more) members."""
    percent = tables.numbers("household_size_estimate", "percent_of_households")
    found: Floats = percent / percent.sum()
    return found


@functools.cache
def mean_size() -> float:
    """Return the mean size of the table; its last class counts as 8.6."""
    return float(sizes() @ np.array([1, 2, 3, 4, 5, 6, 7, 8.6]))


def settle(
    streams: Streams,
    people: People,
    unions: Unions,
    parents: Parents,
    trees: Trees,
    when: tuple[int, Flags],
) -> Homes:
    """House everyone who is `present` (the second of `when`) on the start date (the first).

    Relatives without family of their own move to another tree (`trees.of`), so that they come
    from the same place as their household.
    """
    start, present = when
    ages = people.age(start)
    unit, role = _nuclear(streams, people, unions, parents, trees, (ages, present))
    free = np.flatnonzero(present & (unit < 0))
    _house_the_free(streams, parents, trees, (ages, unit, role), free)
    alone = np.flatnonzero(present & (unit < 0))
    rooms = _rooms(streams, role, alone)
    homes = int(np.count_nonzero(np.bincount(unit[unit >= 0]))) + int(rooms.max(initial=-1)) + 1
    surplus = homes - round(int(present.sum()) / mean_size())
    up = _joined(streams, people, unions, parents, trees, (ages, unit, surplus))
    return _number(streams, up, unit, role, (alone, rooms))


def _number(
    streams: Streams,
    up: Index,
    unit: Index,
    role: NDArray[np.uint8],
    alone: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> Homes:
    """Follow homes to the top of their household, and number the households in random order."""
    above = np.append(up, NONE)
    depth = np.where(above >= 0, np.where(above[above] >= 0, 2, 1), 0).astype(np.int8)
    top = np.where(above >= 0, above, np.arange(len(above)))
    top = top[top]
    of = np.where(unit >= 0, top[unit], NONE)
    of[alone[0]] = len(up) + alone[1]
    housed = of >= 0
    used = np.bincount(of[housed]) > 0
    count = int(np.count_nonzero(used))
    number = np.zeros(len(used), np.int64)
    number[used] = streams("households", "order").permutation(count)
    of[housed] = number[of[housed]]
    rented = np.zeros(count, bool)
    rented[of[housed & (role == TENANT)]] = True
    return Homes(
        of=of.astype(np.int32),
        count=count,
        unit=unit,
        depth=np.where(unit >= 0, depth[unit], 0).astype(np.int8),
        role=role,
        rented=rented,
    )


def _nuclear(
    streams: Streams,
    people: People,
    unions: Unions,
    parents: Parents,
    trees: Trees,
    when: tuple[Floats, Flags],
) -> tuple[Index, NDArray[np.uint8]]:
    """House partners, and the unmarried with a parent.

    Home u is union u's; of the U unions, home U + u is that of the husband who parted.
    """
    ages, present = when
    own, count = trees.own, len(unions)
    kind = np.append(unions.kind, 0)[own]
    parted = (own >= 0) & np.isin(kind, (SEPARATED, DIVORCED)) & (people.sex == MAN)
    unit = np.where(present & (own >= 0), own + count * parted, NONE).astype(np.int32)
    role = np.full(len(people), PARTNER, np.uint8)
    filled = np.append(np.bincount(unit[unit >= 0], minlength=2 * count) > 0, False)
    born_in = parents.union
    with_him = np.where((born_in >= 0) & filled[born_in + count], born_in + count, NONE)
    home = np.where((born_in >= 0) & filled[born_in], born_in, with_him)
    rng = streams("households", "away")
    leaves = (ages >= 18) & (ages < 40) & (rng.random(len(people)) < AWAY_SHARE)
    stays = present & (own < 0) & (home >= 0) & ~leaves
    unit[stays] = home[stays]
    role[stays] = CHILD
    role[present & (own < 0) & leaves] = TENANT
    return unit, role


def _house_the_free(
    streams: Streams,
    parents: Parents,
    trees: Trees,
    where: tuple[Floats, Index, NDArray[np.uint8]],
    free: NDArray[np.int64],
) -> None:
    """Give minors without a home, and half of the adults, one with a brother, sister or other."""
    ages, unit, role = where
    rng = streams("households", "relatives")
    housed = np.flatnonzero((unit >= 0) & (role == PARTNER))
    free = free[role[free] != TENANT]
    if not len(housed):
        return
    born_in = parents.union
    sibling = np.full(int(born_in.max(initial=0)) + 1, NONE)
    with_parents = housed[born_in[housed] >= 0]
    sibling[born_in[with_parents]] = with_parents
    minor = ages[free] < 18
    moves = free[minor | (rng.random(len(free)) >= ALONE_SHARE)]
    brother = np.where(born_in[moves] >= 0, sibling[born_in[moves]], NONE)
    stranger = (brother < 0) & (np.bincount(trees.of)[trees.of[moves]] == 1)
    grown = housed[(ages[housed] > 35) & (ages[housed] < 68)]
    hosts = rng.choice(grown if len(grown) else housed, len(moves))
    # Minors with kin in the world but no home among them go to strangers of any tree too.
    host = np.where(brother >= 0, brother, hosts)
    taken = (brother >= 0) | stranger | (ages[moves] < 18)
    moves, host = moves[taken], host[taken]
    unit[moves], role[moves] = unit[host], RELATIVE
    trees.of[moves] = trees.of[host]


def _joined(
    streams: Streams,
    people: People,
    unions: Unions,
    parents: Parents,
    trees: Trees,
    where: tuple[Floats, Index, int],
) -> Index:
    """Let `surplus` married children live with their parents; return each home's upper, or −1."""
    ages, unit, surplus = where
    count = len(unions)
    size = np.bincount(unit[unit >= 0], minlength=2 * count)
    kept = trees.kept
    child = np.where(kept >= 0, unit[kept], NONE)
    born_in = np.where(kept >= 0, parents.union[kept], NONE)
    later = np.where(size[born_in + count] > 0, born_in + count, NONE)
    above = np.where(born_in < 0, NONE, np.where(size[born_in] > 0, born_in, later))
    couples = np.flatnonzero((child >= 0) & (above >= 0))
    child, above = child[couples], above[couples]
    rng = streams("households", "parents")
    one = _best_child(rng, people.sex[kept[couples]], above)
    child, above = child[one], above[one]
    elder = np.zeros(2 * count)
    np.maximum.at(elder, unit[unit >= 0], ages[unit >= 0])
    lone = (size[above] == 1) & (elder[above] >= 60)
    pull = np.where(lone, _LONE_ELDER, np.where(elder[above] < 55, _YOUNG_PARENTS, 1.0))
    key = rng.standard_exponential(len(one)) / pull
    ranked = smallest(key, surplus)
    up = np.full(2 * count, NONE)
    up[child[ranked]] = above[ranked]
    return _no_deep_chains(up)


def _best_child(
    rng: np.random.Generator, sex: NDArray[np.uint8], above: Index
) -> NDArray[np.int64]:
    """Choose for each parents' home one couple that may join it: sons four times as often."""
    key = rng.standard_exponential(len(above)) * np.where(sex == WOMAN, 4.0, 1.0)
    best = np.full(int(above.max(initial=-1)) + 1, np.inf)
    np.minimum.at(best, above, key)
    return np.flatnonzero(key == best[above])


def _no_deep_chains(up: Index) -> Index:
    """Leave at most three homes in a household: who would be the fourth stays apart."""
    ended = np.append(up, NONE)
    too_deep = ended[ended[up]] >= 0
    return np.where((up >= 0) & too_deep, NONE, up).astype(np.int32)


def _rooms(
    streams: Streams, role: NDArray[np.uint8], alone: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Number the rooms of those without a home: tenants share, the others live alone."""
    rng = streams("households", "rooms")
    tenants = np.flatnonzero(role[alone] == TENANT)
    tenants = rng.permutation(tenants)
    sizes_of = rng.choice(len(_TENANTS), len(tenants), p=_TENANTS / _TENANTS.sum()) + 1
    room = np.repeat(np.arange(len(tenants)), sizes_of)[: len(tenants)]
    rooms = np.empty(len(alone), np.int64)
    rooms[tenants] = room
    others = np.flatnonzero(role[alone] != TENANT)
    rooms[others] = room.max(initial=-1) + 1 + np.arange(len(others))
    role[alone[others]] = PARTNER
    return rooms
