"""`/v1/me/sealing`: to which key of its own a system has its answers sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Path, Response
from pydantic import Field

from app.api import answers, problems, schemas
from app.api.callers import CallerDep
from app.api.control.operators import OF_WORLD
from app.api.dependencies import CallDep
from app.exchange import access, public_keys, sealing
from app.exchange.agencies import AGENCY_UNKNOWN
from app.platform import fetching

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller

router = APIRouter()

_OWN = "/v1/me/sealing"
_ANYBODYS = "/control/v1/agencies/systems/{client_id}/sealing"
ClientId = Annotated[str, Path(pattern="^[A-Za-z0-9._-]{1,64}$")]


class SealingRequest(schemas.Strict):
    """Public keys (RFC 7517), or the address of a JWK Set; one of both."""

    keys: schemas.Maybe[list[dict[str, Any]]] = Field(
        None,
        min_length=1,
        max_length=public_keys.MOST_KEYS,
        description="Public JWKs: EC (P-256, P-384, P-521), OKP (X25519) or RSA.",
    )
    jwks_uri: schemas.Maybe[str] = Field(
        None,
        min_length=1,
        max_length=fetching.LONGEST_ADDRESS,
        pattern="^https?://",
        description="Where the keys are published. This machine, or what the server's setting "
        "`DANCU_DESTINATIONS` lists; kept for five minutes.",
    )
    alg: schemas.Maybe[Literal["ECDH-ES+A256KW", "RSA-OAEP-256"]] = Field(
        None, description="Which of the keys is used; unsaid: the first that can be."
    )
    always: bool = Field(
        default=False, description="Seal every answer, and not only where `sealed` asks for it."
    )

    def new(self) -> sealing.NewSealing:
        """Return it as the exchange takes it."""
        return sealing.NewSealing(
            always=self.always,
            alg=self.alg,
            keys=None if self.keys is None else tuple(self.keys),
            jwks_uri=self.jwks_uri,
        )


class SealingView(msgspec.Struct, frozen=True, kw_only=True):
    """How answers to a system are sealed; neither keys nor address: they are not."""

    client_id: str
    always: bool
    alg: str | None
    keys: list[dict[str, Any]]
    jwks_uri: str | None
    simulated: bool = True


_VIEW = answers.of(SealingView)


@router.get(_OWN, tags=["access"], responses={**problems.documented(401), **_VIEW})
def show_own_sealing(call: CallDep, caller: CallerDep) -> Response:
    """Tell how answers to the caller are sealed."""
    return _shown(call, caller.client_id)


@router.put(_OWN, tags=["access"], responses={**problems.documented(401, 409), **_VIEW})
def set_own_sealing(call: CallDep, caller: CallerDep, asked: SealingRequest) -> Response:
    """Register the keys, or their address, to which answers to the caller are sealed.

    It replaces what was registered before: this is how a key is rotated.
    """
    return _set(call, caller.client_id, asked)


@router.delete(_OWN, tags=["access"], responses={**problems.documented(401, 409), **_VIEW})
def remove_own_sealing(call: CallDep, caller: CallerDep) -> Response:
    """Have no more answers sealed."""
    return _removed(call, caller.client_id)


@router.get(
    _ANYBODYS,
    tags=["control"],
    dependencies=[OF_WORLD],
    responses={**problems.documented(401), **_VIEW},
)
def show_sealing(call: CallDep, client_id: ClientId) -> Response:
    """Tell how answers to a system are sealed."""
    return _shown(call, client_id)


@router.put(
    _ANYBODYS,
    tags=["control"],
    dependencies=[OF_WORLD],
    responses={**problems.documented(401, 409), **_VIEW},
)
def set_sealing(call: CallDep, client_id: ClientId, asked: SealingRequest) -> Response:
    """Register a system's keys, or their address, for it."""
    return _set(call, client_id, asked)


@router.delete(
    _ANYBODYS,
    tags=["control"],
    dependencies=[OF_WORLD],
    responses={**problems.documented(401, 409), **_VIEW},
)
def remove_sealing(call: CallDep, client_id: ClientId) -> Response:
    """Seal no more answers to a system."""
    return _removed(call, client_id)


def _set(call: CallDep, client_id: str, asked: SealingRequest) -> Response:
    new = asked.new()
    sealing.check(call.world, new)

    def job(session: Session) -> None:
        sealing.register(session, client_id, new)

    call.world.writer.submit(job)
    return _shown(call, client_id, anew=True)


def _removed(call: CallDep, client_id: str) -> Response:
    call.world.writer.submit(lambda session: sealing.remove(session, client_id))
    return _shown(call, client_id, anew=True)


def _shown(call: CallDep, client_id: str, *, anew: bool = False) -> Response:
    at = access.of(call.world)
    snapshot = at.poll() if anew else at.snapshot()
    caller = snapshot.callers.get(client_id)
    if caller is None:
        raise AGENCY_UNKNOWN.error()
    return answers.json(_view(caller))


def _view(caller: Caller) -> SealingView:
    known = caller.sealing
    return SealingView(
        client_id=caller.client_id,
        always=known is not None and known.always,
        alg=None if known is None else known.alg,
        keys=[] if known is None else list(known.keys),
        jwks_uri=None if known is None else known.jwks_uri,
    )
