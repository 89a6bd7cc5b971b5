"""A person's access token: what a system shows to learn more of whoever signed in (RFC 9068).

It is a token of the world's token key like a system's own, and no address takes one for the other:
a system's own names the system as its subject and the world as its audience.
"""

from __future__ import annotations

import datetime as dt
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import jwt
import msgspec
from sqlalchemy import DateTime, bindparam, select, text

from app.exchange.tokens import LIFETIME_SECONDS, TYPE, Confirmation
from app.platform import fresh
from app.platform.signing import base64url
from app.signin.models import EndedAccess

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller
    from app.platform.signing import Es256Signer
    from app.platform.worlds import World
    from app.signin.sign_ins import Known

_ALGORITHM: Final = "ES256"
_LONGEST: Final = 4_096
_END: Final = text(
    "INSERT INTO ended_access (jti, expires_at) VALUES (:jti, :expires)"
    " ON CONFLICT (jti) DO NOTHING"
).bindparams(bindparam("expires", type_=DateTime(timezone=True)))


class Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9068 §2.2, and ours: `sid` is the sign-in, `world` the incarnation that gave it."""

    iss: str
    sub: str
    aud: str
    client_id: str
    iat: int
    exp: int
    jti: str
    scope: str
    auth_time: int
    acr: str
    sid: str
    world: str
    cnf: Confirmation | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Claims)
_jws = jwt.PyJWS(algorithms=[_ALGORITHM])


def audience(world: World) -> str:
    """Return the place that takes these tokens; `/v1/my/…` takes those with its scope, too."""
    return f"{world.issuer}/oidc/userinfo"


def subject(world: World, sector: str, citizen_id: int) -> str:
    """Return the `sub` by which one agency knows a person, and no other does (OIDC Core §8.1).

    The sector is the agency: its systems know a person by one name.
    """
    root = world.root_key("pairwise-subject")
    return base64url(hmac.digest(root, f"{sector}|{citizen_id}".encode(), "sha256")).decode()


def claims_for(world: World, caller: Caller, known: Known, acr: str, now: int) -> Claims:
    """Return the claims of a new token; `known` has its person."""
    if known.person is None:
        raise ValueError("nobody has signed in")
    return Claims(
        iss=world.issuer,
        sub=subject(world, caller.agency_code, known.person.citizen_id),
        aud=audience(world),
        client_id=caller.client_id,
        iat=now,
        exp=now + LIFETIME_SECONDS,
        jti=fresh.hex128(),
        scope=" ".join(known.request.scope),
        auth_time=known.person.auth_time,
        acr=acr,
        sid=known.id,
        world=world.id,
    )


def signed(world: World, claims: Claims) -> str:
    """Return the token."""
    signer = world.keys("token").current
    return signer.compact(_protected(signer), _encoder.encode(claims)).decode()


def verify(world: World, unverified_token: str, now: int) -> Claims | None:
    """Check one token by RFC 9068 §4; None if any check fails.

    1. Its type is that of an access token, its signature by a key that is still accepted.
    2. Issuer, audience and incarnation are this world's.
    3. It is alive.

    What is not checked: whether it was ended, its sign-in, and the key it is bound to.
    """
    # 1.
    if len(unverified_token) > _LONGEST:
        return None
    try:
        header = jwt.get_unverified_header(unverified_token)
        signer = world.keys("token").find(str(header.get("kid")))
        if header.get("typ") != TYPE or signer is None:
            return None
        payload = _jws.decode(unverified_token, signer.public_key, algorithms=[_ALGORITHM])
        claims = _decoder.decode(payload)
    except (jwt.PyJWTError, msgspec.DecodeError, ValueError, RecursionError):
        return None
    # 2.
    if (claims.iss, claims.aud, claims.world) != (world.issuer, audience(world), world.id):
        return None
    # 3.
    return claims if claims.iat <= now < claims.exp else None


def end(session: Session, claims: Claims) -> None:
    """End one token before its time."""
    expires = dt.datetime.fromtimestamp(claims.exp, dt.UTC)
    session.execute(_END, {"jti": claims.jti, "expires": expires})


def is_ended(session: Session, claims: Claims) -> bool:
    """Whether the token was ended by itself; its sign-in may have been ended as a whole."""
    return session.scalar(select(EndedAccess.jti).where(EndedAccess.jti == claims.jti)) is not None


@lru_cache(maxsize=64)
def _protected(signer: Es256Signer) -> bytes:
    return signer.protected(typ=TYPE)
