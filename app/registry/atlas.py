"""The atlas: where the living are, place by place, in the units of either era."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from app.registry import statistics
from app.registry import units as units_
from app.registry.models import Unit

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.registry.units import Era


class Spot(NamedTuple):
    """A commune or ward on the map, and how many live there; `province` is a two-digit code."""

    code: str
    name: str
    province: str
    latitude: float
    longitude: float
    people: int


class Province(NamedTuple):
    """A province, and how many live there."""

    code: str
    name: str
    people: int


class Atlas(NamedTuple):
    """All places of an era that the reference data locates, and its provinces by their names."""

    era: Era
    spots: tuple[Spot, ...]
    provinces: tuple[Province, ...]


def read(session: Session, today: dt.date, era: Era) -> Atlas:
    """Count the living at each place of an era; who lives in a divided unit is at its main heir.

    Places without people are there too; who lives abroad is at none.
    """
    units = units_.of(session)
    starts = units_.ERA_2025_STARTS
    day = starts if era == "2025" else starts - dt.timedelta(days=1)
    people: Counter[int] = Counter()
    of_province: Counter[int] = Counter()
    for home in statistics.homes(session, today):
        unit = units_.as_of(units, home.unit_id, day).unit
        people[unit.id] += home.people
        of_province[unit.province_id] += home.people
    located = select(Unit.id, Unit.latitude, Unit.longitude).where(Unit.era == era, Unit.tier == 3)
    spots = []
    for unit_id, latitude, longitude in session.execute(located):
        if latitude is None or longitude is None:
            continue
        unit = units.by_id[unit_id]
        province = units.by_id[unit.province_id].code
        spots.append(Spot(unit.code, unit.name, province, latitude, longitude, people[unit_id]))
    provinces = [
        Province(unit.code, unit.short_name, of_province[unit.id])
        for unit in units.by_id.values()
        if unit.era == era and unit.tier == 1
    ]
    ordered = sorted(provinces, key=lambda province: (-province.people, province.code))
    return Atlas(era, tuple(spots), tuple(ordered))
