"""Families as trees: every couple keeps one side's parents, so that a family has one origin.

A person's parents, brothers and children must come from the same place and people, and so must
those of the spouse. Were both sides tied at once, the whole chunk would be one family. So one side
is kept, places and peoples are given to whole trees, and `relink` then finds the other side's
parents again, of the same place and people.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from seed import births, dates
from seed.people import NONE, in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.births import Parents
    from seed.people import Flags, Index, People, Streams
    from seed.weddings import Unions

#: How often a couple with parents on both sides is counted to the husband's family.
HUSBANDS_SIDE = 0.65


@dataclasses.dataclass
class Trees:
    """Family trees: `of` gives each person's; `own` each person's union as a partner (or −1).

    `kept` is the partner whose parents a union was tied to; `open_person` were untied from the
    parents in `open_union`, and are waiting for others of their place and people.
    """

    of: Index
    count: int
    own: Index
    kept: Index
    open_person: Index
    open_union: Index


def plant(streams: Streams, people: People, unions: Unions, parents: Parents) -> Trees:
    """Untie one side of each couple from its parents (in `parents`), and number the trees."""
    own = _own_unions(len(people), unions)
    wife_has, husband_has = (
        (side >= 0) & (parents.union[side] >= 0) for side in (unions.wife, unions.husband)
    )
    his = streams("families", "side").random(len(unions)) < HUSBANDS_SIDE
    his = np.where(wife_has & husband_has, his, husband_has)
    kept = np.where(his, unions.husband, np.where(wife_has, unions.wife, NONE)).astype(np.int32)
    both = wife_has & husband_has
    loose = np.where(his, unions.wife, unions.husband)[both]
    loosened = parents.union[loose]
    for side in (parents.union, parents.mother, parents.father):
        side[loose] = NONE
    above = np.where(kept >= 0, parents.union[kept], NONE)
    roots = _roots(above)
    of = np.where(own >= 0, own, parents.union)
    alone = np.flatnonzero(of < 0)
    root = np.where(of >= 0, np.append(roots, 0)[of], NONE)
    used = np.zeros(len(unions), bool)
    used[root[of >= 0]] = True
    count = int(np.count_nonzero(used))
    tree = np.append(np.cumsum(used) - 1, 0)[root].astype(np.int32)
    tree[alone] = count + np.arange(len(alone))
    return Trees(
        of=tree,
        count=count + len(alone),
        own=own,
        kept=kept,
        open_person=loose,
        open_union=loosened,
    )


def relink(
    streams: Streams,
    people: People,
    unions: Unions,
    parents: Parents,
    trees: Trees,
    keys: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> None:
    """Tie the untied to parents of the same key (place and people), born in the same year.

    `keys` are those of the waiting persons and of the parents who lost a child. Who finds no match
    stays without parents on record. Never ties anyone to parents of their own tree.
    """
    rng = streams("families", "relink")
    years = dates.years(people.born).astype(np.int64)
    open_years = years[trees.open_person]
    wanted, offered = (key * 1000 + (open_years - 1850) for key in keys)
    usable = _without_twin(parents.union, years, trees.open_union, open_years)
    first = _ranked(wanted, rng.permutation(len(wanted)))
    second = _ranked(offered[usable], rng.permutation(len(usable)))
    _, mine, theirs = np.intersect1d(first, second, assume_unique=True, return_indices=True)
    theirs = usable[theirs]
    person, union = trees.open_person[mine], trees.open_union[theirs]
    partner = np.where(unions.wife[union] >= 0, unions.wife[union], unions.husband[union])
    other = trees.of[person] != trees.of[partner]
    person, union = person[other], union[other]
    parents.union[person] = union
    parents.mother[person] = unions.wife[union]
    parents.father[person] = births.fathers(people, unions, person, union)


def _without_twin(
    born_in: Index, years: NDArray[np.int64], union: Index, open_years: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return which places of children may be taken: those of twins may not.

    Their parents still have the other one: somebody else born in that year would be neither a
    twin nor nine months apart.
    """
    lost = np.zeros(max(int(born_in.max(initial=0)), int(union.max(initial=0))) + 2, bool)
    lost[union] = True
    left = np.flatnonzero(lost[born_in])
    taken = np.sort(born_in[left].astype(np.int64) * 4096 + years[left])
    key = union.astype(np.int64) * 4096 + open_years
    order = in_order(key)
    found = key[order]
    place = np.searchsorted(taken, found)
    with_twin = np.append(taken, -1)[place] == found
    with_twin[1:] |= found[1:] == found[:-1]
    free: NDArray[np.int64] = order[~with_twin]
    return free


def levels(father: Index, mother: Index) -> NDArray[np.uint8]:
    """Return each person's generation: 0 without parents (both −1), else above both parents."""
    sides = [side.astype(np.int64) for side in (mother, father)]
    # One above each person's level, and at the end, where −1 points to, nothing.
    above = np.ones(len(mother) + 1, np.uint8)
    above[-1] = 0
    while True:
        level = np.maximum(*(above.take(side) for side in sides))
        if np.array_equal(level + 1, above[:-1]):
            return level
        above[:-1] = level + 1


def _ranked(keys: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Make equal keys distinct by their rank (in a random order), so that pairs can be joined."""
    by_key = order[in_order(keys[order])]
    ordered = keys[by_key]
    starts = np.flatnonzero(np.append(True, np.diff(ordered) != 0)) if len(keys) else by_key
    lengths = np.diff(np.append(starts, len(keys)))
    rank = np.empty(len(keys), np.int64)
    rank[by_key] = np.arange(len(keys)) - np.repeat(starts, lengths)
    return keys * 100_000 + rank


def _own_unions(size: int, unions: Unions) -> Index:
    own = np.full(size, NONE)
    for side in (unions.wife, unions.husband):
        there = side >= 0
        own[side[there]] = np.flatnonzero(there)
    return own


def _roots(above: Index) -> Index:
    """Follow every union to the one at the top of its tree, doubling the step each time."""
    root = np.where(above >= 0, above, np.arange(len(above))).astype(np.int32)
    while True:
        higher = root[root]
        if np.array_equal(higher, root):
            return root
        root = higher


def has_children(size: int, parents: Parents) -> Flags:
    """Flag everyone who has a child on record."""
    found = np.zeros(size, bool)
    for side in (parents.mother, parents.father):
        found[side[side >= 0]] = True
    return found
