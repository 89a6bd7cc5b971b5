"""Access tokens: ES256 JWTs of RFC 9068, good for ten minutes in one incarnation of a world."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, text
from sqlalchemy.types import DateTime

from app.exchange import access as accesses
from app.exchange.oauth import SCOPE, Issued
from app.exchange.token_cache import TRUST_SECONDS, Verified
from app.platform import clock, fresh

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.callers import Caller, Snapshot
    from app.platform.signing import Es256Signer
    from app.platform.worlds import World

#: RFC 9068 §2.1; the longer form is accepted, too (§4).
TYPE = "at+jwt"
_TYPES = (TYPE, f"application/{TYPE}")
LIFETIME_SECONDS = 600
#: The uses of this world's keys, all in one JWK Set: a `typ` keeps their messages apart.
KEY_USES = ("token", "answer", "receipt")
_ALGORITHM = "ES256"
_LONGEST_TOKEN = 4096

_REVOKE = text(
    "INSERT INTO revoked_token (jti, expires_at) VALUES (:jti, :expires)"
    " ON CONFLICT (jti) DO NOTHING"
).bindparams(bindparam("expires", type_=DateTime(timezone=True)))


class Confirmation(msgspec.Struct, frozen=True, omit_defaults=True):
    """The key that a token is bound to (RFC 9449 §6.1)."""

    jkt: str


class _Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """RFC 9068 §2.2, and two of ours.

    `world` is the id of the incarnation that gave the token: a reset world has the issuer and the
    keys it had. `credential_version` is the rotation the token was given under.
    """

    iss: str
    sub: str
    aud: str
    client_id: str
    iat: int
    exp: int
    jti: str
    scope: str
    world: str
    credential_version: int
    cnf: Confirmation | None = None


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Claims)


def issue(
    world: World, caller: Caller, *, lifetime: int = LIFETIME_SECONDS, jkt: str | None = None
) -> Issued:
    """Sign an access token for a client that has proved itself; `lifetime` ≤ ten minutes.

    With `jkt`, the thumbprint of a key, it is bound to that key: whoever shows it has to prove to
    hold the key each time.
    """
    now = clock.epoch()
    seconds = min(lifetime, LIFETIME_SECONDS)
    claims = _Claims(
        iss=world.issuer,
        sub=caller.client_id,
        aud=world.issuer,
        client_id=caller.client_id,
        iat=now,
        exp=now + seconds,
        jti=fresh.hex128(),
        scope=SCOPE,
        world=world.id,
        credential_version=caller.credential_version,
        cnf=None if jkt is None else Confirmation(jkt),
    )
    signer = world.keys("token").current
    token = signer.compact(_protected(signer), _encoder.encode(claims))
    kind = "Bearer" if jkt is None else "DPoP"
    return Issued(access_token=token.decode(), expires_in=seconds, token_type=kind)


def caller_of(access: Access, snapshot: Snapshot, unverified_token: bytes) -> Caller | None:
    """Return who presents this bearer token, or None: the answer is then 401 `invalid_token`.

    1. Its signature and claims hold (`verify`), or held within the last minute. A token that is
       bound to a key is no bearer token, and never kept as one.
    2. It still counts (`current`).
    """
    # 1.
    now = clock.epoch()
    verified = access.tokens.find(unverified_token, now)
    if verified is None:
        verified = verify(access.world, unverified_token, now)
        if verified is None or verified.jkt is not None:
            return None
        access.tokens.keep(unverified_token, verified)
    # 2.
    return current(snapshot, verified)


def current(snapshot: Snapshot, verified: Verified) -> Caller | None:
    """Return the client of a token that was alive just now, None if the token was ended.

    1. It is not revoked.
    2. Its client exists and has not rotated its credential since.
    """
    # 1.
    if verified.jti in snapshot.revoked:
        return None
    # 2.
    caller = snapshot.callers.get(verified.client_id)
    if caller is None or caller.credential_version != verified.credential_version:
        return None
    return caller


def verify(world: World, unverified_token: bytes, now: int) -> Verified | None:
    """Check one access token by RFC 9068 §4; None if any check fails.

    1. It is no longer than a token of ours can be.
    2. Its type is that of an access token: no answer or receipt passes for one.
    3. Its signature is by a key of this world that is still accepted, by ES256 alone.
    4. Issuer and audience are this world, in this incarnation: another's token is nobody's here.
    5. It is for the client itself, and it is alive.

    What is not checked: revocation, whether the client still exists, and whether whoever shows it
    holds the key that it is bound to.
    """
    claims = _signed_claims(world, unverified_token)
    # 4.
    if claims is None or claims.iss != world.issuer or claims.aud != world.issuer:
        return None
    if claims.world != world.id:
        return None
    # 5.
    if claims.sub != claims.client_id or not claims.iat <= now < claims.exp:
        return None
    return Verified(
        client_id=claims.client_id,
        jti=claims.jti,
        scope=claims.scope,
        credential_version=claims.credential_version,
        issued_at=claims.iat,
        expires_at=claims.exp,
        trusted_until=min(now + TRUST_SECONDS, claims.exp),
        jkt=None if claims.cnf is None else claims.cnf.jkt,
    )


def _signed_claims(world: World, unverified_token: bytes) -> _Claims | None:
    import jwt  # noqa: PLC0415 - all of X.509 with it: who starts a server does not wait for that

    # 1.
    if len(unverified_token) > _LONGEST_TOKEN:
        return None
    try:
        header = jwt.get_unverified_header(unverified_token)
        # 2.
        if header.get("typ") not in _TYPES:  # RFC 8725 §3.11
            return None
        # 3.
        signer = world.keys("token").find(str(header.get("kid")))
        if signer is None:
            return None
        jws = jwt.PyJWS(algorithms=[_ALGORITHM])
        payload = jws.decode(unverified_token, signer.public_key, algorithms=[_ALGORITHM])
        return _decoder.decode(payload)
    except (jwt.PyJWTError, ValueError, RecursionError):
        return None


def revoke(world: World, unverified_token: bytes, client_id: str) -> bool:
    """End a client's token before its time, in every process within a second (RFC 7009 §2.1).

    False is a good token of another client, to which nothing happens. For what is no good token
    there is nothing to do, and that is no error (§2.2).
    """
    verified = verify(world, unverified_token, clock.epoch())
    if verified is None:
        return True
    if verified.client_id != client_id:
        return False
    expires = dt.datetime.fromtimestamp(verified.expires_at, dt.UTC)
    jti = verified.jti

    def job(session: Session) -> None:
        session.execute(_REVOKE, {"jti": jti, "expires": expires})
        accesses.touch(session)

    world.writer.submit(job)
    accesses.of(world).poll()
    return True


def jwks(world: World) -> dict[str, list[dict[str, str]]]:
    """Return the JWK Set (RFC 7517 §5) of this world's keys, current and previous, of all uses."""
    return {"keys": [jwk for use in KEY_USES for jwk in world.keys(use).jwks()]}


@lru_cache(maxsize=64)
def _protected(signer: Es256Signer) -> bytes:
    return signer.protected(typ=TYPE)
