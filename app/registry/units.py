"""Administrative units of both eras: where a place belongs on any day, and how it is written.

Until 30 June 2025 there were 63 provinces in three tiers (Decision 124/2004/QĐ-TTg: codes of 2, 3
and 5 digits), since then 34 in two (Resolution 202/2025/QH15: codes of 2 and 5 digits).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from sqlalchemy import select

from app.registry.reference import Remembered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

Era = Literal["2004", "2025"]
ERA_2025_STARTS = dt.date(2025, 7, 1)
#: How much of a ward a commune took over: the more, the lower.
RANK = {"whole": 0, "part_main": 1, "part": 2}


class Unit(NamedTuple):
    """A province (tier 1), district (2, legacy only) or ward or commune (3) of one era."""

    id: int
    era: Era
    tier: int
    code: str
    name: str
    short_name: str
    type: str
    parent_id: int | None
    province_id: int


class Shown(NamedTuple):
    """A unit as of another day.

    `divided` says that several units share its area on that day: then `unit` is the main one and
    `alternatives` are the others, main ones first.
    """

    unit: Unit
    divided: bool
    alternatives: tuple[Unit, ...]


class Succession(NamedTuple):
    """A row of the mapping between the eras."""

    legacy_unit_id: int
    unit_id: int
    relation: str


@dataclass(frozen=True, slots=True)
class Units:
    """All units of a database, and which of the other era took over which, main ones first."""

    by_id: Mapping[int, Unit]
    by_code: Mapping[tuple[Era, str], Unit]
    counterparts: Mapping[int, tuple[Unit, ...]]


def era_on(day: dt.date) -> Era:
    """The era of units in force on that day."""
    return "2025" if day >= ERA_2025_STARTS else "2004"


def find(units: Units, code: str, era: Era) -> Unit | None:
    """Return the unit with that code of 2, 3 or 5 digits in that era, if there is one."""
    return units.by_code.get((era, code))


def as_of(units: Units, unit_id: int, day: dt.date) -> Shown:
    """Return the unit that holds this unit's area on `day`; KeyError for an id that is no unit's.

    A legacy district, which the new era does not have, is shown as its province, unless it is one
    of the islands that stand for a ward.
    """
    unit = units.by_id[unit_id]
    if unit.era == era_on(day):
        return Shown(unit, divided=False, alternatives=())
    main, *others = units.counterparts[unit_id]
    return Shown(main, divided=bool(others), alternatives=tuple(others))


def province_of(units: Units, unit_id: int, day: dt.date) -> Unit:
    """Return the province in which the unit lies on `day` (of a divided one, its main part)."""
    return units.by_id[as_of(units, unit_id, day).unit.province_id]


def path(units: Units, unit: Unit) -> tuple[Unit, ...]:
    """Return the unit and those above it, the smallest first."""
    found = [unit]
    while found[-1].parent_id is not None:
        found.append(units.by_id[found[-1].parent_id])
    return tuple(found)


def within(units: Units, unit: Unit) -> frozenset[int]:
    """Return the ids under which rows may record an address in this unit, of either era.

    That is the unit, its counterparts in the other era, and all below those: a search by address
    looks them all up. Divided wards count wherever a part of them lies.
    """
    tops = {unit.id, *(other.id for other in units.counterparts.get(unit.id, ()))}
    if unit.tier == 1:
        inside = {u.id for u in units.by_id.values() if u.province_id == unit.id}
    else:
        inside = {u.id for u in units.by_id.values() if u.parent_id == unit.id}
    both = {c.id for member in inside for c in units.counterparts.get(member, ())}
    return frozenset(
        found for found in tops | inside | both if units.by_id[found].tier >= unit.tier
    )


def written(units: Units, detail: str, unit: Unit) -> str:
    """Write the line below a unit, the unit and those above it, whatever the day.

    The province stands without its type (`Hà Nội`), the others with it (`Phường Ba Đình`).
    """
    above = path(units, unit)
    names = [place.short_name if place.tier == 1 else place.name for place in above]
    return ", ".join(filter(None, [detail, *names]))


def of(session: Session) -> Units:
    """Return the units of the session's database; they are read once and kept."""
    return _UNITS.of(session)


_Rows = tuple[tuple[Unit, ...], tuple[Succession, ...]] | tuple[()]


def _read(session: Session) -> _Rows:
    # The hot route needs to know what a unit is before any table of the registry.
    from app.registry.models import Unit as UnitRow  # noqa: PLC0415 see above
    from app.registry.models import UnitSuccession  # noqa: PLC0415 see above

    # By the tables and the connection: 25,000 rows take half the time they take as entities.
    connection = session.connection()
    unit, mapping = UnitRow.__table__.c, UnitSuccession.__table__.c
    rows = connection.execute(select(*[unit[name] for name in Unit._fields]).order_by(unit.id))
    units = tuple(map(Unit._make, rows))
    pairs = connection.execute(
        select(*[mapping[name] for name in Succession._fields]).order_by(
            mapping.legacy_unit_id, mapping.unit_id
        )
    )
    return (units, tuple(map(Succession._make, pairs))) if units else ()


def _build(rows: _Rows) -> Units:
    return build(*rows) if rows else Units({}, {}, {})


def build(rows: Iterable[Unit], successions: Iterable[Succession]) -> Units:
    """Index units and work out the counterparts of every unit in the other era."""
    by_id = {row.id: row for row in rows}
    by_code: dict[tuple[Era, str], Unit] = {(row.era, row.code): row for row in by_id.values()}
    direct, weights = _weigh(by_id, tuple(successions))
    counterparts = {key: _ordered(by_id, key, ranks) for key, ranks in direct.items()}
    for unit in by_id.values():
        if unit.id not in counterparts:
            counterparts[unit.id] = _by_weight(by_id, unit, weights)
    return Units(by_id, by_code, {key: found for key, found in counterparts.items() if found})


def _weigh(
    by_id: Mapping[int, Unit], successions: tuple[Succession, ...]
) -> tuple[dict[int, dict[int, int]], dict[int, Counter[int]]]:
    """Return ward ↔ commune with ranks, and how many wards each pair of upper units shares."""
    direct: dict[int, dict[int, int]] = defaultdict(dict)
    weights: dict[int, Counter[int]] = defaultdict(Counter)
    for legacy_id, unit_id, relation in successions:
        rank = RANK[relation]
        direct[legacy_id][unit_id] = rank
        direct[unit_id][legacy_id] = rank
        if rank < RANK["part"]:  # a strip of a divided ward does not make two provinces one
            legacy, unit = by_id[legacy_id], by_id[unit_id]
            weights[legacy.province_id][unit.province_id] += 1
            weights[unit.province_id][legacy.province_id] += 1
            if legacy.tier == 3 and legacy.parent_id is not None:
                weights[legacy.parent_id][unit.province_id] += 1
    return direct, weights


def _ordered(by_id: Mapping[int, Unit], key: int, ranks: Mapping[int, int]) -> tuple[Unit, ...]:
    code = by_id[key].code
    found = [by_id[other] for other in ranks]
    if len(found) == 1:  # most wards
        return (found[0],)
    return tuple(sorted(found, key=lambda unit: (ranks[unit.id], unit.code != code, unit.code)))


def _by_weight(
    by_id: Mapping[int, Unit], unit: Unit, weights: Mapping[int, Counter[int]]
) -> tuple[Unit, ...]:
    shares = weights.get(unit.id, Counter())
    order = sorted(shares, key=lambda other: (-shares[other], by_id[other].code))
    # A district has gone: it is shown as the one province that most of it belongs to.
    return tuple(by_id[other] for other in (order[:1] if unit.tier == 2 else order))


_UNITS = Remembered(_read, _build)
