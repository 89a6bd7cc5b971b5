"""`/control/v1/citizens` and life events: the operator reports what happened, one or a file.

The registry changes by life events only, under its own checks; each declared kind has an address
here. All rows of a file take effect, or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field, create_model

from app.api import answers, bodies, life_reports, problems, schemas, writes
from app.api.calls import Call
from app.api.control.operators import NAME, OF_WORLD
from app.api.dependencies import CallDep
from app.identity import reports
from app.platform.errors import InvalidParam
from app.registry import events
from app.registry.events import Applied, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from app.registry.events import Report

router = APIRouter(prefix="/control/v1", tags=["control"], dependencies=[OF_WORLD])

NDJSON = "application/x-ndjson"
#: Kinds that are what one does to citizens; every other kind is a life event by its name.
_ADDRESSES = {"registration": ("POST", "/citizens"), "correction": ("PATCH", "/citizens")}

#: How often a report is read and checked outside the writer, where others keep coming in between.
_TRIES = 3


def _of_file(what: str) -> str:
    return f"{what} For a file (`{NDJSON}` only): in JSON it is a member of the body."


class Circumstances(schemas.Strict):
    """Who reports it, why, on what papers, and when it happened (the world's today if unsaid)."""

    reason: schemas.Reference
    reported_by: schemas.Reference = "operator"
    officer: schemas.Maybe[schemas.Reference] = None
    documents: list[schemas.Reference] = Field(default=[], max_length=20)
    occurred_on: schemas.Maybe[schemas.Day] = None


class FileQuery(schemas.Query):
    """The circumstances of the reports in a file, whose lines are payloads only."""

    reason: schemas.Reference = Field("file", description=_of_file("Why."))
    reported_by: schemas.Reference = Field("operator", description=_of_file("Who reports it."))
    officer: schemas.Reference | None = Field(None, description=_of_file("The official."))
    documents: list[schemas.Reference] = Field(
        default=[], max_length=20, description=_of_file("On what papers: once for each.")
    )
    occurred_on: schemas.Day | None = Field(
        None, description=_of_file("When it happened; the world's today if unsaid.")
    )


class Entered(msgspec.Struct, frozen=True, kw_only=True):
    """What one row led to; `chosen` are members that it left open, as a rule chose them."""

    event_id: int
    pin: str
    chosen: Mapping[str, str] = {}


class EnteredAll(msgspec.Struct, frozen=True, kw_only=True):
    """What each row led to, in order."""

    items: list[Entered]
    simulated: bool = True


def _enter(call: Call, kind: str, rows: Sequence[Mapping[str, Any]], report: Report) -> Response:
    """Enter all rows in one transaction, or none.

    A file takes seconds to read and check. The writer does not wait for that, as all that writes
    would wait with it; if another report came in between, it is read and checked again.
    """

    def begin() -> writes.Job:
        with call.world.session() as session:
            prepared = reports.prepare(session, kind, rows, report)
        return lambda session: _answer(events.write(session, prepared))

    def whole(session: Session) -> Response:
        return _answer(events.write(session, reports.prepare(session, kind, rows, report)))

    for _ in range(_TRIES):
        try:
            return writes.once(call, NAME, begin)
        except events.Outdated:
            continue
    return writes.once(call, NAME, lambda: whole)


def _answer(applied: Sequence[Applied]) -> Response:
    items = [Entered(event_id=each.event_id, pin=each.pin, chosen=each.chosen) for each in applied]
    return answers.json(EnteredAll(items=items), status=201)


def _from_json(call: Call, model: type[BaseModel]) -> tuple[list[dict[str, Any]], Report]:
    asked = life_reports.read(model, call.body)
    said = asked.model_dump(exclude_unset=True, exclude={"rows"})
    rows = asked.model_dump(exclude_unset=True, include={"rows"}, mode="json")["rows"]
    return rows, _report(call, **said)


def _refuse_circumstances(asked: FileQuery) -> None:
    """Refuse in the query what a body of JSON says itself: unheard, it would be lost."""
    misplaced = [
        InvalidParam(
            f"query.{name}",
            "in JSON it is a member of the body",
            "với JSON, đây là thành viên của thân yêu cầu",
        )
        for name in sorted(asked.model_fields_set)
    ]
    if misplaced:
        raise problems.INVALID_REQUEST.error(params=tuple(misplaced))


def _from_lines(call: Call, asked: FileQuery) -> tuple[list[Any], Report]:
    numbered = enumerate(call.body.splitlines(), 1)
    lines = [bodies.read_json(line, number=number) for number, line in numbered if line.strip()]
    if not lines:
        nothing = InvalidParam("body", "the file has no line", "tệp không có dòng nào")
        raise problems.INVALID_REQUEST.error(params=(nothing,))
    said = asked.model_dump(exclude_unset=True, exclude_none=True)
    return lines, _report(call, **{"reason": asked.reason, **said})


def _report(call: Call, **said: Any) -> Report:
    return life_reports.of(call.world, **{"reported_by": NAME, **said})


def _route(event: LifeEvent[Any], model: type[BaseModel]) -> Callable[..., Response]:
    """Return the function of one kind's address."""

    def enter(call: CallDep, asked: Annotated[FileQuery, Query()]) -> Response:
        if bodies.media_type(call.header(b"content-type")) == NDJSON:
            rows, report = _from_lines(call, asked)
        else:
            _refuse_circumstances(asked)
            rows, report = _from_json(call, model)
        return _enter(call, event.name, rows, report)

    enter.__name__ = f"enter_{event.name.replace('-', '_')}"
    enter.__doc__ = (
        f"{event.title_en} · {event.title_vi}. Law: {event.law}.\n\n"
        "One or many, as JSON or as a file of JSON lines: all take effect, or none."
    )
    return enter


def _model(event: LifeEvent[Any]) -> type[BaseModel]:
    return create_model(
        f"{event.name.title().replace('-', '')}Reports",
        __base__=Circumstances,
        __doc__=f"Reports of one kind: {event.title_en}.",
        rows=(
            list[event.payload],  # type: ignore[name-defined]  # known at start only
            Field(min_length=1, max_length=events.MOST_ROWS),
        ),
    )


for _event in events.kinds().values():
    _method, _address = _ADDRESSES.get(_event.name, ("POST", f"/life-events/{_event.name}"))
    _reports = schemas.documented(_model(_event))
    router.add_api_route(
        _address,
        _route(_event, _reports),
        methods=[_method],
        status_code=201,
        summary=_event.title_en,
        responses={
            **problems.documented(401, 409),
            **answers.of(EnteredAll, status=201, description="Entered"),
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    answers.JSON: {
                        "schema": {"$ref": f"#/components/schemas/{_reports.__name__}"}
                    },
                    NDJSON: {"schema": {"type": "string"}},
                },
            }
        },
    )
