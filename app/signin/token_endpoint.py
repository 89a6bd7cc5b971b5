"""The token endpoint: one table from grant type to what answers it.

A new grant type is a row in `GRANTS`. Client credentials are the exchange's own and are handed to
it before anything of sign-in is looked at.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import msgspec

from app.exchange import access as accesses
from app.exchange import token_endpoint as exchange
from app.exchange.client_authentication import authenticate
from app.exchange.oauth import GRANT_TYPE as CLIENT_CREDENTIALS
from app.exchange.oauth import ErrorCode, OAuthError
from app.signin import (
    codes,
    faults,
    polling,
    pre_authorised,
    refreshing,
    registrations,
    token_requests,
)
from app.signin.telling import Errant
from app.signin.token_requests import TokenCall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.exchange.callers import Caller
    from app.exchange.oauth import Issued
    from app.platform.worlds import World
    from app.signin.issuing import Tokens
    from app.signin.token_requests import Granting, Received

#: Every grant type but client credentials, which need no person.
GRANTS: Final[Mapping[str, Granting]] = MappingProxyType(
    {
        codes.GRANT_TYPE: codes.redeem,
        refreshing.GRANT_TYPE: refreshing.refresh,
        polling.DEVICE: polling.collect,
        polling.CIBA: polling.collect,
    }
)
GRANT_TYPES: Final = (*GRANTS, pre_authorised.GRANT_TYPE, CLIENT_CREDENTIALS)


class Strayed(msgspec.Struct, frozen=True, kw_only=True):
    """The system's fault is that something else answers in place of this endpoint: this page."""

    page: str


def grant(
    world: World, received: Received, proved: Callable[[Caller], None]
) -> Tokens | Issued | Strayed | OAuthError:
    """Answer a token request.

    1. It names a grant type that there is.
    2. The client proves itself, which `proved` is told, whatever comes of the rest.
    3. It proves to hold the key that its tokens are bound to, where they are.
    4. The grant type decides.
    """
    # 1.
    if received.client.grant_type == pre_authorised.GRANT_TYPE:  # a wallet is no client
        return pre_authorised.redeem(world, received.form)
    granting = GRANTS.get(received.client.grant_type or "")
    if granting is None:
        return _without_person(world, received, proved)
    # 2.
    access = accesses.of(world)
    caller = authenticate(world, access.snapshot(), received.client)
    if isinstance(caller, OAuthError):
        return caller
    proved(caller)
    # 3.
    with world.session() as session:
        registration = registrations.of(session, caller)
        going_wrong = faults.of(session, caller.client_id)
    astray = _astray(going_wrong)
    if astray is not None:
        return astray
    key = token_requests.proof(world, registration, received.shown)
    if isinstance(key, OAuthError):
        return key
    # 4.
    errant = Errant(
        caller=caller,
        request_id=received.request_id,
        today=world.today,
        within_quota=access.take(caller),
    )
    return granting(
        TokenCall(
            world=world,
            caller=caller,
            registration=registration,
            form=received.form,
            proved=key,
            errant=errant,
            faults=going_wrong,
        )
    )


def _astray(going_wrong: frozenset[str]) -> Strayed | OAuthError | None:
    """Return what answers in place of the grant; nothing is used up by it."""
    if "token-unavailable" in going_wrong:
        return token_requests.error(ErrorCode.TEMPORARILY_UNAVAILABLE, "A fault that was wished.")
    return Strayed(page=faults.PAGE) if "token-no-json" in going_wrong else None


def _without_person(
    world: World, received: Received, proved: Callable[[Caller], None]
) -> Issued | OAuthError:
    if received.client.grant_type not in {None, CLIENT_CREDENTIALS}:
        return token_requests.error(
            ErrorCode.UNSUPPORTED_GRANT_TYPE,
            f"grant_type must be one of {', '.join(GRANT_TYPES)}.",
        )

    def binding(caller: Caller) -> str | OAuthError | None:
        return token_requests.key_of_system(world, caller, received.shown)

    return exchange.grant(world, received.client, proved, binding)
