"""Rewinding: the rows about people as they stood on record at the end of an earlier day.

What life events recorded later is taken back, the latest first: a row that came into being goes, a
row that was removed comes back, and a field that changed holds again what it held.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import inspect, select

from app.registry.models import (
    Citizen,
    FieldChange,
    HouseholdMember,
    Kinship,
    LifeEvent,
    OldNumber,
    Residence,
    SupersededNumber,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    Table = Citizen | HouseholdMember | Kinship | OldNumber | Residence | SupersededNumber

Row = TypeVar("Row", bound="Table")


def rows(
    session: Session, table: type[Row], citizen_ids: Iterable[int], day: dt.date
) -> list[Row]:
    """Return these people's rows of a table at the end of `day`; they belong to no session."""
    ids = sorted(set(citizen_ids))
    mapped: Any = inspect(table)
    columns = {column.key: column for column in mapped.columns}
    keys = [str(column.key) for column in mapped.primary_key]
    own = mapped.columns["id" if table is Citizen else "citizen_id"]
    held = session.execute(select(*columns.values()).where(own.in_(ids)))
    values = [dict(zip(columns, row, strict=True)) for row in held]
    found = {"/".join(str(row[key]) for key in keys): row for row in values}
    for row_id, name, text in _later(session, table.__tablename__, ids, day):
        if name == keys[0] and text is None:
            found.pop(row_id, None)
        else:
            kind = columns[name].type.python_type
            found.setdefault(row_id, {})[name] = None if text is None else _value(kind, text)
    return [table(**row) for _, row in sorted(found.items())]


def _later(session: Session, table_name: str, ids: list[int], day: dt.date) -> Any:
    return session.execute(
        select(FieldChange.row_id, FieldChange.field, FieldChange.old_value)
        .join(LifeEvent, LifeEvent.id == FieldChange.event_id)
        .where(
            FieldChange.table_name == table_name,
            FieldChange.citizen_id.in_(ids),
            LifeEvent.recorded_on > day,
        )
        .order_by(FieldChange.id.desc())
    )


def whose_relatives(session: Session, citizen_ids: Iterable[int]) -> set[int]:
    """Return whose kin on record these people are, or were before a correction."""
    ids = sorted(set(citizen_ids))
    now = session.scalars(select(Kinship.citizen_id).where(Kinship.relative_id.in_(ids)))
    before = session.scalars(
        select(FieldChange.citizen_id).where(
            FieldChange.table_name == Kinship.__tablename__,
            FieldChange.field == "relative_id",
            FieldChange.old_value.in_([str(one) for one in ids]),
        )
    )
    return {*now, *before}


def housemates(session: Session, household_ids: Iterable[int]) -> set[int]:
    """Return who belongs or ever belonged to these households."""
    table = HouseholdMember
    asked = select(table.citizen_id).where(table.household_id.in_(sorted(set(household_ids))))
    return set(session.scalars(asked))


def recorded_on(session: Session, citizen_id: int) -> dt.date | None:
    """Return the day on which a person came on record; None if that was as the world began."""
    return session.scalar(
        select(LifeEvent.recorded_on)
        .join(FieldChange, FieldChange.event_id == LifeEvent.id)
        .where(
            FieldChange.citizen_id == citizen_id,
            FieldChange.table_name == Citizen.__tablename__,
            FieldChange.field == "id",
            FieldChange.old_value.is_(None),
        )
    )


def by_citizen(found: Iterable[Row]) -> dict[int, list[Row]]:
    """Sort rows by whose they are."""
    sorted_: dict[int, list[Row]] = defaultdict(list)
    for row in found:
        sorted_[row.id if isinstance(row, Citizen) else row.citizen_id].append(row)
    return sorted_


def _value(kind: type, text: str) -> object:
    if kind is dt.date:
        return dt.date.fromisoformat(text)
    return kind(text)
