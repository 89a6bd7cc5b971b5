"""Recording: writes what events changed, and beside it the events and every field's old value."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import inspect

from app.registry.models import (
    Citizen,
    FieldChange,
    Household,
    HouseholdMember,
    Kinship,
    LifeEvent,
    OldNumber,
    Residence,
    SupersededNumber,
)
from app.registry.reporting.reports import Applied

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import BaseModel
    from sqlalchemy.orm import Session

    from app.platform.database import Base
    from app.registry.reporting.facts import Facts
    from app.registry.reporting.reports import Effect, Report

#: Tables in the order in which new rows are written: what others refer to comes first.
_ORDER: tuple[type[Base], ...] = (
    Citizen,
    Household,
    HouseholdMember,
    Residence,
    Kinship,
    OldNumber,
    SupersededNumber,
    LifeEvent,
    FieldChange,
)
#: Tables whose rows have an id of their own.
NUMBERED = tuple(table for table in _ORDER if table not in (OldNumber, SupersededNumber))


class Entry(NamedTuple):
    """One accepted report: the id its event gets, what was said, and what it does."""

    event_id: int
    payload: BaseModel
    effect: Effect


def write(
    session: Session, kind: str, entries: Sequence[Entry], report: Report, facts: Facts
) -> tuple[Applied, ...]:
    """Write the effects, their events and field changes; a bounded number of statements."""
    records = [row for entry in entries for row in _records(kind, entry, report, facts)]
    for row in (row for entry in entries for row in entry.effect.removed):
        session.delete(row)
    session.flush()  # changed and removed rows first: a new one may take their place
    new = [row for entry in entries for row in entry.effect.added] + records
    for table in _ORDER:
        session.add_all(row for row in new if type(row) is table)
        session.flush()
    people = ((entry.event_id, entry.effect.citizen) for entry in entries)
    return tuple(Applied(event_id, citizen.id, citizen.pin) for event_id, citizen in people)


def _records(kind: str, entry: Entry, report: Report, facts: Facts) -> Iterator[Base]:
    citizen = entry.effect.citizen
    yield LifeEvent(
        id=entry.event_id,
        kind=kind,
        citizen_id=citizen.id,
        occurred_on=report.occurred_on or report.today,
        recorded_on=report.today,
        recorded_at=report.now,
        reported_by=report.reported_by,
        officer=report.officer,
        reason=report.reason,
        documents=list(report.documents),
        payload=entry.payload.model_dump(mode="json", exclude_unset=True),
    )
    for change in _changes(entry.effect):
        change.id, change.event_id = facts.next_id(FieldChange), entry.event_id
        change.citizen_id = citizen.id
        yield change


def _changes(effect: Effect) -> Iterator[FieldChange]:
    for row in effect.added:
        key = _key_names(row)[0]
        yield _change(row, key, None, getattr(row, key))
    for row in effect.changed:
        for attribute in inspect(row).attrs:
            if attribute.history.has_changes():
                old = next(iter(attribute.history.deleted or ()), None)
                yield _change(row, attribute.key, old, attribute.value)
    for row in effect.removed:
        for attribute in inspect(row).attrs:
            yield _change(row, attribute.key, attribute.value, None)


def _change(row: Base, field: str, old: object, new: object) -> FieldChange:
    return FieldChange(
        table_name=type(row).__tablename__,
        row_id=key_text(row),
        field=field,
        old_value=_text(old),
        new_value=_text(new),
    )


def key_text(row: Base) -> str:
    """Return a row's primary key as `field_change.row_id` has it, its parts divided by `/`."""
    return "/".join(str(getattr(row, name)) for name in _key_names(row))


def _key_names(row: Base) -> list[str]:
    return [str(column.key) for column in inspect(type(row)).primary_key]


def _text(value: object) -> str | None:
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if value is None else str(value)
