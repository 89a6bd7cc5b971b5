"""Dwellings: the day each household and member came, its address, and the addresses before.

Children grow up with their parents; couples that came from elsewhere had an address together
before. Tenants and lately come families keep their permanent residence where they came from, and
are registered as temporary where they live.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from seed import addresses, dates, migration
from seed.households import CHILD, PARTNER, RELATIVE
from seed.people import NEVER, NONE, WOMAN

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.addresses import Lines
    from seed.chunk import Chunk
    from seed.people import Days, Flags, Index, Streams

#: Families that came in the last ten years, and before, and are still registered as temporary.
_TEMPORARY_NEW, _TEMPORARY_OLD, _TEMPORARY_ROOM = 0.45, 0.12, 0.95
#: Years for which people alone have lived where they do: mean.
_ALONE_YEARS = 9.0
_REGISTERED_AFTER = (5, 60)
#: How often a birth was registered in another ward of the province.
_OTHER_WARD = 0.03


@dataclasses.dataclass(frozen=True)
class Dwellings:
    """By household: since when, temporary or not; where it came from.

    By person: `joined` the household, `registered` the birth and in which ward; `home` is the
    household of the living and of the dead (−1: none). `first_ward` and `first_line` (an index
    into `lines`) are where one grew up, and `wed` is when one left that for the address from which
    the whole family then came (`family_ward`, `family_line` of the household); NEVER for others.
    """

    since: Days
    temporary: Flags
    lines: Lines
    joined: Days
    registered: Days
    birth_ward: Index
    home: Index
    first_ward: Index
    first_line: Index
    wed: Days
    family_ward: Index
    family_line: Index


def settle(streams: Streams, chunk: Chunk) -> Dwellings:
    """Date and address all households and their members."""
    since = _since(streams, chunk)
    rng = streams("dwellings", "temporary")
    new = since > chunk.start - 10 * dates.YEAR
    chance = np.where(new, _TEMPORARY_NEW, _TEMPORARY_OLD)
    chance = np.where(chunk.homes.rented, _TEMPORARY_ROOM, chance)
    temporary = chunk.places.came & (rng.random(len(since)) < chance)
    home = _last_homes(chunk)
    joined = _joined(streams, chunk, since, home)
    birth_ward = _birth_wards(streams, chunk, home)
    registered = _registered(streams, chunk)
    wed = _wed(chunk, since, joined, registered, home)
    place = _addresses(chunk, (since, joined, wed, home), birth_ward)
    lines = addresses.draw(streams("dwellings", "lines"), place.wards)
    return Dwellings(
        since=since,
        temporary=temporary,
        lines=lines,
        joined=joined,
        registered=registered,
        birth_ward=birth_ward,
        home=home,
        first_ward=place.wards[place.first].astype(np.int32),
        first_line=place.first,
        wed=wed,
        family_ward=place.wards[place.family].astype(np.int32),
        family_line=place.family,
    )


def _since(streams: Streams, chunk: Chunk) -> Days:
    """Date households: movers by their move, families by the eldest couple's wedding."""
    rng = streams("dwellings", "since")
    own = chunk.trees.own[chunk.heads]
    began = np.append(chunk.unions.began, NEVER)[own]
    housed = np.flatnonzero((chunk.homes.of >= 0) & (chunk.homes.role == PARTNER))
    wed = np.append(chunk.unions.began, NEVER)[chunk.trees.own[housed]]
    first = np.full(chunk.homes.count, NEVER)
    np.minimum.at(first, chunk.homes.of[housed], wed)
    began = np.minimum(began, first)
    adult = chunk.people.born[chunk.heads] + 18 * dates.YEAR
    ago = chunk.start - rng.exponential(_ALONE_YEARS, len(began)) * dates.YEAR
    alone = np.maximum(adult, np.minimum(ago, chunk.start - 30))
    settled = began + np.floor(rng.exponential(1.0, len(began)) * dates.YEAR)
    day = np.where(began == NEVER, alone, settled)
    day = np.where(chunk.places.came, chunk.places.moved, day)
    return np.minimum(day, chunk.start - 1).astype(np.int32)


def _joined(streams: Streams, chunk: Chunk, since: Days, home: Index) -> Days:
    """Date members: from the beginning, from birth, from their wedding; relatives came later."""
    rng = streams("dwellings", "joined")
    own, homes = chunk.trees.own, chunk.homes
    there = np.append(since, NEVER)[home]
    day = np.maximum(there, chunk.people.born).astype(np.int64)
    kept = np.append(chunk.trees.kept, NONE)[own]
    entered = (own >= 0) & (homes.role == PARTNER) & (kept != np.arange(len(chunk)))
    entered &= (kept >= 0) | (chunk.people.sex == WOMAN)
    day = np.where(entered, np.maximum(day, np.append(chunk.unions.began, 0)[own]), day)
    ago = chunk.start - np.floor(rng.exponential(6.0, len(chunk)) * dates.YEAR)
    day = np.where(homes.role == RELATIVE, np.maximum(day, ago), day)
    last = np.minimum(chunk.people.died, chunk.start - 1)
    return np.minimum(day, np.maximum(last, chunk.people.born)).astype(np.int32)


def _last_homes(chunk: Chunk) -> Index:
    """Return each person's household; the dead's is their spouse's, parents' or a child's."""
    of, unions, parents = chunk.homes.of, chunk.unions, chunk.parents
    known = np.append(of, NONE)
    found = of.copy()
    dead = np.flatnonzero(~chunk.people.living)
    of_child = np.full(len(chunk), NONE)
    for side in (parents.father, parents.mother):
        there = (side >= 0) & (of >= 0)
        of_child[side[there]] = of[there]
    own = chunk.trees.own[dead]
    partner = np.append(np.where(unions.wife >= 0, unions.wife, NONE), NONE)[own]
    partner = np.where(partner == dead, np.append(unions.husband, NONE)[own], partner)
    spouse, mother, father = (
        known[side] for side in (partner, parents.mother[dead], parents.father[dead])
    )
    homes = (spouse, mother, father, of_child[dead])
    found[dead] = np.select([home >= 0 for home in homes], homes, NONE)
    return found


def _birth_wards(streams: Streams, chunk: Chunk, home: Index) -> Index:
    """Return the ward in which each birth was registered.

    That is where the mother's (else the father's) household lived then; for who married in
    without parents on record, a ward of their own province.
    """
    rng = streams("dwellings", "births")
    places, parents = chunk.places, chunk.parents
    entered = (chunk.trees.own >= 0) & (parents.union < 0)
    entered &= np.append(chunk.trees.kept, NONE)[chunk.trees.own] >= 0
    elsewhere = np.flatnonzero(entered | (rng.random(len(chunk)) < _OTHER_WARD))
    parent = np.where(parents.mother >= 0, parents.mother, parents.father)
    tree = np.where(parent >= 0, chunk.trees.of[parent], chunk.trees.of)
    family = places.home_ward[tree]
    family[elsewhere] = migration.random_wards(rng, chunk.origins.province[elsewhere])
    at_home = _with_parents(chunk, home, parent)
    return np.where(at_home, np.append(places.ward, 0)[home[parent]], family).astype(np.int32)


def _with_parents(chunk: Chunk, home: Index, parent: Index) -> Flags:
    """Say whose parents had their household where it is now already when they were born."""
    of_parent = np.where(parent >= 0, home[parent], NONE)
    moved = np.append(chunk.places.moved, NEVER)[of_parent]
    there: Flags = (of_parent >= 0) & ((moved == NEVER) | (moved <= chunk.people.born))
    return there


def _registered(streams: Streams, chunk: Chunk) -> Days:
    """Date the registration of births: within two months, but never after the start or death."""
    wait = streams("dwellings", "registered").integers(*_REGISTERED_AFTER, len(chunk))
    last = np.minimum(chunk.people.died, chunk.start - 1)
    day = np.minimum(chunk.people.born + wait, last)
    found: Days = np.maximum(day, chunk.people.born).astype(np.int32)
    return found


def _wed(chunk: Chunk, since: Days, joined: Days, registered: Days, home: Index) -> Days:
    """Return when the couples who later moved here together had married; NEVER for all others."""
    began = np.append(chunk.unions.began, NEVER)[chunk.trees.own]
    together = (home >= 0) & np.append(chunk.places.came, False)[home]
    together &= (chunk.homes.role == PARTNER) & (joined == np.append(since, 0)[home])
    together &= (began > registered + 30) & (began < joined - 60)
    return np.where(together, began, NEVER).astype(np.int32)


@dataclasses.dataclass(frozen=True)
class _Addresses:
    """The ward of every line, and which line is whose: persons' first, households' family line."""

    wards: NDArray[np.int64]
    first: Index
    family: Index


def _addresses(
    chunk: Chunk, when: tuple[Days, Days, Days, Index], birth_ward: Index
) -> _Addresses:
    """Number the lines: the households', where families came from, then single people's own.

    Children who moved with the family grew up where it came from; others with their mother or
    father, whose household has its line; the rest on their own.
    """
    since, joined, wed, home = when
    count, places = chunk.homes.count, chunk.places
    parents = chunk.parents
    parent = np.where(parents.mother >= 0, parents.mother, parents.father)
    apart = _with_parents(chunk, home, parent) & (home[parent] != home)
    moved_along = (home >= 0) & (chunk.homes.role == CHILD) & ~apart
    moved_along &= (joined == np.append(since, 0)[home]) | (joined == chunk.people.born)
    own = ~apart & ~moved_along
    line = 2 * count - 1 + np.cumsum(own)
    first = np.where(apart, home[parent], line)
    # Where the couple had no home together before, the family comes from where its head grew up.
    alone = wed[chunk.heads] == NEVER
    family = np.where(alone, first[chunk.heads], count + np.arange(count))
    first = np.where(moved_along, np.append(family, NONE)[home], first)
    family_ward = places.home_ward[chunk.trees.of[chunk.heads]]
    wards = np.concatenate((places.ward, family_ward, birth_ward[own]))
    return _Addresses(wards, first.astype(np.int32), family.astype(np.int32))
