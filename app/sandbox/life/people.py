"""Everybody as arrays, as of the day before a month begins; people are known by their place there.

`-1` stands for nobody: no household, no spouse, a parent who is not here.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from app.registry import events, living
from app.registry.codes import MARITAL_WORDS, SEX_WORDS
from seed import dates, units

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Texts = NDArray[np.object_]
    Columns = Mapping[str, NDArray[Any]]

#: Long before any day of a world, and long after.
LONG_AGO, NEVER = -(10**6), 10**6
MEN, WOMEN = 0, 1
HEAD = 1
MARITAL = {name: number for number, name in enumerate(MARITAL_WORDS)}
_SEX = {name: number for number, name in enumerate(SEX_WORDS)}
_NOBODY = -1
_ADULT = 18


@dataclasses.dataclass(frozen=True)
class Homes:
    """The households that somebody belongs to: ids, wards (places in `units.wards()`), heads."""

    ids: Places
    ward: Places
    unit: Places
    head: Places
    size: Places


@dataclasses.dataclass(frozen=True)
class Population:
    """Everybody who is here. Days are since 1970; `wed` is the wedding's, or NEVER.

    `home` is the place of the household in `homes`; `sex` 1 is a woman's, and 2 is not known;
    `marital` is a code of `MARITAL`, `number` the province that the personal number begins with.
    """

    ids: Places
    pin: Texts
    sex: Places
    born: Places
    marital: Places
    ethnicity: Places
    religion: Texts
    citizen: Flags
    family: Texts
    number: Places
    home: Places
    relationship: Places
    homes: Homes
    spouse: Places
    wed: Places
    mother: Places
    father: Places
    children: Places
    last_birth: Places
    elsewhere: Flags

    def __len__(self) -> int:
        return len(self.ids)

    def ages(self, day: int) -> Floats:
        """Return exact ages in years on a day."""
        found: Floats = (day - self.born) / dates.YEAR
        return found

    @functools.cached_property
    def housed(self) -> Flags:
        """Who belongs to a household in a ward that is known."""
        if not len(self.homes.ids):
            return np.zeros(len(self), bool)
        found: Flags = (self.home >= 0) & (self.homes.ward[self.home] >= 0)
        return found

    @functools.cached_property
    def province(self) -> Places:
        """The place of each one's province in `units.provinces()`; 0 for who has no household."""
        ward = np.zeros(len(self), np.int64)
        ward[self.housed] = self.homes.ward[self.home[self.housed]]
        return units.wards().province[ward].astype(np.int64)

    @functools.cached_property
    def home_size(self) -> Places:
        """How many belong to each one's household; 0 for who has none."""
        if not len(self.homes.ids):
            return np.zeros(len(self), np.int64)
        return np.where(self.home >= 0, self.homes.size[self.home], 0)

    @functools.cached_property
    def by_home(self) -> tuple[Places, Places]:
        """People in the order of their households, and where each household begins there."""
        order = np.argsort(self.home, kind="stable")
        return order, np.searchsorted(self.home[order], np.arange(len(self.homes.ids) + 1))

    def members(self, home: int) -> Places:
        """Return who belongs to a household."""
        order, begins = self.by_home
        return order[begins[home] : begins[home + 1]]

    def adults(self, day: int) -> Places:
        """Return how many adults each household has on a day."""
        grown = (self.ages(day) >= _ADULT) & (self.home >= 0)
        return np.bincount(self.home[grown], minlength=len(self.homes.ids))


class Roll:
    """The columns of everybody, read once; after that only those whom an event has changed."""

    def __init__(self) -> None:
        """Nothing has been read yet."""
        self._columns: Columns | None = None
        self._version = 0

    def call(self, session: Session, today: dt.date) -> Population:
        """Return everybody as they are now; seconds for the first call of a million."""
        version = events.version(session)
        if self._columns is None:
            self._columns = _ordered(_read(session, None))
        elif version != self._version:
            changed = living.changed(session, self._version)
            old = self._columns
            kept = ~np.isin(old["id"], np.array(sorted(changed), np.int64))
            new = _read(session, changed)
            joined = {name: np.concatenate((old[name][kept], new[name])) for name in old}
            self._columns = _ordered(joined)
        self._version = version
        return _population(self._columns, living.elsewhere(session, today))


def wards_of(unit: Places) -> Places:
    """Return the ward of each unit's id, of a commune its first; -1 for what is neither."""
    known, place = _ward_index()
    at = np.clip(np.searchsorted(known, unit), 0, len(known) - 1)
    return np.where(known[at] == unit, place[at], -1)


@functools.cache
def _ward_index() -> tuple[Places, Places]:
    wards = units.wards()
    both = np.concatenate((wards.unit, wards.commune)).astype(np.int64)
    place = np.tile(np.arange(len(wards.unit)), 2)
    known, first = np.unique(both, return_index=True)
    return known, place[first]


def _population(columns: Columns, elsewhere: Collection[int]) -> Population:
    ids = columns["id"]
    home, homes = _homes(columns)
    mother = _places(ids, columns["mother"])
    born, cared = columns["born"], mother >= 0
    last_birth = np.full(len(ids), LONG_AGO)
    np.maximum.at(last_birth, mother[cared], born[cared])
    spouse = _places(ids, columns["spouse"])
    return Population(
        ids=ids,
        pin=columns["pin"],
        sex=columns["sex"],
        born=born,
        marital=columns["marital"],
        ethnicity=columns["ethnicity"],
        religion=columns["religion"],
        citizen=columns["citizen"],
        family=columns["family"],
        number=columns["number"],
        home=home,
        relationship=columns["relationship"],
        homes=homes,
        spouse=spouse,
        wed=np.where(spouse >= 0, columns["wed"], NEVER),
        mother=mother,
        father=_places(ids, columns["father"]),
        children=np.bincount(mother[cared], minlength=len(ids)),
        last_birth=last_birth,
        elsewhere=np.isin(ids, np.array(sorted(elsewhere), np.int64)),
    )


def _read(session: Session, only: Collection[int] | None) -> Columns:
    """Read the columns of everybody, or of some, in any order."""
    rows = living.people(session, only)
    told: list[Any] = list(zip(*rows, strict=True)) if rows else [()] * len(living.PEOPLE)
    said = dict(zip(living.PEOPLE, told, strict=True))
    ids = np.array(said["id"], np.int64)
    order = np.argsort(ids)
    spouse, wed = _others(ids, order, living.couples(session, only), "spouse")
    parents = living.parents(session, only)
    second = np.array(said["second_nationality"], object)
    nationality = np.array(said["nationality"], object)
    return {
        "id": ids,
        "pin": np.array(said["pin"], object),
        "sex": _coded(said["sex"], _SEX),
        "born": _born(*(said[f"birth_{part}"] for part in ("year", "month", "day"))),
        "marital": _coded(said["marital_status"], MARITAL),
        "ethnicity": np.array(said["ethnicity"], object).astype(np.int64),
        "religion": np.array(said["religion"], object),
        "citizen": (nationality == "VN") | (nationality == "XX") | (second == "VN"),
        "number": _numbers_provinces(said["pin"]),
        "family": np.array(said["family_name"], object),
        "household": _whole(said["household_id"]),
        "relationship": _whole(said["relationship"]),
        "unit": _whole(said["unit_id"]),
        "spouse": spouse,
        "wed": wed,
        "mother": _others(ids, order, parents, "mother")[0],
        "father": _others(ids, order, parents, "father")[0],
    }


def _numbers_provinces(pins: Sequence[str]) -> Places:
    """Return the place of the province that each number begins with; -1 if of none of the 63."""
    codes = units.provinces().code
    code = np.array([int(pin[1:3]) for pin in pins], np.int64)
    at = np.clip(np.searchsorted(codes, code), 0, len(codes) - 1)
    return np.where(codes[at] == code, at, -1)


def _ordered(columns: Columns) -> Columns:
    order = np.argsort(columns["id"])
    return {name: column[order] for name, column in columns.items()}


def _coded(column: Sequence[str], codes: Mapping[str, int]) -> Places:
    return np.array([codes[one] for one in column], np.int64)


def _whole(column: Sequence[Any]) -> Places:
    return np.array([_NOBODY if one is None else int(one) for one in column], np.int64)


def _born(year: Sequence[int], month: Sequence[Any], day: Sequence[Any]) -> Places:
    """Return the day of each birth; what is not known of it counts as the first."""
    months = (np.array(year, np.int64) - 1970) * 12 + np.maximum(_whole(month), 1) - 1
    first = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    found: Places = first + np.maximum(_whole(day), 1) - 1
    return found


def _others(
    ids: Places, order: Places, rows: Sequence[tuple[Any, ...]], kind: str
) -> tuple[Places, Places]:
    """Return the id of each one's spouse or parent, and for a spouse the day of the wedding."""
    mine = [row for row in rows if kind == "spouse" or row[2] == kind]
    found, wed = np.full(len(ids), _NOBODY), np.full(len(ids), NEVER)
    if not mine or not len(ids):
        return found, wed
    who = np.array([row[0] for row in mine], np.int64)
    at = order[np.clip(np.searchsorted(ids[order], who), 0, len(ids) - 1)]
    here = ids[at] == who
    found[at[here]] = np.array([row[1] for row in mine], np.int64)[here]
    if kind == "spouse":
        days = [LONG_AGO if row[2] is None else dates.number(row[2]) for row in mine]
        wed[at[here]] = np.array(days, np.int64)[here]
    return found, wed


def _homes(columns: Columns) -> tuple[Places, Homes]:
    ids, first, home = np.unique(columns["household"], return_index=True, return_inverse=True)
    if len(ids) and ids[0] == _NOBODY:
        ids, first, home = ids[1:], first[1:], home - 1
    unit = columns["unit"][first]
    heads = np.flatnonzero((columns["relationship"] == HEAD) & (home >= 0))
    head = np.full(len(ids), -1)
    head[home[heads]] = heads
    size = np.bincount(home[home >= 0], minlength=len(ids))
    return home, Homes(ids, wards_of(unit), unit, head, size)


def _places(ids: Places, wanted: Places) -> Places:
    """Return where each id stands; -1 for who is not here."""
    if not len(ids):
        return np.full(len(wanted), -1)
    at = np.clip(np.searchsorted(ids, wanted), 0, len(ids) - 1)
    return np.where(ids[at] == wanted, at, -1)
