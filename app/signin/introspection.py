"""Introspection (RFC 7662), revocation (RFC 7009): a system asks about its tokens, or ends them.

A system learns of its own tokens only: another's is not active to it, as one that never was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from app.exchange import access as accesses
from app.exchange import token_endpoint, tokens
from app.exchange.client_authentication import authenticate
from app.exchange.oauth import ErrorCode, OAuthError, RevocationRequest
from app.exchange.tokens import Confirmation
from app.platform import clock
from app.signin import access_tokens, refreshing, sign_ins

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller
    from app.platform.worlds import World


class Introspection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a token is (RFC 7662 §2.2); nothing but `active` of one that is not."""

    active: bool
    client_id: str | None = None
    sub: str | None = None
    scope: str | None = None
    token_type: str | None = None
    iss: str | None = None
    aud: str | None = None
    iat: int | None = None
    exp: int | None = None
    jti: str | None = None
    auth_time: int | None = None
    acr: str | None = None
    cnf: Confirmation | None = None


INACTIVE: Final = Introspection(active=False)


def introspect(
    world: World, asked: RevocationRequest, proved: Callable[[Caller], None]
) -> Introspection | OAuthError:
    """Say what a token is worth now.

    1. The client proves itself, which `proved` is told.
    2. Its own access token, a person's access token or its refresh token is looked for, in turn.
    """
    # 1.
    access = accesses.of(world)
    caller = authenticate(world, access.snapshot(), asked.client)
    if isinstance(caller, OAuthError):
        return caller
    proved(caller)
    if asked.token is None:
        return OAuthError(error=ErrorCode.INVALID_REQUEST, error_description="token is missing.")
    # 2.
    token = asked.token
    own = _of_system(world, caller, token)
    if own is not None:
        return own
    with world.session() as session:
        return _of_person(session, world, caller, token)


def revoke(
    world: World, asked: RevocationRequest, proved: Callable[[Caller], None]
) -> OAuthError | None:
    """End a token of the client that proves itself (RFC 7009 §2); None is the answer 200.

    A refresh token ends with all that its sign-in gave, an access token by itself (§2.1). What is
    neither goes to the exchange, which knows the system's own.
    """
    token = asked.token or ""
    claims = access_tokens.verify(world, token, clock.epoch())
    with world.session() as session:
        refresh = refreshing.find(session, token)
    if claims is None and refresh is None:
        return token_endpoint.revoke(world, asked, proved)
    access = accesses.of(world)
    caller = authenticate(world, access.snapshot(), asked.client)
    if isinstance(caller, OAuthError):
        return caller
    proved(caller)
    owner = claims.client_id if claims is not None else refresh[0].client_id if refresh else None
    if owner != caller.client_id:
        return OAuthError(
            error=ErrorCode.INVALID_REQUEST,
            error_description="The token was issued to another client.",
        )

    def job(session: Session) -> None:
        if claims is not None:
            access_tokens.end(session, claims)
        elif refresh is not None:
            sign_ins.revoke(session, refresh[0].id, "revoked")

    world.writer.submit(job)
    return None


def _of_system(world: World, caller: Caller, token: str) -> Introspection | None:
    """Return what the system's own access token is; None if it is none of the kind."""
    access = accesses.of(world)
    verified = tokens.verify(world, token.encode("utf-8", "surrogatepass"), clock.epoch())
    if verified is None:
        return None
    holder = tokens.current(access.snapshot(), verified)
    if holder is None or holder.client_id != caller.client_id:
        return INACTIVE
    return Introspection(
        active=True,
        client_id=verified.client_id,
        sub=verified.client_id,
        scope=verified.scope,
        token_type="Bearer" if verified.jkt is None else "DPoP",
        iss=world.issuer,
        aud=world.issuer,
        iat=verified.issued_at,
        exp=verified.expires_at,
        jti=verified.jti,
        cnf=None if verified.jkt is None else Confirmation(verified.jkt),
    )


def _of_person(session: Session, world: World, caller: Caller, token: str) -> Introspection:
    claims = access_tokens.verify(world, token, clock.epoch())
    if claims is not None:
        known = sign_ins.find(session, claims.sid)
        is_good = known is not None and known.state == "given"
        if not is_good or access_tokens.is_ended(session, claims):
            return INACTIVE
        if claims.client_id != caller.client_id:
            return INACTIVE
        return Introspection(
            active=True,
            client_id=claims.client_id,
            sub=claims.sub,
            scope=claims.scope,
            token_type="Bearer" if claims.cnf is None else "DPoP",
            iss=claims.iss,
            aud=claims.aud,
            iat=claims.iat,
            exp=claims.exp,
            jti=claims.jti,
            auth_time=claims.auth_time,
            acr=claims.acr,
            cnf=claims.cnf,
        )
    return _of_refresh(session, world, caller, token)


def _of_refresh(session: Session, world: World, caller: Caller, token: str) -> Introspection:
    found = refreshing.find(session, token)
    if found is None:
        return INACTIVE
    known, expires_at, is_good = found
    alive = is_good and clock.now() < expires_at and known.client_id == caller.client_id
    if not alive or known.person is None:
        return INACTIVE
    return Introspection(
        active=True,
        client_id=known.client_id,
        sub=access_tokens.subject(world, caller.agency_code, known.person.citizen_id),
        scope=" ".join(known.request.scope),
        token_type="refresh_token",  # noqa: S106 - the kind's name in RFC 7009 §2.1
        iss=world.issuer,
        exp=int(expires_at.timestamp()),
        auth_time=known.person.auth_time,
    )
