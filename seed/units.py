"""Administrative units of both eras as arrays: wards to live in, and what became of them."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from seed import dates, tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.people import Days, Flags, Floats

#: From this day 34 provinces in two tiers (Resolution 202/2025/QH15).
ERA_2025 = dates.day(2025, 7)
#: Unit ids: era offset + tier × 100,000 + code, as the registry's `unit` table says.
LEGACY_PROVINCE, LEGACY_DISTRICT, LEGACY_WARD = 100_000, 200_000, 300_000
PROVINCE_2025, COMMUNE_2025 = 1_100_000, 1_300_000
NORTH, CENTRE, SOUTH = range(3)

#: How many people a ward has against a rural commune (our estimate; the share of the urban
#: population comes to about 37 %).
_WEIGHTS = {"Phường": 1.55, "Thị trấn": 1.1, "Xã": 1.0}
_ISLAND_WEIGHT = 0.3


@dataclasses.dataclass(frozen=True)
class Provinces:
    """The 63 provinces of the 2019 census, in the order of their codes."""

    code: NDArray[np.int64]
    population: Floats
    region: NDArray[np.uint8]

    def index(self, code: int | str) -> int:
        """Return the place of a two-digit code in the arrays."""
        return int(np.searchsorted(self.code, int(code)))


@dataclasses.dataclass(frozen=True)
class Wards:
    """The wards and communes in force until June 2025, by province; island districts among them.

    `commune` and `province34` are the commune of 2025 that took over (of a divided ward the main
    one) and the code of its province. `first[p]` is where province p begins.
    """

    unit: NDArray[np.int32]
    province: NDArray[np.uint8]
    urban: Flags
    weight: Floats
    commune: NDArray[np.int32]
    province34: NDArray[np.int64]
    first: NDArray[np.int64]

    def of_day(self, ward: NDArray[Any], day: Days) -> NDArray[np.int32]:
        """Return the id of the unit in force on each day where each ward is."""
        late = day >= ERA_2025
        found: NDArray[np.int32] = np.where(late, self.commune[ward], self.unit[ward])
        return found


@functools.cache
def provinces() -> Provinces:
    """Return the provinces with their census population."""
    name = "province63_population_census2019"
    code = tables.numbers(name, "gso_code").astype(np.int64)
    region = np.select([code <= 37, code <= 68], [NORTH, CENTRE], SOUTH)
    return Provinces(code, tables.numbers(name, "population_2019_04_01"), region.astype(np.uint8))


@functools.cache
def wards() -> Wards:
    """Return all wards with what became of them."""
    islands = tables.integers("islands_to_commune_2025", "legacy_district_code")
    districts = np.append(tables.integers("wards_legacy", "district_code"), islands)
    of_district = _by_code("districts_legacy")
    codes = of_district[districts]
    kinds = tables.texts("wards_legacy", "type")
    mainland = tables.integers("wards_legacy", "code")
    unit = np.append(LEGACY_WARD + mainland, LEGACY_DISTRICT + islands)
    weight = np.array([_WEIGHTS[kind] for kind in kinds] + [_ISLAND_WEIGHT] * len(islands))
    urban = np.append(kinds != "Xã", np.zeros(len(islands), bool))
    commune = _communes(unit)
    province34 = _by_code("communes_2025")[commune]
    order = np.lexsort((unit, codes))
    province = np.searchsorted(provinces().code, codes[order]).astype(np.uint8)
    return Wards(
        unit=unit[order].astype(np.int32),
        province=province,
        urban=urban[order].astype(bool),
        weight=weight[order],
        commune=(COMMUNE_2025 + commune[order]).astype(np.int32),
        province34=province34[order],
        first=np.searchsorted(province, np.arange(len(provinces().code) + 1)),
    )


def _by_code(name: str) -> NDArray[np.int64]:
    """Return the province of each unit of a table, by the unit's code."""
    code = tables.integers(name, "code")
    found = np.zeros(int(code.max()) + 1, np.int64)
    found[code] = tables.integers(name, "province_code")
    return found


def _communes(unit: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the code of the commune that took over each ward, the main one where divided."""
    name, islands = "ward_to_commune_2025", "islands_to_commune_2025"
    main = tables.texts(name, "relation") != "part"
    old = tables.integers(name, "legacy_ward_code")[main] + LEGACY_WARD
    old = np.append(old, tables.integers(islands, "legacy_district_code") + LEGACY_DISTRICT)
    new = tables.integers(name, "commune_code")[main]
    new = np.append(new, tables.integers(islands, "commune_code"))
    found = np.zeros(int(max(old.max(), unit.max())) + 1, np.int64)
    found[old] = new
    return found[unit]
