"""`/control/v1/agencies`: who is connected; credentials and states of their systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from app.api import answers, problems, schemas, writes
from app.api.connections import occasion_of
from app.api.control.operators import NAME, OF_WORLD
from app.api.dependencies import CallDep
from app.exchange import access, agencies, connections
from app.exchange.agencies import AgencyView

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(prefix="/control/v1/agencies", tags=["control"], dependencies=[OF_WORLD])

AgencyName = Annotated[
    str, Path(pattern="^[A-Za-z0-9._-]{1,64}$", description="Slug, identity code or client id.")
]
ClientId = Annotated[str, Path(pattern="^[A-Za-z0-9._-]{1,64}$")]


class KindQuery(schemas.Query):
    """Which agencies."""

    kind: str | None = Field(None, pattern="^[a-z-]{1,32}$")


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """What a system proves itself with: a secret, or the private key that was made for it."""

    client_id: str
    auth_method: str
    version: int
    secret: str | None = None
    private_key: str | None = None
    simulated: bool = True


class Rotated(msgspec.Struct, frozen=True, kw_only=True):
    """The version of a system's credential from now on."""

    client_id: str
    version: int


class NewState(schemas.Strict):
    """The state of a connection, and why."""

    state: Literal["requested", "assessed", "connected", "exchanging", "suspended"]
    reason: schemas.Maybe[schemas.Reference] = None


@router.get("", responses={**problems.documented(401), **answers.of(list[AgencyView])})
def list_agencies(call: CallDep, asked: Annotated[KindQuery, Query()]) -> Response:
    """List agencies with their connected systems."""
    with call.world.session() as session:
        return answers.json(agencies.all_of_them(session, kind=asked.kind))


@router.get("/{name}", responses={**problems.documented(401), **answers.of(AgencyView)})
def show_agency(call: CallDep, name: AgencyName) -> Response:
    """Show one agency."""
    with call.world.session() as session:
        return answers.json(agencies.find(session, name))


@router.get(
    "/systems/{client_id}/credential",
    responses={**problems.documented(401), **answers.of(Credential)},
)
def show_credential(call: CallDep, client_id: ClientId) -> Response:
    """Show what a system proves itself with."""
    with call.world.session() as session:
        return answers.json(
            _credential(session, call, client_id), headers={"Cache-Control": "no-store"}
        )


@router.post(
    "/systems/{client_id}/rotate-secret",
    responses={**problems.documented(401, 409), **answers.of(Rotated)},
)
def rotate_secret(call: CallDep, client_id: ClientId) -> Response:
    """Give a system its next secret or key; the old one and every token by it end at once.

    The new one is shown by `…/credential`: an answer that may be kept holds no secret.
    """

    def job(session: Session) -> Response:
        version = agencies.rotate_secret(session, client_id)
        return answers.json(Rotated(client_id=client_id, version=version))

    answer = writes.once(call, NAME, lambda: job)
    access.of(call.world).poll()
    return answer


@router.post(
    "/systems/{client_id}/state",
    responses={**problems.documented(401, 409), **answers.of(AgencyView)},
)
def set_state(call: CallDep, client_id: ClientId, asked: NewState) -> Response:
    """Put a connection into any state, out of order: every process knows within a second.

    Its usual life is `/control/v1/connections`, whose conditions are not asked for here.
    """
    occasion = occasion_of(call, NAME)

    def job(session: Session) -> Response:
        before = connections.find(session, client_id, occasion.today).state
        agencies.set_state(session, client_id, asked.state, asked.reason)
        states = (before, asked.state)
        connections.note_put(session, client_id, states, occasion, asked.reason)
        return answers.json(agencies.find(session, client_id))

    answer = writes.once(call, NAME, lambda: job)
    access.of(call.world).poll()
    return answer


def _credential(session: Session, call: CallDep, client_id: str) -> Credential:
    agency = agencies.find(session, client_id)
    system = next((each for each in agency.systems if each.client_id == client_id), None)
    if system is None:
        raise agencies.AGENCY_UNKNOWN.error()
    by_secret = system.auth_method == "client_secret_basic"
    return Credential(
        client_id=client_id,
        auth_method=system.auth_method,
        version=system.credential_version,
        secret=agencies.secret(session, call.world, client_id) if by_secret else None,
        private_key=None
        if by_secret
        else agencies.private_key_pem(session, call.world, client_id),
    )
