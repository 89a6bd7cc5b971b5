"""Where families come from: the census's peoples of each province, and who marries whom."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np

from seed import tables, units
from seed.people import NONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.births import Parents
    from seed.families import Trees
    from seed.people import Floats, Streams
    from seed.weddings import Unions

KINH, FOREIGN, UNKNOWN = 1, 55, 99
#: Couples who met without regard to people: the others married within their own.
_MIXING = 0.15
#: Husbands and wives from another province, for those whose parents are elsewhere.
_FROM_ELSEWHERE = 0.06
#: Children of mixed couples who count to the father's people.
_FATHERS = 0.65

# Residents of working age born in another province, our estimate after the 2019 census's maps of
# migration; provinces not listed have _FEW_COME.
_COME = {
    74: 0.50, 67: 0.30, 75: 0.28, 79: 0.28, 70: 0.25, 77: 0.24, 27: 0.22, 48: 0.20, 68: 0.19,
    1: 0.19, 66: 0.16, 62: 0.13, 80: 0.12, 64: 0.11, 22: 0.10, 92: 0.10, 19: 0.09, 72: 0.09,
    31: 0.08, 56: 0.08, 26: 0.06, 33: 0.06,
}  # fmt: skip
_FEW_COME = 0.035
#: Minorities move less often.
_MINORITY_MOVES = 0.5
# Weights of leaving, against 1: the Red River delta, the north of the centre, the Mekong delta.
_LEAVE = {
    **dict.fromkeys((34, 35, 36, 37, 38, 40, 42), 3.0),
    **dict.fromkeys((25, 30, 33, 44, 45, 46, 49, 51, 52, 54), 2.0),
    **dict.fromkeys((84, 86, 87, 89, 91, 93, 94, 95, 96), 3.5),
    **dict.fromkeys((82, 83), 2.5),
    **dict.fromkeys((1, 27, 48, 74, 75, 77, 79), 0.4),
}


@dataclasses.dataclass(frozen=True)
class Cells:
    """Province × people: shares of the whole population, by people and then province.

    `resident` is the census; `origin` is where families come from, before some of them move;
    `leaving` is the share of each origin cell that moves to another province.
    """

    province: NDArray[np.uint8]
    people: NDArray[np.uint8]
    resident: Floats
    origin: Floats
    leaving: Floats


@functools.cache
def cells() -> Cells:
    """Return the census's cells, and the flows that would lead to them."""
    name = "ethnicity_by_province_census2019"
    codes = units.provinces().code
    code = tables.numbers(name, "gso_code").astype(np.int64)
    people = tables.numbers(name, "ethnicity_code_hl7vn").astype(np.int64)
    counts = tables.numbers(name, "population")
    order = np.lexsort((code, people))
    code, people, counts = code[order], people[order], counts[order]
    resident = counts / counts.sum()
    moves = np.where(people == KINH, 1.0, _MINORITY_MOVES)
    come = np.array([_COME.get(int(c), _FEW_COME) for c in code]) * moves
    leave = np.array([_LEAVE.get(int(c), 1.0) for c in code])
    arriving = np.bincount(people, resident * come)
    pushed = np.bincount(people, resident * leave)
    going = resident * leave * (arriving / np.maximum(pushed, 1e-12))[people]
    origin = resident * (1 - come) + going
    return Cells(
        province=np.searchsorted(codes, code).astype(np.uint8),
        people=people.astype(np.uint8),
        resident=resident,
        origin=origin,
        leaving=going / origin,
    )


def place_trees(streams: Streams, trees: Trees) -> NDArray[np.int64]:
    """Give each tree a cell, so that cells get their share of people; large trees stay whole."""
    sizes = np.bincount(trees.of, minlength=trees.count)
    order = streams("peoples", "trees").permutation(trees.count)
    middles = np.cumsum(sizes[order]) - sizes[order] / 2
    edges = np.cumsum(cells().origin) * sizes.sum()
    found = np.empty(trees.count, np.int64)
    found[order] = np.minimum(np.searchsorted(edges, middles, side="right"), len(edges) - 1)
    return found


@dataclasses.dataclass
class Origins:
    """Each person's people and province of origin; `local` is False for who married in."""

    people: NDArray[np.uint8]
    province: NDArray[np.uint8]


def settle(
    streams: Streams, unions: Unions, parents: Parents, trees: Trees, cell: NDArray[np.int64]
) -> tuple[Origins, NDArray[np.uint8]]:
    """Return everyone's origin, and the people that each union's children belong to.

    Partners who married into a tree come from its people, or at random from its province's; some
    from another province of the region.
    """
    table = cells()
    people = table.people[cell[trees.of]].copy()
    province = table.province[cell[trees.of]].copy()
    own = trees.own
    entered = np.flatnonzero(
        (own >= 0) & (parents.union < 0) & (np.append(trees.kept, NONE)[own] >= 0)
    )
    rng = streams("peoples", "partners")
    province[entered] = _elsewhere(rng, province[entered])
    mixes = entered[rng.random(len(entered)) < _MIXING]
    people[mixes] = _of_province(rng, province[mixes])
    fathers = streams("peoples", "children").random(len(unions)) < _FATHERS
    return _inherit(unions, parents, people, province, fathers)


def _inherit(
    unions: Unions,
    parents: Parents,
    people: NDArray[np.uint8],
    province: NDArray[np.uint8],
    fathers: NDArray[np.bool_],
) -> tuple[Origins, NDArray[np.uint8]]:
    """Hand peoples down from unions to children, generation by generation, until all have one."""
    born_in = parents.union
    child = np.flatnonzero(born_in >= 0)
    his = np.where(
        (unions.husband >= 0) & (fathers | (unions.wife < 0)), unions.husband, unions.wife
    )
    while True:
        of_union = people[his]
        handed = of_union[born_in[child]]
        if np.array_equal(people[child], handed):
            return Origins(people, province), of_union
        people[child] = handed


def _elsewhere(rng: np.random.Generator, province: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Replace a few provinces by others of the same region."""
    table = units.provinces()
    found = province.copy()
    moved = np.flatnonzero(rng.random(len(province)) < _FROM_ELSEWHERE)
    weights = [np.where(table.region == r, table.population, 0.0) for r in range(3)]
    for region, weight in enumerate(weights):
        mine = moved[table.region[province[moved]] == region]
        found[mine] = rng.choice(len(weight), len(mine), p=weight / weight.sum())
    return found


def _of_province(rng: np.random.Generator, province: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Draw a people for each province, by the census's shares there."""
    table = cells()
    order = np.lexsort((table.people, table.province))
    where = table.province[order].astype(np.int64)
    shares = table.resident[order] / np.bincount(where, table.resident[order])[where]
    running = np.cumsum(shares)
    edges = where + np.clip(running - where, 0.0, 1.0)
    place = np.searchsorted(edges, province + rng.random(len(province)), side="right")
    return table.people[order][np.minimum(place, len(order) - 1)]


def keys(
    origins: Origins, trees: Trees, of_union: NDArray[np.uint8], unions: Unions
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return what must agree between the untied and their new parents: province and people."""
    person = origins.province[trees.open_person].astype(np.int64) * 100
    person += origins.people[trees.open_person]
    partner = np.where(unions.wife >= 0, unions.wife, unions.husband)[trees.open_union]
    parents = origins.province[partner].astype(np.int64) * 100 + of_union[trees.open_union]
    return person, parents
