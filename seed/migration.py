"""Moves: which households left their province, when, and in which ward everyone lives."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from seed import dates, peoples, units
from seed.people import NEVER, in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.households import Homes
    from seed.people import Days, Flags, Floats, Index, Streams

#: A household's chance to have moved, by the head's age: most movers are young.
MOVE_AGES = np.array([0.0, 20.0, 25.0, 35.0, 45.0, 60.0, 75.0, 110.0])
MOVE_WEIGHTS = np.array([1.0, 2.0, 2.4, 2.0, 1.2, 0.6, 0.35, 0.2])
_ROOM_WEIGHT = 6.0
#: Years since the move: mean, for families and for tenants; nobody before 1976.
_YEARS_AGO, _TENANTS_AGO = 9.0, 2.5
_FIRST_MOVE = dates.day(1976)
#: Households that live in another ward of the province than their family's.
_OTHER_WARD = 0.25
#: How much more people in towns take in those who come from afar.
_URBAN_PULL = 2.0
#: Spread of the destinations along the country, of its length.
_DISTANCE = 0.22


@dataclasses.dataclass
class Places:
    """Where households live: province, ward; `moved` is the day they came, NEVER for stayers."""

    province: NDArray[np.uint8]
    ward: NDArray[np.int32]
    moved: Days
    home_ward: NDArray[np.int32]

    @property
    def came(self) -> Flags:
        """Households that live in another province than they come from."""
        came: Flags = self.moved != NEVER
        return came


def settle(
    streams: Streams,
    homes: Homes,
    tree_cell: NDArray[np.int64],
    heads: tuple[Index, Floats],
    start: int,
) -> Places:
    """Place every household, so that provinces and their peoples have their census shares.

    `heads` are the trees and ages of the heads. Stayers live in their family's province, near its
    ward; movers fill what the other provinces lack.
    """
    tree, age = heads
    cell = tree_cell[tree]
    sizes = np.bincount(homes.of[homes.of >= 0], minlength=homes.count)
    moves = _movers(streams, cell, sizes, np.where(homes.rented, -1.0, age))
    province = peoples.cells().province[cell].copy()
    province[moves] = _destinations(streams, cell, sizes, moves)
    came = province != peoples.cells().province[cell]
    tree_ward = _tree_wards(streams, tree_cell)
    ward = _wards(streams, province, tree_ward[tree], came)
    return Places(
        province=province,
        ward=ward,
        moved=_when(streams, came, homes.rented, age, start),
        home_ward=tree_ward,
    )


def _movers(
    streams: Streams, cell: NDArray[np.int64], sizes: NDArray[np.int64], age: Floats
) -> NDArray[np.int64]:
    """Choose households that left, for each cell about the share that leaves it (by people)."""
    weight = np.where(age < 0, _ROOM_WEIGHT, np.interp(age, MOVE_AGES, MOVE_WEIGHTS))
    table = peoples.cells()
    mass = np.bincount(cell, sizes, len(table.origin))
    weighted = np.bincount(cell, sizes * weight, len(table.origin))
    scale = table.leaving * mass / np.maximum(weighted, 1e-9)
    chance = np.minimum(scale[cell] * weight, 0.95)
    rng = streams("migration", "leave")
    shuffled = rng.permutation(len(cell))
    order = shuffled[in_order(cell[shuffled])]
    steps = np.floor(np.append(0.0, np.cumsum(chance[order])) + rng.random())
    return np.sort(order[np.flatnonzero(np.diff(steps))])


def _destinations(
    streams: Streams, cell: NDArray[np.int64], sizes: NDArray[np.int64], moves: NDArray[np.int64]
) -> NDArray[np.uint8]:
    """Send movers to the provinces that lack people, minorities first, nearer ones more often."""
    table = peoples.cells()
    provinces = len(units.provinces().code)
    rng = streams("migration", "arrive")
    stays = np.ones(len(cell), bool)
    stays[moves] = False
    here = np.bincount(cell[stays], sizes[stays], len(table.origin))
    minority = table.people[cell[moves]] != peoples.KINH
    wanted = table.resident * sizes.sum()
    found = np.zeros(len(moves), np.uint8)
    found[minority] = _minorities(rng, table, cell[moves][minority], np.maximum(wanted - here, 0))
    settled = np.bincount(table.province, here, provinces)
    settled += np.bincount(found[minority], sizes[moves][minority], provinces)
    lacking = np.maximum(np.bincount(table.province, wanted, provinces) - settled, 0)
    kinh = np.flatnonzero(~minority)
    far = table.province[cell[moves[kinh]]] / provinces + rng.normal(0, _DISTANCE, len(kinh))
    order = kinh[np.argsort(far, kind="stable")]
    load = sizes[moves[order]]
    edges = np.cumsum(lacking) / max(lacking.sum(), 1e-9) * load.sum()
    middle = np.cumsum(load) - load / 2
    found[order] = np.minimum(np.searchsorted(edges, middle, side="right"), provinces - 1)
    return found


def _minorities(
    rng: np.random.Generator,
    table: peoples.Cells,
    cell: NDArray[np.int64],
    lacking: Floats,
) -> NDArray[np.uint8]:
    """Draw for each mover a province where more of the same people live than stayed there."""
    total = np.bincount(table.people, lacking, 100)
    share = np.where(total[table.people] > 0, lacking, table.resident)
    whole = np.bincount(table.people, share, 100)
    # Cells are ordered by people: each people has one stretch of the running total.
    running = np.cumsum(share / whole[table.people])
    first = np.searchsorted(table.people, table.people[cell])
    before = np.where(first > 0, running[first - 1], 0.0)
    place = np.searchsorted(running, before + rng.random(len(cell)) * (1 - 1e-9), side="right")
    return table.province[np.minimum(place, len(running) - 1)]


def _tree_wards(streams: Streams, tree_cell: NDArray[np.int64]) -> NDArray[np.int32]:
    """Give each family a ward; peoples who are few in a province live together in some of its."""
    table, wards = peoples.cells(), units.wards()
    province, people = table.province[tree_cell], table.people[tree_cell]
    share = np.bincount(table.province, table.resident)[province]
    local = table.resident[tree_cell] / share
    rng = streams("migration", "home wards")
    width = np.clip(local * 2.5 + 0.02, 0.0, 1.0)
    begin = (people * 0.381966) % 1.0
    draw = (begin + width * rng.random(len(tree_cell))) % 1.0
    return _ward_at(province, np.where(width >= 1, rng.random(len(tree_cell)), draw), wards.weight)


def _wards(
    streams: Streams,
    province: NDArray[np.uint8],
    family: NDArray[np.int32],
    came: Flags,
) -> NDArray[np.int32]:
    """Choose each household's ward: the family's, another of the province, or a town's."""
    wards = units.wards()
    rng = streams("migration", "wards")
    elsewhere = rng.random(len(province)) < _OTHER_WARD
    draw = rng.random(len(province))
    other = _ward_at(province, draw, wards.weight)
    town = _ward_at(province, draw, wards.weight * np.where(wards.urban, _URBAN_PULL, 1.0))
    return np.where(came, town, np.where(elsewhere, other, family)).astype(np.int32)


def _ward_at(province: NDArray[np.uint8], draw: Floats, weight: Floats) -> NDArray[np.int32]:
    """Return the ward at each fraction `draw` of a province's wards, laid end to end by weight."""
    wards = units.wards()
    whole = np.bincount(wards.province, weight)
    running = np.cumsum(weight / whole[wards.province])
    place = np.searchsorted(running, province + draw, side="right")
    return np.clip(place, wards.first[province], wards.first[province + 1] - 1).astype(np.int32)


def random_wards(rng: np.random.Generator, province: NDArray[np.uint8]) -> NDArray[np.int32]:
    """Draw a ward in each province, by population."""
    return _ward_at(province, rng.random(len(province)), units.wards().weight)


def _when(streams: Streams, came: Flags, rented: Flags, age: Floats, start: int) -> Days:
    """Draw when those who came arrived: as adults, mostly lately."""
    rng = streams("migration", "when")
    mean = np.where(rented, _TENANTS_AGO, _YEARS_AGO)
    years = np.minimum(rng.standard_exponential(len(age)) * mean, np.maximum(age - 17, 0.1))
    day = np.maximum(start - 1 - np.floor(years * dates.YEAR), _FIRST_MOVE)
    return np.where(came, day, NEVER).astype(np.int32)
