"""The fields of registers that agencies are told of."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - read at run time, where JSON schemas are made of it
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from app.registry import catalogue, citizens, households, kinship
from app.sectors import land, told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

_Reader: TypeAlias = "Callable[[Session, Sequence[int], dt.date], Sequence[Any]]"
#: One field; `read` gives one value for each person asked.
Field = catalogue.Field[_Reader]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedHouse:
    """A certificate of land use and house ownership that stands in somebody's name.

    `with_spouse`: both are named. `area` is in square metres.
    """

    number: str
    house_id: str
    kind: str
    area: int
    issued_on: dt.date
    state: str
    with_spouse: bool


def read(
    session: Session, citizen_ids: Sequence[int], names: Iterable[str], today: dt.date
) -> list[dict[str, Any]]:
    """Return the named fields of each citizen, in the order asked, as of the world's `today`.

    KeyError for a field that is not in `FIELDS`.
    """
    columns = {name: FIELDS[name].read(session, citizen_ids, today) for name in names}
    return [
        {name: values[place] for name, values in columns.items()}
        for place in range(len(citizen_ids))
    ]


def _owned(
    session: Session, citizen_ids: Sequence[int], _today: dt.date
) -> list[list[OwnedHouse]]:
    """Read what stands under any number of each person, the latest first."""
    pins = {brief.id: brief.pin for brief in citizens.read(session, citizen_ids)}
    found = land.of_citizens(session, pins)
    return [
        [
            OwnedHouse(
                number=each.number,
                house_id=each.house_id,
                kind=each.kind,
                area=each.area,
                issued_on=each.issued_on,
                state=each.state,
                with_spouse=each.co_holder_number is not None,
            )
            for each in found[citizen_id]
        ]
        for citizen_id in citizen_ids
    ]


def _at_home(session: Session, citizen_ids: Sequence[int], today: dt.date) -> list[bool]:
    """Read whether the house of each person's household is their own, or their spouse's."""
    homes = households.of(session, citizen_ids, today)
    owners = land.owners(session, sorted({home.house_id for home in homes.values()}))
    couples = {(each, each) for each in citizen_ids}
    couples |= {
        (row.citizen_id, row.relative_id)
        for row in kinship.stated(session, citizen_ids)
        if row.kind == "spouse" and row.relative_id is not None and row.holds(today)
    }
    own = {
        one
        for one, owner in couples
        if one in homes and owner in owners.get(homes[one].house_id, ())
    }
    return [each in own for each in citizen_ids]


_TABLE = (
    Field(
        "land_certificates",
        26,
        list[OwnedHouse],
        "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở",
        "Certificates of land use and house ownership",
        _owned,
    ),
    Field(
        "lives_in_own_house",
        26,
        bool,
        "Nơi ở thuộc sở hữu của bản thân hoặc vợ, chồng",
        "Lives in a house of their own or their spouse's",
        _at_home,
    ),
    *(
        Field(name, 26, kind, vi, en, read, sensitivity="sensitive" if is_sensitive else "basic")
        for name, kind, vi, en, read, is_sensitive in told.TABLE
    ),
)

#: Every field by name.
FIELDS: Mapping[str, Field] = {field.name: field for field in _TABLE}
