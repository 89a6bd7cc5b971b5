"""Userinfo: what a system learns of a person by the access token of a sign-in (OIDC Core §5.3).

It is JSON, a JWT for a system that asks for one, or that JWT sealed to the system's own key, where
it has registered one (§5.3.2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from app.exchange import access as accesses
from app.exchange import sealing
from app.exchange.oauth import ErrorCode, OAuthError
from app.platform import clock
from app.signin import (
    access_tokens,
    claims,
    faults,
    id_tokens,
    issuing,
    persons,
    proofs,
    registrations,
    sign_ins,
    telling,
)
from app.signin.issuing import Untold
from app.signin.telling import Errant

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller
    from app.exchange.public_keys import SealingKey
    from app.platform.worlds import World
    from app.signin.access_tokens import Claims
    from app.signin.persons import Shows


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """The answer: JSON, or a compact JWT, and which claims it holds."""

    body: bytes
    is_jwt: bool
    names: tuple[str, ...]


def answer(world: World, shows: Shows, proved: Callable[[Caller], None]) -> Told | OAuthError:
    """Return the claims about whoever signed in.

    1. The token is good, and its system still there, which `proved` is told.
    2. Whoever shows it holds the key it is bound to, by a proof that was not used before.
    3. Where the answer is to be sealed, there is a key to seal it to.
    4. Its sign-in was not ended, neither was the token.
    5. What may be told is decided, read and logged; the leaf is durable before the answer.
    6. It is signed and sealed.

    Raises `sealing-key-missing` and `sealing-keys-unreachable`.
    """
    # 1.
    now = clock.epoch()
    verified = access_tokens.verify(world, shows.token, now)
    access = accesses.of(world)
    snapshot = access.snapshot()
    caller = None if verified is None else snapshot.callers.get(verified.client_id)
    if verified is None or caller is None:
        return persons.invalid()
    proved(caller)
    # 2.
    key = persons.key(world, caller, verified, shows, now)
    if isinstance(key, OAuthError):
        return key
    # 3.
    known = caller.sealing
    is_sealed = known is not None and (known.always or shows.as_jwt)
    sealing_key = sealing.key_for(world, caller) if is_sealed else None
    errant = Errant(
        caller=caller,
        request_id=shows.request_id,
        today=world.today,
        within_quota=access.take(caller),
    )

    def job(session: Session) -> dict[str, Any] | OAuthError:
        if key is not None and not proofs.spend(session, key):
            return proofs.used_before()
        return _told(session, world, errant, verified)

    told = world.writer.submit(job)
    if isinstance(told, OAuthError):
        return told
    # 6.
    if is_sealed or shows.as_jwt:
        return _as_jwt(world, caller, told, sealing_key)
    return Told(body=msgspec.json.encode(told), is_jwt=False, names=tuple(told))


def _as_jwt(world: World, caller: Caller, told: dict[str, Any], key: SealingKey | None) -> Told:
    """Sign by the algorithm of the system's ID tokens, with issuer and audience (§5.3.2)."""
    with world.session() as session:
        algorithm = registrations.of(session, caller).id_token_alg
    said = {"iss": world.issuer, "aud": caller.client_id, **told}
    signed = id_tokens.signed(world, algorithm, said).encode()
    body = signed if key is None else sealing.around(signed, key)
    return Told(body=body, is_jwt=True, names=tuple(told))


def _told(
    session: Session, world: World, errant: Errant, verified: Claims
) -> dict[str, Any] | OAuthError:
    # 4.
    known = sign_ins.find(session, verified.sid)
    is_over = known is None or known.state != "given" or access_tokens.is_ended(session, verified)
    if known is None or is_over:
        return persons.invalid()
    scopes = verified.scope.split()
    if claims.OPENID not in scopes:
        return OAuthError(
            error=ErrorCode.INSUFFICIENT_SCOPE, error_description="The token lacks openid."
        )
    # 5.
    scoped = claims.of_scopes(scopes)
    by_scope = set(claims.of_scopes(known.request.scope))
    names = tuple(
        name for name in known.request.asked.userinfo if name in scoped or name not in by_scope
    )
    logged = issuing.log(session, world, errant, known, names=names, outcome=telling.TOLD)
    if isinstance(logged, Untold):
        return _refused(logged)
    told, _ = logged
    is_other = "wrong-userinfo-subject" in faults.of(session, verified.client_id)
    sub = proofs.hashed(verified.sub) if is_other else verified.sub
    return {"sub": sub, **told, "simulated": True}


def _refused(untold: Untold) -> OAuthError:
    """Tell that the token is good no more, or that its system may learn nothing for now.

    The first is `invalid_token`: a new sign-in may help. For the second RFC 6750 §3.1 has no
    word, since no other token would.
    """
    if untold.passes:
        return OAuthError(error=ErrorCode.ACCESS_DENIED, error_description=untold.why)
    return persons.invalid(untold.why)
