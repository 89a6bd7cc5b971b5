"""Address lines below the ward: streets and house numbers in towns, hamlets in the country.

Each ward has hamlets and streets of its own, drawn once from its region's; a household lives in
one of them. Lines are two codes, a house number and a place, and become text column by column.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from app.matching.addresses import address_key
from seed import tables, units
from seed.rows import arrow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.people import Flags, Floats

    Text = pa.Array[Any]

#: Hamlets and streets that one ward has.
_HAMLETS, _STREETS = 9, 16
#: Town households with a street, and of those in an alley; country households with a number.
_ON_A_STREET, _IN_AN_ALLEY, _NUMBERED = 0.72, 0.30, 0.22
_HOUSES, _ALLEYS, _LAST_HAMLET = 250, 40, 14

_REGIONS = (
    "north",
    "northern mountains",
    "north central",
    "south central coast",
    "Central Highlands",
    "south",
    "south (Hồ Chí Minh, Bình Dương, Đồng Nai, Bà Rịa - Vũng Tàu)",
)
_MOUNTAINS = (2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 20)
_SOUTH_EAST = (74, 75, 77, 79)
_NAME_SETS = ("kinh north", "mountain", "kinh centre", "kinh centre", "kinh centre") + (
    "kinh south",
) * 2
_SETS_OF_WORDS = {"Bản": "mountain", "Buôn": "highland", "Bon": "highland", "Làng": "highland"}


@dataclasses.dataclass(frozen=True)
class Lines:
    """Address lines as codes into the vocabularies of house numbers and of places."""

    house: NDArray[np.int32]
    place: NDArray[np.int32]


@dataclasses.dataclass(frozen=True)
class _Vocabulary:
    """Texts and keys of house numbers and places; running weights of each region's places.

    Pool 2r holds the hamlets of region r, 2r + 1 its town quarters; pools 14–16 the streets of
    north, centre and south.
    """

    houses: Text
    house_keys: Text
    places: Text
    place_keys: Text
    edges: Floats
    first: NDArray[np.int64]


def draw(rng: np.random.Generator, ward: NDArray[Any]) -> Lines:
    """Draw a line in each ward (indexes of `units.wards()`)."""
    table, provinces = units.wards(), units.provinces()
    urban = table.urban[ward]
    on_street = urban & (rng.random(len(ward)) < _ON_A_STREET)
    alley = on_street & (rng.random(len(ward)) < _IN_AN_ALLEY)
    region = _region_of()[table.province[ward]]
    pool = np.where(
        on_street, 2 * len(_REGIONS) + provinces.region[table.province[ward]], 2 * region + urban
    )
    which = np.floor(rng.random(len(ward)) * np.where(on_street, _STREETS, _HAMLETS))
    words = _vocabulary()
    found = np.searchsorted(words.edges, pool + _fixed(ward, which, pool), side="right")
    place = np.minimum(found, words.first[pool + 1] - 1)
    return Lines(_houses(rng, ward, on_street, alley), place.astype(np.int32))


def texts(lines: Lines) -> tuple[Text, Text]:
    """Return the lines as text, and their search keys (`app.matching.addresses.address_key`)."""
    words = _vocabulary()
    line = arrow.joined(
        arrow.take(words.houses, lines.house), arrow.take(words.places, lines.place)
    )
    key = arrow.joined(
        arrow.take(words.house_keys, lines.house), arrow.take(words.place_keys, lines.place)
    )
    return line, key


def _houses(
    rng: np.random.Generator, ward: NDArray[Any], on_street: Flags, alley: Flags
) -> NDArray[np.int32]:
    """Draw house numbers: none, a number, or one in an alley (12/5 south of the north)."""
    count = len(ward)
    number = np.floor(rng.random(count) ** 1.5 * _HOUSES).astype(np.int32)
    within = rng.integers(0, _HOUSES // 5 * _ALLEYS, count).astype(np.int32)
    northern = units.provinces().region[units.wards().province[ward]] == units.NORTH
    numbered = ~on_street & (rng.random(count) < _NUMBERED)
    style = np.where(northern, 0, 1)
    plain = 1 + number
    street = 1 + _HOUSES * (1 + style) + number
    in_alley = 1 + 3 * _HOUSES + style * (_HOUSES // 5 * _ALLEYS) + within
    cases = [alley, on_street, numbered]
    return np.select(cases, [in_alley, street, plain], 0).astype(np.int32)


def _house_texts() -> list[tuple[str, str]]:
    """Return house numbers with their search keys (which leave out số and đường)."""
    numbers = range(1, _HOUSES + 1)
    alleys = [(n, a) for a in range(1, _ALLEYS + 1) for n in range(1, _HOUSES // 5 + 1)]
    return [
        ("", ""),
        *((f"Số {n}, ", f"{n} ") for n in numbers),
        *((f"Số {n} phố ", f"{n} PHO ") for n in numbers),
        *((f"{n} đường ", f"{n} ") for n in numbers),
        *((f"Số {n}, ngõ {a}, phố ", f"{n} NGO {a} PHO ") for n, a in alleys),
        *((f"{a}/{n} đường ", f"{a} {n} ") for n, a in alleys),
    ]


def _fixed(ward: NDArray[Any], which: Floats, pool: NDArray[Any]) -> Floats:
    """Return a fraction for each (ward, number, pool) that never changes."""
    x = (ward.astype(np.uint64) * np.uint64(64) + which.astype(np.uint64)) * np.uint64(32)
    x = (x + pool.astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    return (x >> np.uint64(11)).astype(np.float64) / 2.0**53


@functools.cache
def _region_of() -> NDArray[np.int64]:
    code = units.provinces().code
    return np.select(
        [
            np.isin(code, _MOUNTAINS),
            code <= 37,
            code <= 46,
            code <= 60,
            code <= 68,
            np.isin(code, _SOUTH_EAST),
        ],
        [1, 0, 2, 3, 4, 6],
        5,
    )


@functools.cache
def _vocabulary() -> _Vocabulary:
    settings = ("rural", "urban")
    pools = [_hamlets(region, setting) for region in range(len(_REGIONS)) for setting in settings]
    pools += [_streets(name) for name in ("north", "centre", "south")]
    number: dict[str, int] = {}
    for pool in pools:
        for text, _ in pool:
            number.setdefault(text, len(number))
    places = [text for pool in pools for text, _ in pool]
    edges = [
        index + np.cumsum([weight for _, weight in pool]) / sum(weight for _, weight in pool)
        for index, pool in enumerate(pools)
    ]
    keys = {text: address_key(text) for text in number}
    houses, house_keys = zip(*_house_texts(), strict=True)
    return _Vocabulary(
        houses=pa.array(houses),
        house_keys=pa.array(house_keys),
        places=pa.array(places),
        place_keys=pa.array([keys[text] for text in places]),
        edges=np.concatenate(edges),
        first=np.append(0, np.cumsum([len(pool) for pool in pools])),
    )


def _hamlets(region: int, setting: str) -> list[tuple[str, float]]:
    """Return the lines of a region's hamlets or town quarters with their weights."""
    found = []
    for row in tables.rows("hamlet_patterns"):
        if row["region"] != _REGIONS[region] or row["setting"] != setting:
            continue
        first_word = row["pattern"].split()[0]
        named = _SETS_OF_WORDS.get(first_word, _NAME_SETS[region])
        numbers = [str(n) for n in range(1, _LAST_HAMLET + 1)]
        fillings = numbers if "{số}" in row["pattern"] else _names(named)
        for filling in fillings:
            line = row["pattern"].replace("{số}", filling).replace("{tên}", filling)
            found.append((line, float(row["weight"]) / len(fillings)))
    return found


@functools.cache
def _names(of: str) -> list[str]:
    return [row["name"] for row in tables.rows("hamlet_names") if row["set"] == of]


def _streets(region: str) -> list[tuple[str, float]]:
    return [
        (row["street"], float(row["weight"]))
        for row in tables.rows("streets")
        if row["region"] in (region, "all")
    ]
