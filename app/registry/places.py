"""Places as they are written on one day: recorded units shown in the era in force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.registry import units as units_
from app.registry.values import Coded, KnownPlace

if TYPE_CHECKING:
    import datetime as dt

    from app.registry.units import Unit, Units

HOME = "VN"


def place(
    units: Units, day: dt.date, country: str, unit_id: int | None, detail: str | None = None
) -> KnownPlace:
    """Return a place as of `day`; `detail` is the line below the unit, or all there is abroad."""
    if unit_id is None:
        return KnownPlace(text=detail or country, country=country)
    shown = units_.as_of(units, unit_id, day)
    tiers = {unit.tier: _coded(unit) for unit in units_.path(units, shown.unit)}
    return KnownPlace(
        text=units_.written(units, detail or "", shown.unit),
        country=country,
        province=tiers.get(1),
        district=tiers.get(2),
        commune=tiers.get(3),
        divided=shown.divided,
        alternatives=tuple(map(_coded, shown.alternatives)),
    )


def _coded(unit: Unit) -> Coded:
    return Coded(code=unit.code, name=unit.name)
