"""How a client proves itself at the token endpoint: `client_secret_basic` or `private_key_jwt`.

RFC 6749 §2.3, RFC 7521, RFC 7523 and RFC 9700 §2.5. Each client has one method, and no other is
accepted from it.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import unquote_plus

import jwt
import msgspec
from msgspec import UNSET, UnsetType

from app.exchange import credentials
from app.exchange.oauth import ASSERTION_TYPE, ErrorCode, OAuthError
from app.exchange.rows import Rows
from app.platform import clock, scripts
from app.platform.signing import from_base64url

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.exchange.callers import Caller, Snapshot
    from app.exchange.oauth import TokenRequest
    from app.platform.scripts import Script
    from app.platform.stores.store import Dialect
    from app.platform.worlds import World
    from app.platform.writer import Lane

#: An assertion lives no longer than this, so that its `jti` need not be kept for long.
MOST_ASSERTION_SECONDS = 300
#: How far a client's clock may run ahead of ours.
SKEW_SECONDS = 10
_LONGEST_JTI = 255
_NO_JWT = "The assertion is not a JWT."
#: One text for all who have not proved that they are a client: it must not tell which exist.
_UNPROVED = (
    "The assertion's sub is no client that uses private_key_jwt, or no key of that client, the one"
    " that kid names, made the signature."
)
#: Which algorithm a key is good for: pinned by the key, never by the token (RFC 8725 §3.1).
_ALGORITHMS = {("EC", "P-256"): "ES256", ("RSA", None): "PS256", ("OKP", "Ed25519"): "EdDSA"}

#: Where clients prove themselves, below `/oidc/`.
_ENDPOINTS = ("token", "par", "revoke", "introspect", "device_authorization", "bc-authorize")

_SPENT: Final = Rows(
    "spent_assertion",
    (("client_id", "text"), ("jti", "text"), ("expires_at", "timestamptz")),
    "ON CONFLICT (client_id, jti) DO NOTHING RETURNING client_id, jti",
)


class Assertion(NamedTuple):
    """An assertion that holds, to be spent: a client uses each of its `jti` once."""

    client_id: str
    jti: str
    expires_at: dt.datetime


class Proved(NamedTuple):
    """A client, once its assertion is spent; None where there is none to spend."""

    caller: Caller
    assertion: Assertion | None


class _Header(msgspec.Struct):
    """What counts of a JWS header (RFC 7515 §4.1).

    Of `crit` we understand nothing, and so refuse what has it; `b64` is of no use without (RFC
    7797 §6).
    """

    alg: object = None
    kid: str | UnsetType = UNSET
    crit: object = UNSET
    b64: object = UNSET


class _Unverified(NamedTuple):
    """A JWS taken apart: nothing is proved."""

    signed: bytes
    header: _Header
    payload: bytes
    signature: bytes


class _Claimed(msgspec.Struct):
    """Who an assertion says it is from."""

    sub: object = None


class _Claims(msgspec.Struct):
    """The claims of an assertion that are judged (RFC 7523 §3); others are ignored."""

    iss: str
    sub: str
    aud: str | list[str]
    exp: float
    jti: str
    iat: float | None = None
    nbf: float | None = None


class _RejectedError(Exception):
    """Why a client is not who it says; the text is for its developer."""


def authenticate(world: World, snapshot: Snapshot, request: TokenRequest) -> Caller | OAuthError:
    """Return the client that the request proves, or `invalid_client` / `invalid_request`.

    1. What it shows is the client's (`check`).
    2. The assertion has not been used before: an INSERT into `spent_assertion` decides.

    Whether the client's connection is open is not asked here: the gate answers that, in the log.
    """
    # 1.
    proved = check(world, snapshot, request)
    if isinstance(proved, OAuthError):
        return proved
    # 2.
    assertion = proved.assertion
    if assertion is None:
        return proved.caller
    if spend(world, assertion):
        return proved.caller
    return OAuthError(
        error=ErrorCode.INVALID_CLIENT,
        error_description="The assertion has been used before: make a new one, with a new jti.",
    )


def spend(world: World, assertion: Assertion) -> bool:
    """Spend an assertion for good; whether it is used for the first time. May wait."""
    at = world.dialect
    [is_first] = world.writer.submit(
        lambda session: scripts.play(session.connection(), _spend(at, [assertion]))
    )
    return is_first


def lane(world: World) -> Lane[Assertion, bool]:
    """Return the writer's lane that spends assertions; False for one that was used before."""
    return world.writer.scripted("spent_assertion", _spend)


def check(world: World, snapshot: Snapshot, request: TokenRequest) -> Proved | OAuthError:
    """Check all of a client's proof but whether it was used before; asks no database.

    1. Exactly one method is used (RFC 6749 §2.3).
    2. The secret, or the assertion's signature and claims, are the client's.
    """
    # 1.
    by_secret = request.authorization is not None
    by_assertion = request.client_assertion is not None
    if request.client_secret is not None or by_secret == by_assertion:
        return _how_to_authenticate(request)
    # 2.
    try:
        if request.authorization is not None:
            return _by_secret(world, snapshot, request.authorization, request.client_id)
        return _by_assertion(world, snapshot, request)
    except _RejectedError as rejected:
        return OAuthError(
            error=ErrorCode.INVALID_CLIENT,
            error_description=str(rejected),
        )


def _how_to_authenticate(request: TokenRequest) -> OAuthError:
    if request.authorization is not None and request.client_assertion is not None:
        return OAuthError(
            error=ErrorCode.INVALID_REQUEST,
            error_description="Use one method of client authentication, not two.",
        )
    return OAuthError(
        error=ErrorCode.INVALID_CLIENT,
        error_description="Prove the client by HTTP Basic (client_secret_basic)"
        " or by client_assertion (private_key_jwt).",
    )


def _by_secret(
    world: World, snapshot: Snapshot, authorization: str, client_id: str | None
) -> Proved:
    claimed_id, claimed_secret = _basic(authorization)
    caller = snapshot.callers.get(claimed_id)
    version = 0 if caller is None else caller.credential_version
    is_right = credentials.is_client_secret(world, claimed_id, version, claimed_secret)
    # One text for all: it must not tell which clients exist.
    if caller is None or not is_right or caller.auth_method != "client_secret_basic":
        raise _RejectedError("The client is unknown, its secret wrong or its method another.")
    if client_id is not None and client_id != claimed_id:
        raise _RejectedError("client_id names another client than the Authorization header.")
    return Proved(caller, None)


def _basic(authorization: str) -> tuple[str, str]:
    """Read `Basic base64(id:secret)`, each part form-urlencoded (RFC 6749 §2.3.1)."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise _RejectedError("The Authorization header is not of the scheme Basic.")
    try:
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise _RejectedError("The Authorization header is not Base64 of UTF-8.") from None
    if not colon:
        raise _RejectedError("The Authorization header has no colon between id and secret.")
    return unquote_plus(client_id), unquote_plus(secret)


def _by_assertion(world: World, snapshot: Snapshot, request: TokenRequest) -> Proved:
    if request.client_assertion_type != ASSERTION_TYPE:
        raise _RejectedError(f"client_assertion_type must be {ASSERTION_TYPE}.")
    unverified = _taken_apart(request.client_assertion or "")
    caller = _claimed_caller(snapshot, unverified)
    claims = _verified_claims(world, caller, unverified)
    if request.client_id is not None and request.client_id != caller.client_id:
        raise _RejectedError("client_id names another client than the assertion.")
    now = clock.epoch()
    _check_claims(world, caller, claims, now)
    expires = dt.datetime.fromtimestamp(claims.exp, dt.UTC)
    return Proved(caller, Assertion(caller.client_id, claims.jti, expires))


def _taken_apart(unverified_assertion: str) -> _Unverified:
    """Read the compact form (RFC 7515 §7.1).

    PyJWT looks at each letter by itself, which takes half as long as to check the signature.
    """
    try:
        signed, _, signature = unverified_assertion.encode("ascii").rpartition(b".")
        header, payload, signature = map(from_base64url, (*signed.split(b"."), signature))
        read = msgspec.json.decode(header, type=_Header)
    except (ValueError, RecursionError):
        raise _RejectedError(_NO_JWT) from None
    if read.crit is not UNSET or read.b64 is not UNSET:
        raise _RejectedError(_NO_JWT)
    return _Unverified(signed, read, payload, signature)


def _claimed_caller(snapshot: Snapshot, unverified: _Unverified) -> Caller:
    """Return the client that the assertion says it is from; nothing is proved by that."""
    try:
        subject = msgspec.json.decode(unverified.payload, type=_Claimed).sub
    except (msgspec.DecodeError, RecursionError):
        raise _RejectedError(_NO_JWT) from None
    caller = snapshot.callers.get(subject) if isinstance(subject, str) else None
    if caller is None or caller.auth_method != "private_key_jwt":
        raise _RejectedError(_UNPROVED)
    return caller


def _verified_claims(world: World, caller: Caller, unverified: _Unverified) -> _Claims:
    """Check the signature by a key of the client and the algorithm of that key; read the claims.

    What is not checked: what the claims say.
    """
    header = unverified.header
    try:
        key = _key(world, caller, header.kid)
        is_right = header.alg == key.algorithm_name and key.Algorithm.verify(
            unverified.signed, key.key, unverified.signature
        )
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise _RejectedError(_UNPROVED) from None
    if not is_right:
        raise _RejectedError(_UNPROVED)
    try:
        return msgspec.json.decode(unverified.payload, type=_Claims)
    except (msgspec.DecodeError, RecursionError) as error:
        raise _RejectedError(f"The assertion's claims cannot be accepted: {error}.") from None


def _key(world: World, caller: Caller, kid: str | UnsetType) -> jwt.PyJWK:
    """Return the client's key of that id (without id: its only key), for its one algorithm."""
    if caller.jwks is None:
        jwk: dict[str, object] = dict(
            credentials.signer(world, caller.client_id, caller.credential_version).jwk
        )
        candidates = [jwk]
    else:
        listed = caller.jwks.get("keys")
        candidates = (
            [key for key in listed if isinstance(key, dict)] if isinstance(listed, list) else []
        )
    fitting = [jwk for jwk in candidates if kid is UNSET or jwk.get("kid") == kid]
    if len(fitting) != 1:
        raise _RejectedError(_UNPROVED)
    return _loaded(msgspec.json.encode(fitting[0]))


@lru_cache(maxsize=256)
def _loaded(text: bytes) -> jwt.PyJWK:
    """Return a key as it was registered: to load it takes as long as to check a signature."""
    jwk: dict[str, Any] = msgspec.json.decode(text)
    kind, curve = jwk.get("kty"), jwk.get("crv")
    algorithm = _ALGORITHMS.get((str(kind), None if curve is None else str(curve)))
    if algorithm is None:
        raise _RejectedError(_UNPROVED)
    return jwt.PyJWK(jwk, algorithm)


def _check_claims(world: World, caller: Caller, claims: _Claims, now: int) -> None:
    """RFC 7523 §3; one audience only, so that the assertion is good nowhere else (RFC 9700)."""
    if not claims.iss == claims.sub == caller.client_id:
        raise _RejectedError("The assertion's iss and sub must both be the client id.")
    if not _is_for_us(world, caller, claims.aud):
        raise _RejectedError(f"The assertion's aud must be {world.issuer}, and nothing else.")
    if claims.exp <= now:
        raise _RejectedError("The assertion has expired: make a new one, with a later exp.")
    if claims.exp > now + MOST_ASSERTION_SECONDS + SKEW_SECONDS:
        raise _RejectedError(
            f"The assertion's exp must be at most {MOST_ASSERTION_SECONDS} s ahead."
        )
    starts = max(claims.iat or 0, claims.nbf or 0)
    if starts > now + SKEW_SECONDS:
        raise _RejectedError("The assertion's iat or nbf lies in the future.")
    _check_made_since(world, claims)
    if not 0 < len(claims.jti) <= _LONGEST_JTI or not claims.jti.isprintable():
        raise _RejectedError(f"The assertion's jti must be 1 to {_LONGEST_JTI} letters.")


def _is_for_us(world: World, caller: Caller, aud: str | list[str]) -> bool:
    """Whether the audience is this issuer; of FAPI systems as text and by no other name.

    FAPI 2.0 Security Profile §5.3.2.1; RFC 7523 §3 lets others name the address they send it to.
    """
    if caller.fapi:
        return aud == world.issuer
    audience = [aud] if isinstance(aud, str) else aud
    return len(audience) == 1 and audience[0] in _our_names(world.issuer)


@lru_cache(maxsize=64)
def _our_names(issuer: str) -> frozenset[str]:
    return frozenset({issuer, *(f"{issuer}/oidc/{name}" for name in _ENDPOINTS)})


def _check_made_since(world: World, claims: _Claims) -> None:
    """Refuse what may have been used before the world was reset, which forgets what was spent."""
    began = int(world.facts.created_at.timestamp())
    if claims.iat is None and claims.exp < began + MOST_ASSERTION_SECONDS + SKEW_SECONDS:
        raise _RejectedError("The assertion needs an iat: this world began only minutes ago.")
    if claims.iat is not None and claims.iat < began:
        raise _RejectedError("The assertion was made before this world began: make a new one.")


def _spend(dialect: Dialect, assertions: Sequence[Assertion]) -> Script[list[bool]]:
    """Spend assertions, in the writer; whether each is used for the first time."""
    spent = yield from _SPENT.write(dialect, assertions)
    left = {tuple(row) for row in spent}
    told = []
    for client_id, jti, _ in assertions:
        told.append((client_id, jti) in left)
        left.discard((client_id, jti))
    return told
