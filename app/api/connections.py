"""`/v1/connections`: the connections of a caller's own agency, and its requests for more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from app.api import answers, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import access, connections
from app.exchange.connecting import NewSystem
from app.exchange.connections import ConnectionView, Occasion
from app.platform import clock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.api.calls import Call

router = APIRouter(tags=["access"])

NewClientId = Annotated[str, Field(pattern="^[a-z][a-z0-9-]{0,63}$", examples=["vib-cards"])]


class SystemRequest(schemas.Strict):
    """A system to be connected: nobody has assessed it yet."""

    client_id: NewClientId
    name: schemas.Sentence
    auth_method: Literal["client_secret_basic", "private_key_jwt"] = "client_secret_basic"


@router.get(
    "/v1/connections", responses={**problems.documented(401), **answers.of(list[ConnectionView])}
)
def list_own_connections(call: CallDep, caller: CallerDep) -> Response:
    """List the agency's connections: state, why a question would be refused today, every step."""
    with call.world.session() as session:
        found = connections.of_agency(session, caller.agency_code, call.world.today)
    return answers.json(found)


@router.post(
    "/v1/connections",
    status_code=201,
    responses={
        **problems.documented(401, 409),
        **answers.of(ConnectionView, status=201, description="Requested"),
    },
)
def request_connection(call: CallDep, caller: CallerDep, asked: SystemRequest) -> Response:
    """Request that another system of the agency be connected.

    The ministry assesses it; until it is connected every question of it is refused. The operator
    hands over its secret. An agency that has no system yet asks the operator.
    """
    occasion = occasion_of(call, caller.agency_code)

    def job(session: Session) -> Response:
        new = new_system(call, asked)
        connections.request(session, caller.agency_id, new, occasion)
        view = connections.find(session, asked.client_id, occasion.today)
        return answers.json(view, status=201)

    answer = writes.once(call, caller.client_id, lambda: job)
    access.of(call.world).poll()
    return answer


def occasion_of(call: Call, by: str) -> Occasion:
    """Return who takes a step by this call, and when."""
    return Occasion(by=by, today=call.world.today, now=clock.now())


def new_system(call: Call, asked: SystemRequest) -> NewSystem:
    """Return the system that is asked for."""
    return NewSystem(
        client_id=asked.client_id,
        name=asked.name,
        auth_method=asked.auth_method,
        inspected_until=call.world.today,
    )
