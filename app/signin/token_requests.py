"""A request to the token endpoint, as each grant type gets it: client proved, parameters read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from app.exchange.callers import Caller
from app.exchange.oauth import ErrorCode, Issued, OAuthError, TokenRequest
from app.platform import clock
from app.platform.worlds import World
from app.signin import proofs, registrations
from app.signin.issuing import Bound, Tokens
from app.signin.proofs import Proved, Shown
from app.signin.registrations import ClientRegistration
from app.signin.telling import Errant

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came: the form, what proves the client, and a DPoP proof if there is one."""

    form: Mapping[str, str]
    client: TokenRequest
    shown: Shown | None
    request_id: str


class TokenCall(msgspec.Struct, frozen=True, kw_only=True):
    """A request of a client that has proved itself; `proved` is its DPoP proof, not yet spent."""

    world: World
    caller: Caller
    registration: ClientRegistration
    form: Mapping[str, str]
    proved: Proved | None
    errant: Errant
    faults: frozenset[str] = frozenset()

    @property
    def jkt(self) -> str | None:
        """The key that the tokens are to be bound to, None for bearer tokens."""
        return None if self.proved is None else self.proved.jkt

    @property
    def bound(self) -> Bound:
        """How the tokens are signed."""
        return Bound(registration=self.registration, jkt=self.jkt, faults=self.faults)


_UNBOUND = OAuthError(
    error=ErrorCode.INVALID_DPOP_PROOF,
    error_description="This system's tokens need a DPoP proof.",
)
#: What answers one grant type.
Granting: TypeAlias = Callable[[TokenCall], Tokens | Issued | OAuthError]


def proof(
    world: World, registration: ClientRegistration, shown: Shown | None
) -> Proved | OAuthError | None:
    """Return the DPoP proof of a request, None where there is none and none is needed."""
    if shown is None:
        if not registration.require_dpop:
            return None
        return _UNBOUND
    return proofs.check(world, shown, clock.epoch(), with_nonce=registration.dpop_nonce)


def key_of_system(world: World, caller: Caller, shown: Shown | None) -> str | OAuthError | None:
    """Return the thumbprint of the key that a system binds its own token to; None: to none.

    A system that is held to FAPI 2.0 has to bind it (§5.3.2.1: only sender-constrained tokens),
    another does as it likes. The proof is used up.
    """
    if shown is None:
        return _UNBOUND if caller.fapi else None
    with world.session() as session:
        registration = registrations.of(session, caller)
    key = proofs.check(world, shown, clock.epoch(), with_nonce=registration.dpop_nonce)
    if isinstance(key, OAuthError):
        return key
    is_first = world.writer.submit(lambda session: proofs.spend(session, key))
    return key.jkt if is_first else proofs.used_before()


def spend(session: Session, call: TokenCall) -> OAuthError | None:
    """Use up the request's proof, in the writer; an error where it was used before."""
    if call.proved is None or proofs.spend(session, call.proved):
        return None
    return proofs.used_before()


def error(code: ErrorCode, description: str) -> OAuthError:
    """Return an error of the token endpoint; the text is for the client's developer."""
    return OAuthError(error=code, error_description=description)
