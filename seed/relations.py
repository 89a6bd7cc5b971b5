"""Heads of households, and what everybody else is to the head (the registry's own code list)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seed.households import CHILD, PARTNER, RELATIVE, TENANT
from seed.people import MAN, NONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.births import Parents
    from seed.families import Trees
    from seed.households import Homes
    from seed.people import Floats, Index, People, Streams

HEAD, WIFE, HUSBAND, OWN_CHILD, ADOPTED_CHILD = 1, 2, 3, 4, 5
FATHER, MOTHER, GRANDFATHER, GRANDMOTHER = 6, 7, 8, 9
ELDER_BROTHER, ELDER_SISTER, YOUNGER = 10, 11, 12
YOUNG_KIN, DAUGHTER_IN_LAW, SON_IN_LAW, PARENT_IN_LAW, LODGER, OTHER = 13, 14, 15, 16, 17, 99

#: The list is ours: QCVN 109 refers to one, but publishes none.
NAMES = {
    HEAD: "Chủ hộ",
    WIFE: "Vợ",
    HUSBAND: "Chồng",
    OWN_CHILD: "Con đẻ",
    ADOPTED_CHILD: "Con nuôi",
    FATHER: "Cha đẻ",
    MOTHER: "Mẹ đẻ",
    GRANDFATHER: "Ông",
    GRANDMOTHER: "Bà",
    ELDER_BROTHER: "Anh ruột",
    ELDER_SISTER: "Chị ruột",
    YOUNGER: "Em ruột",
    YOUNG_KIN: "Cháu",
    DAUGHTER_IN_LAW: "Con dâu",
    SON_IN_LAW: "Con rể",
    PARENT_IN_LAW: "Cha, mẹ vợ hoặc chồng",
    LODGER: "Ở nhờ, ở thuê",
    OTHER: "Khác",
}

#: Households of a couple that have the wife as head, and parents' age up to which they are heads.
_WIFE_HEADS = 0.18
_ELDERS_LEAD_UNTIL = 63.0


def settle(
    streams: Streams,
    people: People,
    parents: Parents,
    trees: Trees,
    homes: Homes,
    ages: Floats,
) -> tuple[NDArray[np.uint8], Index]:
    """Return each person's relationship to the head (0: no household), and the heads."""
    level = _leading_level(homes, ages)
    head = _heads(streams, people, homes, ages, level)
    here = np.flatnonzero(homes.of >= 0)
    code = np.zeros(len(people), np.uint8)
    code[here] = _codes(people, parents, trees, homes, (ages, level, head), here)
    code[head] = HEAD
    return code, head


def _leading_level(homes: Homes, ages: Floats) -> NDArray[np.int8]:
    """Return the generation whose couple leads: elders give way to the child they live with."""
    partners = np.flatnonzero((homes.of >= 0) & (homes.role == PARTNER))
    deepest = np.zeros(homes.count, np.int8)
    np.maximum.at(deepest, homes.of[partners], homes.depth[partners])
    eldest = np.zeros(homes.count)
    tops = partners[homes.depth[partners] == 0]
    np.maximum.at(eldest, homes.of[tops], ages[tops])
    retired = (deepest > 0) & (eldest >= _ELDERS_LEAD_UNTIL)
    return np.where(retired | (deepest == 2), 1, 0).astype(np.int8)


def _heads(
    streams: Streams, people: People, homes: Homes, ages: Floats, level: NDArray[np.int8]
) -> Index:
    """Choose the head of each household: mostly the husband; among tenants the eldest."""
    adult = (homes.role == PARTNER) | (homes.role == TENANT)
    candidates = np.flatnonzero((homes.of >= 0) & adult)
    candidates = candidates[homes.depth[candidates] == level[homes.of[candidates]]]
    wifes = streams("households", "heads").random(homes.count) < _WIFE_HEADS
    of = homes.of[candidates]
    leads = (people.sex[candidates] == MAN) != wifes[of]
    rank = np.where(homes.role[candidates] == TENANT, ages[candidates], leads)
    best = np.full(homes.count, -np.inf)
    np.maximum.at(best, of, rank)
    first = np.flatnonzero(rank == best[of])
    head = np.empty(homes.count, np.int32)
    # Of two equals (a couple never is) the one who comes first leads.
    head[of[first[::-1]]] = candidates[first[::-1]]
    return head


def _codes(
    people: People,
    parents: Parents,
    trees: Trees,
    homes: Homes,
    known: tuple[Floats, NDArray[np.int8], Index],
    who: NDArray[np.int64],
) -> NDArray[np.uint8]:
    """Derive relationships from generations and roles."""
    ages, level, heads = known
    head = heads[homes.of[who]]
    man, role = people.sex[who] == MAN, homes.role[who]
    below = homes.depth[who] - level[homes.of[who]]
    leading = trees.own[head]
    linked = np.append(trees.kept, NONE)[leading] == head
    born_in = parents.union[who]
    same_parents = (born_in >= 0) & (born_in == parents.union[head])
    of_head = (born_in >= 0) & (born_in == leading)
    older = ages[who] > ages[head]
    sibling = np.where(older, np.where(man, ELDER_BROTHER, ELDER_SISTER), YOUNGER)
    partner, child, relative = (role == kind for kind in (PARTNER, CHILD, RELATIVE))
    cases = (
        (role == TENANT, LODGER),
        (same_parents, sibling),
        (relative & (ages[who] < 18), YOUNG_KIN),
        (relative, OTHER),
        (partner & (below == 0), np.where(man, HUSBAND, WIFE)),
        (child & (below == 0), OWN_CHILD),
        (partner & (below == -1) & linked, np.where(man, FATHER, MOTHER)),
        (partner & (below == -1), PARENT_IN_LAW),
        (partner & (below == -2), np.where(man, GRANDFATHER, GRANDMOTHER)),
        (below < 0, OTHER),
        (of_head, OWN_CHILD),
        (partner & (below == 1), np.where(man, SON_IN_LAW, DAUGHTER_IN_LAW)),
    )
    return np.select([case for case, _ in cases], [code for _, code in cases], YOUNG_KIN).astype(
        np.uint8
    )
