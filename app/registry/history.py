"""History: what happened to a citizen, and what stood on record before."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from app.registry.models import FieldChange, LifeEvent

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session


class Change(NamedTuple):
    """One field of one row that an event changed; None where nothing stood or stands.

    A row that came into being has one change, of its key; one that was removed has all its values.
    """

    table_name: str
    row_id: str
    field: str
    old_value: str | None
    new_value: str | None


class Event(NamedTuple):
    """A life event: when it happened, when and by whom it was reported, and what it changed."""

    id: int
    kind: str
    occurred_on: dt.date
    recorded_on: dt.date
    recorded_at: dt.datetime
    reported_by: str
    officer: str | None
    reason: str
    documents: tuple[str, ...]
    changes: tuple[Change, ...]


def of(session: Session, citizen_id: int) -> list[Event]:
    """Return what happened to a citizen since the world began, the latest first.

    What happened to another and changed something of this one is told too: a spouse's death.
    """
    changes: dict[int, list[Change]] = defaultdict(list)
    columns = [getattr(FieldChange, name) for name in Change._fields]
    rows = session.execute(
        select(FieldChange.event_id, *columns)
        .where(FieldChange.citizen_id == citizen_id)
        .order_by(FieldChange.id)
    )
    for event_id, *change in rows:
        changes[event_id].append(Change._make(change))
    own = [getattr(LifeEvent, name) for name in Event._fields[:-1]]
    is_own = LifeEvent.citizen_id == citizen_id
    changed = select(FieldChange.event_id).where(FieldChange.citizen_id == citizen_id)
    events = session.execute(
        select(*own).where(is_own | LifeEvent.id.in_(changed)).order_by(LifeEvent.id.desc())
    )
    return [
        Event._make((*row, tuple(changes[row.id])))._replace(documents=tuple(row.documents))
        for row in events
    ]
