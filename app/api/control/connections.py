"""`/control/v1/connections`: systems are assessed, connected, suspended and limited."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from app.api import answers, problems, schemas, writes
from app.api.connections import SystemRequest, new_system, occasion_of
from app.api.control.operators import NAME, OF_WORLD
from app.api.dependencies import CallDep
from app.exchange import access, agencies, connections
from app.exchange.callers import Pace
from app.exchange.connecting import NewAgency
from app.exchange.connections import Assessment, ConnectionView, Limits, Summary

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call

router = APIRouter(prefix="/control/v1/connections", tags=["control"], dependencies=[OF_WORLD])

ClientId = Annotated[str, Path(pattern="^[A-Za-z0-9._-]{1,64}$")]
Kind = Literal["ministry", "central", "enterprise", "telco", "bank", "lender", "province"]
State = Literal["requested", "assessed", "connected", "exchanging", "suspended"]
_ANSWERED = {**problems.documented(401, 409), **answers.of(ConnectionView)}


class ConnectionsQuery(schemas.Query):
    """Which connections: `kind` may stand several times."""

    state: State | None = None
    kind: list[Kind] = Field([], description="Of agency; all where none is named.")


class ConnectionPage(msgspec.Struct, frozen=True, kw_only=True):
    """The connections, and how many of them fail."""

    summary: Summary
    items: list[ConnectionView]
    simulated: bool = True


class AgencyRequest(schemas.Strict):
    """An agency that nobody knows yet."""

    code: Annotated[str, Field(pattern="^[A-Z][0-9]{2}([.][0-9]{2,3}){0,4}$", max_length=35)]
    slug: Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,63}$")]
    name: schemas.Sentence
    name_en: schemas.Sentence
    kind: Kind


class ConnectionRequest(schemas.Strict):
    """Who wants which system connected: an agency that is known, by its slug, or a new one."""

    agency: schemas.Maybe[Annotated[str, Field(pattern="^[A-Za-z0-9._-]{1,64}$")]] = None
    new_agency: schemas.Maybe[AgencyRequest] = None
    system: SystemRequest


class AssessmentRequest(schemas.Strict):
    """What an inspection found."""

    security_level: Annotated[int, Field(ge=1, le=5)] = Field(
        description="By Decree 85/2016/NĐ-CP; 3 is the least that is connected."
    )
    inspected_on: schemas.Maybe[schemas.Day] = Field(None, description="Unsaid: today.")
    inspected_until: schemas.Maybe[schemas.Day] = Field(
        None, description="The last day on which it holds; unsaid: the usual term of the level."
    )
    reason: schemas.Maybe[schemas.Sentence] = None


class ReasonRequest(schemas.Strict):
    """Why a step is taken."""

    reason: schemas.Maybe[schemas.Sentence] = None


class SuspensionRequest(schemas.Strict):
    """Why a connection is suspended: its agency is told."""

    reason: schemas.Sentence


class PaceRequest(schemas.Strict):
    """So many questions within each window of so many seconds."""

    questions: Annotated[int, Field(ge=1, le=connections.MOST_QUESTIONS)]
    seconds: Annotated[int, Field(ge=1, le=connections.LONGEST_WINDOW)]


class LimitsRequest(schemas.Strict):
    """How much a system may ask. A quota left out stays; a pace left out is the usual one."""

    daily_quota: schemas.Maybe[Annotated[int, Field(ge=0, le=schemas.LARGEST)]] = None
    pace: schemas.Maybe[PaceRequest] = None


@router.get("", responses={**problems.documented(401), **answers.of(ConnectionPage)})
def list_connections(call: CallDep, asked: Annotated[ConnectionsQuery, Query()]) -> Response:
    """List connections with every step they took, and count those that fail the security gate."""
    with call.world.session() as session:
        found = connections.all_of_them(
            session, call.world.today, state=asked.state, kinds=tuple(asked.kind)
        )
    return answers.json(ConnectionPage(summary=connections.summary(found), items=found))


@router.post(
    "",
    status_code=201,
    responses={
        **problems.documented(401, 409),
        **answers.of(ConnectionView, status=201, description="Requested"),
    },
)
def enter_request(call: CallDep, asked: ConnectionRequest) -> Response:
    """Enter an agency's request that a system be connected; a new agency has no grants yet."""
    if (asked.agency is None) == (asked.new_agency is None):
        raise problems.INVALID_REQUEST.error(params=(connections.ONE_AGENCY,))
    occasion = occasion_of(call, NAME)
    new = new_system(call, asked.system)

    def job(session: Session) -> Response:
        if asked.new_agency is None:
            agency_id = agencies.find(session, asked.agency or "").id
            connections.request(session, agency_id, new, occasion)
        else:
            first = NewAgency(**asked.new_agency.model_dump(), systems=(new,))
            connections.request_first(session, first, occasion)
        view = connections.find(session, new.client_id, occasion.today)
        return answers.json(view, status=201)

    return _once(call, job)


@router.get("/{client_id}", responses={**problems.documented(401), **answers.of(ConnectionView)})
def show_connection(call: CallDep, client_id: ClientId) -> Response:
    """Show one connection with every step it took."""
    with call.world.session() as session:
        return answers.json(connections.find(session, client_id, call.world.today))


@router.post("/{client_id}/assess", responses=_ANSWERED)
def assess_connection(call: CallDep, client_id: ClientId, asked: AssessmentRequest) -> Response:
    """Record what an inspection of the system found: its security level, and until when."""
    occasion = occasion_of(call, NAME)
    on = asked.inspected_on or occasion.today
    level = asked.security_level
    found = Assessment(
        security_level=level,
        inspected_on=on,
        inspected_until=asked.inspected_until or connections.usual_end(level, on),
    )
    return _step(
        call,
        client_id,
        lambda session: connections.assess(session, client_id, found, occasion, asked.reason),
    )


@router.post("/{client_id}/connect", responses=_ANSWERED)
def connect(call: CallDep, client_id: ClientId, asked: ReasonRequest) -> Response:
    """Connect a system that was assessed: of level 3 and above, by an inspection in force."""
    return _taken(call, client_id, "connect", asked.reason)


@router.post("/{client_id}/suspend", responses=_ANSWERED)
def suspend(call: CallDep, client_id: ClientId, asked: SuspensionRequest) -> Response:
    """Suspend a connection: every process refuses its questions within a second."""
    return _taken(call, client_id, "suspend", asked.reason)


@router.post("/{client_id}/resume", responses=_ANSWERED)
def resume(call: CallDep, client_id: ClientId, asked: ReasonRequest) -> Response:
    """Resume a suspended connection, on the conditions of connecting one."""
    return _taken(call, client_id, "resume", asked.reason)


@router.put(
    "/{client_id}/limits", responses={**problems.documented(401), **answers.of(ConnectionView)}
)
def set_limits(call: CallDep, client_id: ClientId, asked: LimitsRequest) -> Response:
    """Set how much a system may ask in a day, and how fast."""
    pace = None if asked.pace is None else Pace(asked.pace.questions, asked.pace.seconds)
    limits = Limits(daily_quota=asked.daily_quota, pace=pace)
    today = call.world.today

    def job(session: Session) -> ConnectionView:
        connections.limit(session, client_id, limits)
        return connections.find(session, client_id, today)

    view = call.world.writer.submit(job)
    access.of(call.world).poll()
    return answers.json(view)


def _taken(call: Call, client_id: str, name: str, reason: str | None) -> Response:
    occasion = occasion_of(call, NAME)
    return _step(
        call,
        client_id,
        lambda session: connections.step(session, client_id, name, occasion, reason),
    )


def _step(call: Call, client_id: str, take: Callable[[Session], None]) -> Response:
    today: dt.date = call.world.today

    def job(session: Session) -> Response:
        take(session)
        return answers.json(connections.find(session, client_id, today))

    return _once(call, job)


def _once(call: Call, job: Callable[[Session], Response]) -> Response:
    answer = writes.once(call, NAME, lambda: job)
    access.of(call.world).poll()
    return answer
