"""`/v1/life-events/…`: agencies report life events, each kind at an address of its own.

A report that was entered is in the log before its answer leaves, with the event; so is every
refusal, the registry's too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, create_model

from app.api import answers, exchanges, life_reports, outcomes, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import access, reporting
from app.exchange.callers import REPORTING
from app.platform import clock
from app.registry import events

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call
    from app.exchange.callers import Caller
    from app.registry.events import LifeEvent

router = APIRouter(prefix="/v1/life-events", tags=["exchange"])


class LifeEventReport(schemas.Strict):
    """Why and on whose behalf a life event is reported, on what papers; `event` is what happened.

    `occurred_on` is its day where the event has none of its own; unset, the world's today.
    """

    reason: schemas.Reference
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None
    documents: list[schemas.Reference] = Field(default=[], max_length=20)
    occurred_on: schemas.Maybe[schemas.Day] = None


def _model(event: LifeEvent[Any]) -> type[BaseModel]:
    return schemas.documented(
        create_model(
            f"{event.name.title().replace('-', '')}Report",
            __base__=LifeEventReport,
            __doc__=f"A report of one kind: {event.title_en}.",
            purpose=(
                schemas.Slug,
                Field(event.purpose, description="A purpose of a grant: see `GET /v1/me`."),
            ),
            event=(event.payload, ...),
        )
    )


def _route(event: LifeEvent[Any], model: type[BaseModel]) -> Callable[..., Response]:
    """Return the function of one kind's address."""

    def report(call: CallDep, caller: CallerDep) -> Response:
        return _report(call, caller, event.name, life_reports.read(model, call.body))

    report.__name__ = f"report_{event.name.replace('-', '_')}"
    report.__doc__ = (
        f"{event.title_en} · {event.title_vi}. Law: {event.law}.\n\n"
        "EventEntered at once if nothing on record is against it; else every objection is told."
    )
    return report


def _report(call: Call, caller: Caller, kind: str, asked: Any) -> Response:
    told = reporting.Told(
        errand=exchanges.errand(call, asked.purpose, asked.officer, asked.dossier),
        kind=kind,
        payload=asked.event.model_dump(exclude_unset=True, mode="json"),
        report=life_reports.of(
            call.world,
            reported_by=caller.client_id,
            reason=asked.reason,
            officer=asked.officer,
            documents=asked.documents,
            occurred_on=asked.occurred_on,
        ),
    )
    at = access.of(call.world)

    def job(session: Session) -> Response:
        done = reporting.carry_out(session, at, caller, told, clock.now())
        if done.refusal is None:
            return exchanges.told(call, REPORTING, done.answered)
        answered = done.answered
        outcomes.note(call, REPORTING, answered.verdict, answered.outcome, answered.proof)
        return call.problem(done.refusal, answered.proof)

    return writes.once(call, caller.client_id, lambda: job)


for _event in events.kinds().values():
    _asked = _model(_event)
    router.add_api_route(
        f"/{_event.name}",
        _route(_event, _asked),
        methods=["POST"],
        summary=_event.title_en,
        responses={
            **problems.documented(401, 403, 409, 422, 429),
            **answers.of(reporting.EventEntered),
        },
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {
                    answers.JSON: {"schema": {"$ref": f"#/components/schemas/{_asked.__name__}"}}
                },
            }
        },
    )
