"""Dwellings: the day each household and member came, its address, and the address before.

Families that came from elsewhere share the address they left; who married in brings their own.
Tenants and lately come families keep their permanent residence there, and are registered as
temporary where they live.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from seed import addresses, dates, migration
from seed.households import PARTNER, RELATIVE
from seed.people import NEVER, NONE

if TYPE_CHECKING:
    from seed.addresses import Lines
    from seed.chunk import Chunk
    from seed.people import Days, Flags, Index, Streams

#: Families that came in the last ten years, and before, and are still registered as temporary.
_TEMPORARY_NEW, _TEMPORARY_OLD, _TEMPORARY_ROOM = 0.45, 0.12, 0.95
#: Households of which the house has an identified number (a pilot so far), in towns.
_IDENTIFIED = 0.03
#: Years for which people alone have lived where they do: mean.
_ALONE_YEARS = 9.0
_REGISTERED_AFTER = (5, 60)
#: How often a birth was registered in another ward of the province.
_OTHER_WARD = 0.03


@dataclasses.dataclass(frozen=True)
class Dwellings:
    """By household: since when, temporary or not, ward and line, and ward and line before.

    By person: `joined` the household, `registered` the birth and in which ward; `before_ward`
    and `before_line` (index into `lines`) say where from; `home` is the household of the living
    and of the dead (−1: none). `lines` holds households' lines, those they left, and single
    people's, in this order.
    """

    since: Days
    temporary: Flags
    identified: Flags
    lines: Lines
    joined: Days
    registered: Days
    birth_ward: Index
    before_ward: Index
    before_line: Index
    home: Index


def settle(streams: Streams, chunk: Chunk) -> Dwellings:
    """Date and address all households and their members."""
    households = chunk.homes.count
    since = _since(streams, chunk)
    came = chunk.places.came
    rng = streams("dwellings", "temporary")
    new = since > chunk.start - 10 * dates.YEAR
    chance = np.where(new, _TEMPORARY_NEW, _TEMPORARY_OLD)
    chance = np.where(chunk.homes.rented, _TEMPORARY_ROOM, chance)
    temporary = came & (rng.random(households) < chance)
    home = _last_homes(chunk)
    joined = _joined(streams, chunk, since, home)
    birth_ward = _birth_wards(streams, chunk, home)
    registered = _registered(streams, chunk)
    family_ward = chunk.places.home_ward[chunk.trees.of[chunk.heads]]
    alone = _came_alone(since, joined, home, chunk.people.born)
    own = np.flatnonzero(alone)
    line = np.where(alone, 2 * households - 1 + np.cumsum(alone), households + home)
    wards = np.concatenate((chunk.places.ward, family_ward, birth_ward[own]))
    lines = addresses.draw(streams("dwellings", "lines"), wards)
    town = rng.random(households) < _IDENTIFIED
    return Dwellings(
        since=since,
        temporary=temporary,
        identified=town & (lines.house[:households] > 0),
        lines=lines,
        joined=joined,
        registered=registered,
        birth_ward=birth_ward,
        before_ward=wards[line].astype(np.int32),
        before_line=line.astype(np.int32),
        home=home,
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
    entered = (own >= 0) & (np.append(chunk.trees.kept, NONE)[own] != np.arange(len(chunk)))
    entered &= (homes.role == PARTNER) & (homes.depth > 0)
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
    parents_home = np.where(parent >= 0, home[parent], NONE)
    moved = np.append(places.moved, NEVER)[parents_home]
    there = (parents_home >= 0) & (moved <= chunk.people.born)
    return np.where(there, np.append(places.ward, 0)[parents_home], family).astype(np.int32)


def _registered(streams: Streams, chunk: Chunk) -> Days:
    """Date the registration of births: within two months, but never after the start or death."""
    wait = streams("dwellings", "registered").integers(*_REGISTERED_AFTER, len(chunk))
    last = np.minimum(chunk.people.died, chunk.start - 1)
    day = np.minimum(chunk.people.born + wait, last)
    found: Days = np.maximum(day, chunk.people.born).astype(np.int32)
    return found


def _came_alone(since: Days, joined: Days, home: Index, born: Days) -> Flags:
    """Say whose address before was their own: who was with the family shares the one it left."""
    together = joined == np.append(since, NEVER)[home]
    # Children born since into a temporary household belong where their parents are registered.
    together |= joined == born
    alone: Flags = (home < 0) | ~together
    return alone
