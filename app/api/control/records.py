"""`/control/v1/citizens/{pin}`: what is on record of somebody as of any day, and from whom."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from app.api import answers, problems, schemas
from app.api.control.operators import OF_WORLD
from app.api.dependencies import CallDep
from app.platform.errors import InvalidParam
from app.registry import citizens, history, past, provenance
from app.registry.fields import FIELDS

if TYPE_CHECKING:
    from app.registry.history import Event

router = APIRouter(prefix="/control/v1/citizens", tags=["control"], dependencies=[OF_WORLD])


PinInPath = Annotated[str, Path(pattern=schemas.PIN)]


class RecordQuery(schemas.Query):
    """Of which day."""

    as_of: schemas.Day | None = Field(
        None, description="The record at the end of that day; the world's today if unsaid."
    )


class RecordView(msgspec.Struct, frozen=True, kw_only=True):
    """What was on record of a person at the end of a day: every field of `GET /v1/fields`."""

    pin: str
    as_of: dt.date
    fields: dict[str, Any]
    simulated: bool = True


class ChangeView(msgspec.Struct, frozen=True, kw_only=True):
    """One field of one row that an event changed; null where nothing stood, or stands."""

    table: str
    row: str
    field: str
    old_value: str | None
    new_value: str | None


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """An event: what happened and when, who reported it, why, on what papers, what it changed.

    `occurred_on` and `recorded_on` are days of the world's clock, `recorded_at` is real time.
    """

    event_id: int
    kind: str
    occurred_on: dt.date
    recorded_on: dt.date
    recorded_at: dt.datetime
    reported_by: str
    officer: str | None
    reason: str
    documents: tuple[str, ...]
    changes: list[ChangeView]


class HistoryView(msgspec.Struct, frozen=True, kw_only=True):
    """All events that changed something of a person, the latest first."""

    pin: str
    items: list[EventView]
    simulated: bool = True


class SuppliedView(msgspec.Struct, frozen=True, kw_only=True):
    """Who supplied a field: by the life event `source`, or with the world from that register.

    `supplied_by` is an agency or the operator, `on` a day of the world's clock, null where it is
    not known; `event_id` and `documents` are those of the event.
    """

    field: str
    supplied_by: str
    source: str
    source_vi: str
    source_en: str
    on: dt.date | None
    event_id: int | None
    documents: tuple[str, ...]


class ProvenanceView(msgspec.Struct, frozen=True, kw_only=True):
    """Who supplied each field of a record, in the order of `GET /v1/fields`."""

    pin: str
    items: list[SuppliedView]
    simulated: bool = True


@router.get(
    "/{pin}",
    responses={**problems.documented(401), **answers.of(RecordView)},
)
def show_record(call: CallDep, pin: PinInPath, asked: Annotated[RecordQuery, Query()]) -> Response:
    """Show what is on record of somebody, as of a day: nothing is overwritten.

    Answers are those that a reading gave at the end of that day, in its units. Whoever had the
    number before it was cancelled is found by it.
    """
    today = call.world.today
    day = asked.as_of or today
    if day > today:
        future = InvalidParam("query.as_of", "it is in the future", "ngày ở tương lai")
        raise problems.INVALID_REQUEST.error(params=(future,))
    with call.world.session() as session:
        citizen_id = citizens.whose(session, pin)
        if not past.is_on_record(session, citizen_id, day):
            raise past.NOT_YET.error()
        known = past.read(session, citizen_id, FIELDS, day)
    return answers.json(RecordView(pin=known["pin"], as_of=day, fields=known))


@router.get(
    "/{pin}/history",
    responses={**problems.documented(401), **answers.of(HistoryView)},
)
def show_history(call: CallDep, pin: PinInPath) -> Response:
    """Show who changed what of somebody's record, when and why, the latest first."""
    with call.world.session() as session:
        events = history.of(session, citizens.whose(session, pin))
    return answers.json(HistoryView(pin=pin, items=[_view(event) for event in events]))


@router.get(
    "/{pin}/provenance",
    responses={**problems.documented(401), **answers.of(ProvenanceView)},
)
def show_provenance(call: CallDep, pin: PinInPath) -> Response:
    """Show who supplied each field of somebody's record, when, and by which event or register."""
    with call.world.session() as session:
        found = provenance.of(session, citizens.whose(session, pin), FIELDS)
    items = [SuppliedView(field=name, **each._asdict()) for name, each in found.items()]
    return answers.json(ProvenanceView(pin=pin, items=items))


def _view(event: Event) -> EventView:
    own = event._asdict()
    changes = [
        ChangeView(
            table=change.table_name,
            row=change.row_id,
            field=change.field,
            old_value=change.old_value,
            new_value=change.new_value,
        )
        for change in own.pop("changes")
    ]
    return EventView(event_id=own.pop("id"), changes=changes, **own)
