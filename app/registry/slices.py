"""Slices: who is on record, everybody or all whose permanent residence is in some provinces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from app.registry import units as units_
from app.registry.models import Citizen, Residence

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


def count(session: Session, provinces: frozenset[str] | None, day: dt.date) -> int:
    """Return how many people are in a slice: see `people`."""
    query = select(func.count()).select_from(Citizen).where(*_within(session, provinces, day))
    return session.scalar(query) or 0


def people(session: Session, provinces: frozenset[str] | None, day: dt.date) -> list[int]:
    """Return the ids of all who are on record, whatever became of them, by personal number.

    `provinces` are two-digit codes of the era in force on `day`; who has no permanent residence
    then is in none. The order says nothing of who lives with whom, as that of ids would.
    """
    query = select(Citizen.id).where(*_within(session, provinces, day)).order_by(Citizen.pin)
    return list(session.scalars(query))


def _within(
    session: Session, provinces: frozenset[str] | None, day: dt.date
) -> list[ColumnElement[bool]]:
    if provinces is None:
        return []
    units = units_.of(session)
    inside = [unit_id for unit_id in units.by_id if _province(units, unit_id, day) in provinces]
    there = select(Residence.citizen_id).where(
        Residence.kind == "permanent",
        Residence.unit_id.in_(inside),
        Residence.from_date <= day,
        or_(Residence.to_date.is_(None), Residence.to_date > day),
    )
    return [Citizen.id.in_(there)]


def _province(units: units_.Units, unit_id: int, day: dt.date) -> str:
    return units_.province_of(units, unit_id, day).code
