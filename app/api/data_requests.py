"""`/v1/data-subject-requests`: what citizens ask an agency to do with their data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from app.api import answers, exchanges, life_reports, outcomes, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import access as accesses
from app.exchange import data_requests, reporting
from app.exchange.callers import REPORTING
from app.exchange.data_requests import DataRequestView
from app.platform import clock
from app.registry import events

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call
    from app.exchange.callers import Caller

router = APIRouter(prefix="/v1/data-subject-requests", tags=["consent"])

RequestId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class RequestsQuery(schemas.Query):
    """Which requests."""

    state: Literal["open", "answered", "all"] = "open"
    limit: int = Field(50, ge=1, le=data_requests.MOST)


class Acknowledgement(schemas.Strict):
    """That the agency has the request."""

    processors: bool = Field(
        default=False, description="Others process for the agency: a longer term, by law."
    )


class RequestAnswer(schemas.Strict):
    """What came of a request. A correction that is granted is entered with the answer."""

    outcome: Literal["granted", "refused"]
    answer: schemas.Sentence = Field(description="What was done, or the law it is refused by.")
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None


_VIEW = answers.of(DataRequestView)


@router.get("", responses={**problems.documented(401), **answers.of(list[DataRequestView])})
def list_data_requests(
    call: CallDep, caller: CallerDep, asked: Annotated[RequestsQuery, Query()]
) -> Response:
    """List what the agency was asked, those due first; `overdue` ones are late by law."""
    is_open = None if asked.state == "all" else asked.state == "open"
    with call.world.session() as session:
        found = data_requests.of_agency(
            session, caller.agency_id, call.world.today, is_open=is_open, limit=asked.limit
        )
    return answers.json(found)


@router.get("/{request_id}", responses={**problems.documented(401), **_VIEW})
def show_data_request(call: CallDep, caller: CallerDep, request_id: RequestId) -> Response:
    """Show one of them."""
    with call.world.session() as session:
        today = call.world.today
        return answers.json(data_requests.find(session, request_id, today, caller.agency_id))


@router.post("/{request_id}/acknowledgement", responses={**problems.documented(401, 409), **_VIEW})
def acknowledge_data_request(
    call: CallDep, caller: CallerDep, request_id: RequestId, asked: Acknowledgement
) -> Response:
    """Say that the agency has it: within two working days under the law of 2025."""
    today = call.world.today
    return _step(
        call,
        caller,
        lambda session: data_requests.acknowledge(
            session, caller, request_id, today, processors=asked.processors
        ),
    )


@router.post("/{request_id}/extension", responses={**problems.documented(401, 409), **_VIEW})
def extend_data_request(call: CallDep, caller: CallerDep, request_id: RequestId) -> Response:
    """Take the longer term that the law gives, once, before the first is over."""
    today = call.world.today
    return _step(
        call, caller, lambda session: data_requests.extend(session, caller, request_id, today)
    )


@router.post(
    "/{request_id}/answer", responses={**problems.documented(401, 403, 409, 422, 429), **_VIEW}
)
def answer_data_request(
    call: CallDep, caller: CallerDep, request_id: RequestId, asked: RequestAnswer
) -> Response:
    """Answer it for good. A correction that is granted is reported as its life event with it.

    What gate or registry have against the event is told instead, and the request stays open. An
    objection or restriction that is granted ends the citizen's consents it is about.
    """
    at, today = accesses.of(call.world), call.world.today

    def job(session: Session) -> Response:
        known = data_requests.find(session, request_id, today, caller.agency_id)
        leaf = None
        if known.event is not None and asked.outcome == "granted" and known.answered_on is None:
            entered = _enter(session, call, caller, known, asked)
            if isinstance(entered, Response):
                return entered
            leaf = entered
        said = (asked.outcome, asked.answer)
        answered = data_requests.answer(session, at, request_id, said, leaf, clock.now())
        return answers.json(answered)

    return writes.once(call, caller.client_id, lambda: job)


def _enter(
    session: Session, call: Call, caller: Caller, known: DataRequestView, asked: RequestAnswer
) -> int | Response:
    """Report the life event that a correction asks for; return its leaf, or what is told."""
    kind = events.kinds()[known.event or ""]
    told = reporting.Told(
        errand=exchanges.errand(call, kind.purpose, asked.officer, asked.dossier or known.id),
        kind=kind.name,
        payload={**(known.payload or {}), "pin": known.pin},
        report=life_reports.of(
            call.world,
            reported_by=caller.client_id,
            reason=known.said,
            officer=asked.officer,
            documents=known.documents,
            occurred_on=None,
        ),
    )
    done = reporting.carry_out(session, accesses.of(call.world), caller, told, clock.now())
    if done.refusal is not None:
        logged = done.answered
        outcomes.note(call, REPORTING, logged.verdict, logged.outcome, logged.proof)
        return call.problem(done.refusal, logged.proof)
    if done.answered.body is None:
        return exchanges.told(call, REPORTING, done.answered)
    return done.answered.proof.leaf.seq


def _step(call: Call, caller: Caller, do: Callable[[Session], Any]) -> Response:
    return writes.once(call, caller.client_id, lambda: lambda session: answers.json(do(session)))
