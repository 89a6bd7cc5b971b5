"""Houses: every dwelling has an identifier, which other registers know it by.

Project 06 asks that house numbers are identified (*định danh số nhà*); the standard's form is not
public, so ours is: the five digits of the ward in which the house got it, and six of its own.
Those that come with a household that was reported have nine. It stays what it is when the ward is
merged or the street renamed. Several households may live in a house, and several houses (flats, a
hamlet without numbers) have one address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import select

from app.matching.addresses import address_key
from app.registry import units
from app.registry.models import Household

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from app.registry.units import Unit, Units

PATTERN: Final = r"^[0-9]{11}([0-9]{3})?$"
_WARD, _OWN = 5, 9


class House(NamedTuple):
    """A house: `unit` is that of the record of the household that was there last."""

    id: str
    unit: Unit
    address: str


def at(session: Session, known: Units, unit: Unit, address: str) -> list[House]:
    """Return the houses at an address, however it is written, in a unit or what it took over."""
    within = units.within(known, unit)
    rows = select(Household).where(
        Household.unit_id.in_(within), Household.address_key == address_key(address)
    )
    return _houses(known, session.scalars(rows.order_by(Household.from_date, Household.id)))


def find(session: Session, known: Units, house_id: str) -> House | None:
    """Return the house of that identifier, if a household is or was on record there."""
    rows = select(Household).where(Household.house_id == house_id)
    found = _houses(known, session.scalars(rows.order_by(Household.from_date, Household.id)))
    return found[0] if found else None


def identifier(unit_id: int, number: int) -> str:
    """Return the identifier of a new house in a unit; `number` is no other house's there."""
    return f"{unit_id % 10**_WARD:0{_WARD}}{number:0{_OWN}}"


def as_of(known: Units, house: House, day: dt.date) -> tuple[str, ...]:
    """Return the units in which the house lies on a day, by name, the smallest first."""
    shown = units.as_of(known, house.unit.id, day).unit
    return tuple(unit.name for unit in units.path(known, shown))


def _houses(known: Units, rows: Iterable[Household]) -> list[House]:
    """Return each house once, as the household that came last wrote its address."""
    found = {
        row.house_id: House(row.house_id, known.by_id[row.unit_id], row.address) for row in rows
    }
    return [found[name] for name in sorted(found)]
