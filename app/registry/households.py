"""Households: who lives under one residence file, who is the head, what the others are to them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import or_, select

from app.registry.codes import HEAD
from app.registry.models import Citizen
from app.registry.models import Household as HouseholdRow
from app.registry.models import HouseholdMember as MemberRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session


class Member(NamedTuple):
    """A person's place in a household: the relationship is a code, `01` the head."""

    household_id: int
    citizen_id: int
    relationship: str
    from_date: dt.date
    to_date: dt.date | None
    full_name: str
    pin: str
    nationality: str


class Household(NamedTuple):
    """A household on one day: its residence file, its address, and its members, head first."""

    id: int
    file_number: str
    unit_id: int
    address: str
    house_id: str
    members: tuple[Member, ...] = ()

    @property
    def head(self) -> Member | None:
        """The head; None where the last one left and no other has been named."""
        return next((member for member in self.members if member.relationship == HEAD), None)


def of(session: Session, citizen_ids: Sequence[int], day: dt.date) -> dict[int, Household]:
    """Return the household each citizen belonged to on `day`; who had none is left out."""
    rows = session.execute(
        select(MemberRow.citizen_id, MemberRow.household_id).where(
            MemberRow.citizen_id.in_(citizen_ids), _holds(day)
        )
    )
    household_of = {row.citizen_id: row.household_id for row in rows}
    households = read(session, sorted(set(household_of.values())), day)
    return {citizen_id: households[home] for citizen_id, home in household_of.items()}


def read(session: Session, household_ids: Sequence[int], day: dt.date) -> dict[int, Household]:
    """Return these households with their members on `day`; an id that is none's is left out."""
    columns = [getattr(HouseholdRow, name) for name in Household._fields[:-1]]
    rows = session.execute(select(*columns).where(HouseholdRow.id.in_(household_ids)))
    households = [Household._make((*row, ())) for row in rows]
    members = _members(session, household_ids, day)
    return {home.id: home._replace(members=tuple(members[home.id])) for home in households}


def _members(
    session: Session, household_ids: Sequence[int], day: dt.date
) -> dict[int, list[Member]]:
    own = [getattr(MemberRow, name) for name in Member._fields[:5]]
    rows = session.execute(
        select(*own, Citizen.full_name, Citizen.pin, Citizen.nationality)
        .join(Citizen, Citizen.id == MemberRow.citizen_id)
        .where(MemberRow.household_id.in_(household_ids), _holds(day))
        .order_by(MemberRow.household_id, MemberRow.relationship, MemberRow.id)
    )
    found: dict[int, list[Member]] = defaultdict(list)
    for member in map(Member._make, rows):
        found[member.household_id].append(member)
    return found


def _holds(day: dt.date) -> ColumnElement[bool]:
    return (MemberRow.from_date <= day) & or_(MemberRow.to_date.is_(None), MemberRow.to_date > day)
