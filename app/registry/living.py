"""Everybody who is here, as columns: what is drawn from when the clock lets a population live.

Each function is one statement and gives the rows as the driver has them, for whoever makes arrays
of them; a million people are no entities. People are those who live here on record, alive or
under review. With `only`, the rows of those people alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from app.registry.kinship import PARENTS
from app.registry.models import (
    Citizen,
    FieldChange,
    Household,
    HouseholdMember,
    Kinship,
    Residence,
)
from app.registry.reporting.consequences import PRESENT

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Sequence

    from sqlalchemy import Select
    from sqlalchemy.orm import InstrumentedAttribute, Session

    Rows = Sequence[tuple[Any, ...]]
    Only = Collection[int] | None

#: What `people` tells of each person, in this order.
PEOPLE = (
    "id",
    "pin",
    "sex",
    "birth_year",
    "birth_month",
    "birth_day",
    "marital_status",
    "ethnicity",
    "religion",
    "nationality",
    "second_nationality",
    "family_name",
    "household_id",
    "relationship",
    "unit_id",
)
#: People that one statement is asked of by id.
_AT_ONCE = 5_000


def people(session: Session, only: Only = None) -> Rows:
    """Return `PEOPLE` of each; household, relationship and unit are None outside of one."""
    own = [getattr(Citizen, name) for name in PEOPLE[:12]]
    home = (HouseholdMember.household_id, HouseholdMember.relationship, Household.unit_id)
    is_member = (HouseholdMember.citizen_id == Citizen.id) & HouseholdMember.to_date.is_(None)
    statement = (
        select(*own, *home)
        .outerjoin(HouseholdMember, is_member)
        .outerjoin(Household, Household.id == HouseholdMember.household_id)
        .where(Citizen.state.in_(PRESENT))
    )
    return _rows(session, statement, Citizen.id, only)


def couples(session: Session, only: Only = None) -> Rows:
    """Return each married person's id with the spouse's and the day of the wedding."""
    statement = select(Kinship.citizen_id, Kinship.relative_id, Kinship.from_date).where(
        Kinship.kind == "spouse", Kinship.to_date.is_(None), Kinship.relative_id.is_not(None)
    )
    return _rows(session, statement, Kinship.citizen_id, only)


def parents(session: Session, only: Only = None) -> Rows:
    """Return each child's id with a parent's and which of the two it is."""
    statement = select(Kinship.citizen_id, Kinship.relative_id, Kinship.kind).where(
        Kinship.kind.in_(PARENTS), Kinship.to_date.is_(None), Kinship.relative_id.is_not(None)
    )
    return _rows(session, statement, Kinship.citizen_id, only)


def elsewhere(session: Session, today: dt.date) -> set[int]:
    """Return the ids of those who stay elsewhere than registered, or are absent, by notice."""
    statement = select(Residence.citizen_id).where(
        Residence.kind != "permanent",
        or_(Residence.to_date.is_(None), Residence.to_date > today),
    )
    return set(session.scalars(statement))


def changed(session: Session, after: int) -> set[int]:
    """Return the ids of those of whom anything was changed by events after the one of that id."""
    statement = select(FieldChange.citizen_id).where(FieldChange.event_id > after).distinct()
    return set(session.scalars(statement))


def _rows(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    key: InstrumentedAttribute[int],
    only: Only,
) -> Rows:
    connection = session.connection()
    if only is None:
        return connection.execute(statement).all()
    asked = sorted(only)
    found: list[Any] = []
    for start in range(0, len(asked), _AT_ONCE):
        some = asked[start : start + _AT_ONCE]
        found += connection.execute(statement.where(key.in_(some))).all()
    return found
