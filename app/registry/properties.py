"""Finding people by what they are like: for those who need somebody of a kind to test with.

Properties that few people have lead in by an index; for others the people are walked in order of
their id. Either way one call looks at a limited number of people and says where to go on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import exists, literal, literal_column, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.platform import errors
from app.platform.errors import InvalidParam
from app.registry import citizens, countries, pages
from app.registry import units as units_
from app.registry.citizens import Brief
from app.registry.models import Citizen, OldNumber, Residence, SupersededNumber
from app.registry.pages import Page

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute, Session

#: How many people one call looks at, at most: some tens of milliseconds.
MOST_LOOKED_AT = 20_000

PROPERTY_INVALID = errors.declare(
    code="search-property-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Thuộc tính tìm kiếm không có giá trị này",
    title_en="A property does not have that value",
    next_vi="Dùng các giá trị nêu trong invalid_params.",
    next_en="Use one of the values named in invalid_params.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """What somebody should be like on the day of the search; None is "does not matter".

    Ages are in whole years and include both ends. They are those of the living, and with the
    state `dead` the age that was reached. `province` is the two-digit code, in the era in
    force, of the permanent residence.
    """

    state: str | None = None
    age_from: int | None = None
    age_to: int | None = None
    sex: str | None = None
    province: str | None = None
    ethnicity: str | None = None
    religion: str | None = None
    nationality: str | None = None
    marital_status: str | None = None
    partial_birth_date: bool | None = None
    superseded_number: bool | None = None
    old_number: bool | None = None
    phone: bool | None = None


def find(
    session: Session,
    properties: Properties,
    *,
    today: dt.date,
    limit: int = 20,
    cursor: str | None = None,
) -> Page[Brief]:
    """Return people who are like that, at most `limit`, having looked at `MOST_LOOKED_AT` at most.

    A page may hold fewer than `limit`, even none, and yet have a cursor: it goes on from there.
    Raises `search-property-invalid` and `cursor-invalid`.
    """
    _check(properties)
    search = (properties, today)
    way = _way(properties, today)
    start = (-1,) * len(way.keys) if cursor is None else pages.read(search, cursor, len(way.keys))
    most = max(1, min(limit, pages.MOST))
    walk = (
        select(Citizen)
        .where(*way.conditions, tuple_(*way.keys) > tuple_(*map(literal, start)))
        .order_by(*way.keys)
    )
    looked_at = aliased(Citizen, walk.limit(MOST_LOOKED_AT).subquery())
    rows = session.execute(
        select(*[getattr(looked_at, name) for name in Brief._fields])
        .where(*_conditions(session, properties, looked_at, today))
        .order_by(*[getattr(looked_at, key.key) for key in way.keys])
        .limit(most)
    )
    found = tuple(Brief._make(row) for row in rows)
    if len(found) == most:
        place = tuple(getattr(found[-1], key.key) for key in way.keys)
        return Page(found, pages.write(search, place))
    last = walk.with_only_columns(*way.keys).offset(MOST_LOOKED_AT - 1).limit(1)
    ended_at = session.execute(last).first()
    return Page(found, None if ended_at is None else pages.write(search, tuple(ended_at)))


def _check(properties: Properties) -> None:
    nationality = properties.nationality
    if nationality is not None and nationality not in countries.NATIONALITIES:
        reason = "a code of ISO 3166-1 alpha-2, or XX: not determined"
        raise PROPERTY_INVALID.error(params=(InvalidParam("nationality", reason),))


class _Way(NamedTuple):
    """An index: the order in which it walks, and what it leaves out from the start."""

    keys: tuple[InstrumentedAttribute[int], ...]
    conditions: tuple[ColumnElement[bool], ...]


def _way(properties: Properties, today: dt.date) -> _Way:
    state, youngest, oldest = properties.state, properties.age_from, properties.age_to
    if state is not None and state != "alive":
        # The literal is the index's own condition: SQLite compares it word for word.
        unusual: ColumnElement[bool] = literal_column("citizen.state <> 'alive'")
        return _Way((Citizen.id,), (Citizen.state == state, unusual))
    if youngest is None and oldest is None:
        return _Way((Citizen.id,), ())
    latest = today.year - (youngest or 0)
    earliest = 0 if oldest is None else today.year - oldest - 1
    return _Way((Citizen.birth_year, Citizen.id), (Citizen.birth_year.between(earliest, latest),))


def _conditions(
    session: Session, properties: Properties, of: type[Citizen], today: dt.date
) -> list[ColumnElement[bool]]:
    plain = ("state", "sex", "ethnicity", "religion", "nationality", "marital_status")
    conditions: list[ColumnElement[bool]] = [
        getattr(of, name) == value
        for name in plain
        if (value := getattr(properties, name)) is not None
    ]
    conditions += _age(properties, of, today)
    conditions += _whether(
        (properties.partial_birth_date, of.birth_day.is_(None)),
        (properties.phone, of.phone.is_not(None)),
        (properties.superseded_number, exists().where(SupersededNumber.citizen_id == of.id)),
        (properties.old_number, exists().where(OldNumber.citizen_id == of.id)),
    )
    if properties.province is not None:
        conditions.append(_lives_in(session, properties.province, of, today))
    return conditions


def _whether(*facts: tuple[bool | None, ColumnElement[bool]]) -> list[ColumnElement[bool]]:
    return [fact if wanted else ~fact for wanted, fact in facts if wanted is not None]


def _age(properties: Properties, of: type[Citizen], today: dt.date) -> list[ColumnElement[bool]]:
    if properties.age_from is None and properties.age_to is None:
        return []
    is_dead = properties.state == "dead"
    age = citizens.age_at_death(of) if is_dead else citizens.age(of, today)
    return [
        *([] if is_dead else [of.state != "dead"]),
        *([] if properties.age_from is None else [age >= properties.age_from]),
        *([] if properties.age_to is None else [age <= properties.age_to]),
    ]


def _lives_in(
    session: Session, province: str, of: type[Citizen], today: dt.date
) -> ColumnElement[bool]:
    units = units_.of(session)
    unit = units_.find(units, province, units_.era_on(today))
    if unit is None or unit.tier != 1:
        reason = f"a two-digit code of a province in force on {today}"
        raise PROPERTY_INVALID.error(params=(InvalidParam("province", reason),))
    inside = {
        found.id
        for found in units.by_id.values()
        if units_.province_of(units, found.id, today) is unit
    }
    return exists().where(
        Residence.citizen_id == of.id,
        Residence.kind == "permanent",
        Residence.from_date <= today,
        or_(Residence.to_date.is_(None), Residence.to_date > today),
        Residence.unit_id.in_(inside),
    )
