"""Where people are registered, stay, live and are absent from: now, on any day, and before."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from app.registry.models import Household, Residence

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session


class Stay(NamedTuple):
    """One row of residence, with file number [20] and house of its household where it has one."""

    citizen_id: int
    kind: str
    country: str
    unit_id: int | None
    address: str
    from_date: dt.date
    to_date: dt.date | None
    reason: str | None
    file_number: str | None
    house_id: str | None


class Residences(NamedTuple):
    """The rows in force on one day, one of each kind at most."""

    permanent: Stay | None = None
    temporary: Stay | None = None
    current: Stay | None = None
    absence: Stay | None = None

    @property
    def living_at(self) -> Stay | None:
        """Where the person lives [18]: the current address, else the temporary, else permanent."""
        return self.current or self.temporary or self.permanent


NOWHERE = Residences()


def history(session: Session, citizen_ids: Sequence[int]) -> dict[int, tuple[Stay, ...]]:
    """Return all residence rows of each citizen, oldest first; who has none is left out."""
    found: dict[int, list[Stay]] = defaultdict(list)
    for stay in _stays(session, citizen_ids):
        found[stay.citizen_id].append(stay)
    return {citizen_id: tuple(stays) for citizen_id, stays in found.items()}


def on(session: Session, citizen_ids: Sequence[int], day: dt.date) -> dict[int, Residences]:
    """Return what was in force for each citizen on `day`; who had nothing is left out."""
    stays = history(session, citizen_ids)
    return {
        citizen_id: in_force(rows, day)
        for citizen_id, rows in stays.items()
        if in_force(rows, day) != NOWHERE
    }


def in_force(stays: Iterable[Stay], day: dt.date) -> Residences:
    """Choose the rows that hold on `day`: from `from_date` to the day before `to_date`.

    Where two of a kind overlap, the one that began later counts.
    """
    holding = {
        stay.kind: stay
        for stay in sorted(stays, key=lambda stay: stay.from_date)
        if stay.from_date <= day and (stay.to_date is None or day < stay.to_date)
    }
    return Residences(**holding)


def _stays(session: Session, citizen_ids: Sequence[int]) -> Iterable[Stay]:
    columns = [getattr(Residence, name) for name in Stay._fields[:-2]]
    rows = session.execute(
        select(*columns, Household.file_number, Household.house_id)
        .outerjoin(Household, Household.id == Residence.household_id)
        .where(Residence.citizen_id.in_(citizen_ids))
        .order_by(Residence.citizen_id, Residence.from_date, Residence.id)
    )
    return map(Stay._make, rows)
