"""Persons: whoever acts through a system by the access token of a sign-in, and how surely.

Such a token says who signed in where, at which level, and for what (its scopes). What is done by
it is done for that person, by that system.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.exchange import access as accesses
from app.exchange.oauth import ErrorCode, OAuthError
from app.platform import clock
from app.signin import access_tokens, levels, proofs, registrations, sign_ins
from app.signin.proofs import Shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller
    from app.platform.worlds import World
    from app.signin.access_tokens import Claims
    from app.signin.proofs import Proved


class Shows(msgspec.Struct, frozen=True, kw_only=True):
    """What comes with a request: the token, by which scheme, and the proof that stands beside it.

    `is_bound` says that the scheme was DPoP (RFC 9449 §7.1), not Bearer; `as_jwt`, that the answer
    is to be a JWT.
    """

    token: str
    is_bound: bool
    shown: Shown | None
    request_id: str
    as_jwt: bool = False


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts: a citizen, at level 1 or 2 of this sign-in, with the scopes agreed to."""

    citizen_id: int
    level: int
    scopes: frozenset[str]
    sign_in: str


def of(world: World, shows: Shows, proved: Callable[[Caller], None]) -> Person | OAuthError:
    """Return who acts, or why the token is good for nothing.

    1. The token is good, and its system still there, which `proved` is told.
    2. Whoever shows it holds the key it is bound to, by a proof that was not used before.
    3. Its sign-in was not ended, neither was the token.

    What is not checked: scope and level, which are the address's; and whether the account is
    still good, which `accounts.standing` says.
    """
    # 1.
    now = clock.epoch()
    verified = access_tokens.verify(world, shows.token, now)
    callers = accesses.of(world).snapshot().callers
    caller = None if verified is None else callers.get(verified.client_id)
    if verified is None or caller is None:
        return invalid()
    proved(caller)
    # 2.
    held = key(world, caller, verified, shows, now)
    if isinstance(held, OAuthError):
        return held
    if held is not None and not world.writer.submit(lambda session: proofs.spend(session, held)):
        return proofs.used_before()
    # 3.
    with world.session() as session:
        return _acting(session, verified)


def key(
    world: World, caller: Caller, verified: Claims, shows: Shows, now: int
) -> Proved | OAuthError | None:
    """Return the proof of a token that is bound; one that is not goes by Bearer, without one.

    None where no proof is needed. What is not checked: whether the proof was used before.
    """
    if verified.cnf is None:
        return invalid() if shows.is_bound else None
    if not shows.is_bound or shows.shown is None:
        return invalid("This token is bound to a key: send it as DPoP, with a proof.")
    with world.session() as session:
        registration = registrations.of(session, caller)
    proved = proofs.check(
        world, shows.shown, now, token=shows.token, with_nonce=registration.dpop_nonce
    )
    if isinstance(proved, OAuthError) or proved.jkt == verified.cnf.jkt:
        return proved
    return invalid("The proof is by another key than the token's.")


def invalid(
    why: str = "The token is expired, ended, forged, or another world's.",
) -> OAuthError:
    """Return the one answer to a token that is not accepted."""
    return OAuthError(error=ErrorCode.INVALID_TOKEN, error_description=why)


def _acting(session: Session, verified: Claims) -> Person | OAuthError:
    known = sign_ins.find(session, verified.sid)
    if known is None or known.person is None or known.state != "given":
        return invalid()
    if access_tokens.is_ended(session, verified):
        return invalid()
    return Person(
        citizen_id=known.person.citizen_id,
        level=levels.LEVEL_OF[verified.acr],
        scopes=frozenset(verified.scope.split()),
        sign_in=known.id,
    )
