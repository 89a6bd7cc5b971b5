"""Who acts through a system: a citizen who has signed in there, by the token of that sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.callers import PROOF_INVALID, TOKEN_INVALID, TOKEN_MISSING
from app.api.dependencies import CallDep
from app.api.oidc_forms import shown
from app.exchange import gate, tokens
from app.exchange.oauth import OAuthError
from app.exchange.refusals import PROBLEMS
from app.platform import clock, errors
from app.signin import acting as acting_for
from app.signin import claims, persons
from app.signin.persons import Person, Shows

if TYPE_CHECKING:
    from app.api.calls import Call

NOT_A_SYSTEMS = errors.declare(
    code="sign-in-token-is-a-systems",
    kind="unauthenticated",
    fault_of="caller",
    title_vi="Đây là mã truy cập của hệ thống, không phải của công dân",
    title_en="This is a system's own access token, and no citizen's",
    next_vi="Dùng mã do công dân đăng nhập mà có: /oidc/authorize, không client_credentials.",
    next_en="Show the one that a citizen's sign-in gave: /oidc/authorize, no client_credentials.",
)

_TOKEN: Final = HTTPBearer(
    scheme_name="person",
    description="Access token of a sign-in, as Bearer, or as DPoP where it is bound to a key.",
    auto_error=False,
)


def of(
    call: CallDep, _documented: Annotated[HTTPAuthorizationCredentials | None, Depends(_TOKEN)]
) -> Person:
    """Return who acts for public services, and note the system on the call; raise 401 or 403."""
    person = acting(call, claims.PUBLIC_SERVICES)
    _require_open(call)
    return person


def acting(call: Call, scope: str) -> Person:
    """Return who acts with that scope, at level 2, with an account that can be used.

    Notes the system on the call; raises 401 or 403.
    """
    scheme, _, token = call.header(b"authorization").partition(" ")
    if scheme.lower() not in {"bearer", "dpop"} or not token.strip():
        raise TOKEN_MISSING.error()
    shows = Shows(
        token=token.strip(),
        is_bound=scheme.lower() == "dpop",
        shown=shown(call),
        request_id=call.request_id,
    )
    person = persons.of(call.world, shows, call.is_by)
    if isinstance(person, OAuthError):
        if tokens.verify(call.world, shows.token.encode("latin-1"), clock.epoch()) is not None:
            raise NOT_A_SYSTEMS.error()
        problem = TOKEN_INVALID if shows.shown is None else PROOF_INVALID
        raise problem.error(person.error_description)
    acting_for.require(call.world, person, scope)
    return person


def _require_open(call: Call) -> None:
    """A portal whose connection is closed is shown nothing of anybody."""
    closed = None if call.caller is None else gate.closed_by(call.caller, call.world.today)
    if closed is not None:
        raise PROBLEMS[closed].error()


PersonDep = Annotated[Person, Depends(of)]
