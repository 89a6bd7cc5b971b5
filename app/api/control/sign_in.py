"""`/control/v1/systems/…`: what systems registered for sign-in, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from app.api import answers, problems, schemas
from app.api.control.operators import OF_WORLD
from app.api.dependencies import CallDep
from app.exchange import access, agencies
from app.signin import registrations, tracing
from app.signin.registrations import ClientRegistration
from app.signin.tracing import LegView

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.api.calls import Call
    from app.exchange.callers import Caller

router = APIRouter(prefix="/control/v1", tags=["control"], dependencies=[OF_WORLD])

ClientId = Annotated[str, Path(pattern="^[A-Za-z0-9._-]{1,64}$")]
_Uri = Annotated[str, Field(min_length=1, max_length=2000)]
_Uris = Annotated[list[_Uri], Field(max_length=20)]


class ClientRegistrationRequest(schemas.Strict):
    """What a system registers; what is left out is as if nothing had been registered."""

    redirect_uris: schemas.Maybe[_Uris] = None
    post_logout_redirect_uris: schemas.Maybe[_Uris] = None
    id_token_alg: schemas.Maybe[Literal["ES256", "RS256"]] = None
    require_par: bool = False
    require_dpop: bool = False
    dpop_nonce: bool = Field(default=False, description="Each proof needs a nonce of ours.")


class LegsQuery(schemas.Query):
    """Which legs."""

    client_id: str | None = Field(None, pattern="^[A-Za-z0-9._-]{1,64}$")
    sign_in: str | None = Field(None, pattern="^[0-9a-f]{32}$")
    limit: int = Field(100, ge=1, le=tracing.MOST)


@router.get(
    "/systems/{client_id}/sign-in",
    responses={**problems.documented(401), **answers.of(ClientRegistration)},
)
def show_registration(call: CallDep, client_id: ClientId) -> Response:
    """Show where a system's answers may go, and how its tokens are made."""
    caller = _caller(call, client_id)
    with call.world.session() as session:
        return answers.json(registrations.of(session, caller))


@router.put(
    "/systems/{client_id}/sign-in",
    responses={**problems.documented(401), **answers.of(ClientRegistration)},
)
def register_client(
    call: CallDep, client_id: ClientId, asked: ClientRegistrationRequest
) -> Response:
    """Register a system for sign-in, in place of what it had.

    An address is compared letter by letter; on loopback its port may be any.
    """
    caller = _caller(call, client_id)
    said = {name: value for name, value in asked if value is not None}
    lists = {name: tuple(value) for name, value in said.items() if isinstance(value, list)}
    wanted = msgspec.structs.replace(registrations.unregistered(caller), **{**said, **lists})

    def job(session: Session) -> Response:
        registrations.register(session, caller, wanted)
        return answers.json(registrations.of(session, caller))

    return call.world.writer.submit(job)


@router.delete(
    "/systems/{client_id}/sign-in",
    status_code=204,
    response_class=Response,
    responses=problems.documented(401),
)
def forget_registration(call: CallDep, client_id: ClientId) -> Response:
    """Let a system be as if it had registered nothing."""
    caller = _caller(call, client_id)
    call.world.writer.submit(lambda session: registrations.forget(session, caller))
    return Response(status_code=204)


@router.get("/sign-in/legs", responses={**problems.documented(401), **answers.of(list[LegView])})
def list_legs(call: CallDep, asked: Annotated[LegsQuery, Query()]) -> Response:
    """List the latest legs of sign-ins, the last first: what each carried and why it failed.

    Secrets are cut. `/console/sign-ins` shows the same to people.
    """
    with call.world.session() as session:
        found = tracing.latest(
            session, client_id=asked.client_id, sign_in=asked.sign_in, limit=asked.limit
        )
    return answers.json(found)


def _caller(call: Call, client_id: str) -> Caller:
    caller = access.of(call.world).snapshot().callers.get(client_id)
    if caller is None:
        raise agencies.AGENCY_UNKNOWN.error()
    return caller
