"""The past: what stood on record of a person at the end of an earlier day."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, select

from app.registry import subjects
from app.registry.fields import FIELDS
from app.registry.models import Citizen, FieldChange, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session


def read(session: Session, citizen_id: int, names: Iterable[str], day: dt.date) -> dict[str, Any]:
    """Return the named fields as they were on record at the end of `day`.

    What was recorded about the person later is taken back. Residences and kin go by their own
    dates, and kin bear the names they have now. Before the world began nothing is known to have
    changed. KeyError for a field that is not in the catalogue and for an id that is nobody's.
    """
    asked = [FIELDS[name] for name in names]
    needs = {source for field in asked for source in field.needs}
    person = subjects.load(session, [citizen_id], needs, day)[citizen_id]
    person = dataclasses.replace(person, row=_row_on(session, person.row, day))
    return {field.name: field.read(person) for field in asked}


def _row_on(session: Session, row: Citizen, day: dt.date) -> Citizen:
    """Return a copy of the row with the old values of what was changed after that day."""
    changes = session.execute(
        select(FieldChange.field, FieldChange.old_value)
        .join(LifeEvent, LifeEvent.id == FieldChange.event_id)
        .where(
            FieldChange.table_name == Citizen.__tablename__,
            FieldChange.citizen_id == row.id,
            LifeEvent.recorded_on > day,
        )
        .order_by(FieldChange.id.desc())  # the oldest has the last word
    )
    columns = inspect(Citizen).columns
    values = {column.key: getattr(row, column.key) for column in columns}
    for name, text in changes:
        if name != "id":  # who came on record later is read as they came
            values[name] = None if text is None else _value(columns[name].type.python_type, text)
    return Citizen(**values)


def _value(kind: type, text: str) -> object:
    if kind is dt.date:
        return dt.date.fromisoformat(text)
    return kind(text)
