"""DPoP: whoever uses a token proves each time to hold the key it is bound to (RFC 9449)."""

from __future__ import annotations

import datetime as dt
import hmac
import json
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import jwt
import msgspec
from sqlalchemy import DateTime, bindparam, text

from app.exchange.oauth import ErrorCode, OAuthError
from app.platform.signing import base64url

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.platform.worlds import World

#: Which algorithm a key is good for: pinned by the key (RFC 8725 §3.1; FAPI 2.0 §5.4).
_ALGORITHMS: Final = {
    ("EC", "P-256"): "ES256",
    ("RSA", None): "PS256",
    ("OKP", "Ed25519"): "EdDSA",
}
ALGORITHMS: Final = tuple(_ALGORITHMS.values())
#: How old a proof may be, and how far a client's clock may run ahead of ours.
MOST_SECONDS: Final = 60
SKEW_SECONDS: Final = 10
_NONCE_SECONDS: Final = 120
_LONGEST: Final = 8_192
_LONGEST_JTI: Final = 255
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_OF_THUMBPRINT: Final = {
    "EC": ("crv", "kty", "x", "y"),
    "RSA": ("e", "kty", "n"),
    "OKP": ("crv", "kty", "x"),
}
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


_SPEND: Final = text(
    "INSERT INTO spent_proof (proof, expires_at) VALUES (:proof, :expires)"
    " ON CONFLICT (proof) DO NOTHING RETURNING proof"
).bindparams(bindparam("expires", type_=DateTime(timezone=True)))


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A proof as it came: the header, and the request it stands on. `address` has no query."""

    header: str
    method: str
    address: str


class Proved(msgspec.Struct, frozen=True, kw_only=True):
    """A proof that holds: the thumbprint of its key, and what has to be spent so that it was."""

    jkt: str
    spent: bytes
    expires_at: dt.datetime


class _Claims(msgspec.Struct, frozen=True):
    jti: str
    htm: str
    htu: str
    iat: float
    ath: str | None = None
    nonce: str | None = None


class _RejectedError(Exception):
    """Why a proof does not hold; the text is for its developer."""


def check(
    world: World, shown: Shown, now: int, *, token: str | None = None, with_nonce: bool = False
) -> Proved | OAuthError:
    """Check a proof by RFC 9449 §4.3, all but whether it was used before: `spend` decides that.

    1. It is one JWT of type `dpop+jwt`, signed by the public key in it, by that key's algorithm.
    2. It is for this method and address, and made just now.
    3. With a `token`, it is for that token.
    4. `with_nonce`: it has one that this server gave in the last minutes.
    """
    try:
        jwk, claims = _opened(shown.header)
        _fits(shown, claims, now)
    except _RejectedError as rejected:
        return OAuthError(error=ErrorCode.INVALID_DPOP_PROOF, error_description=str(rejected))
    # 3.
    if token is not None and not hmac.compare_digest(claims.ath or "", hashed(token)):
        return OAuthError(
            error=ErrorCode.INVALID_DPOP_PROOF,
            error_description="The proof's ath is not the hash of the access token.",
        )
    # 4.
    if with_nonce and claims.nonce not in _nonces(world, now):
        return OAuthError(
            error=ErrorCode.USE_DPOP_NONCE,
            error_description="Repeat the proof with the nonce of the DPoP-Nonce header.",
        )
    jkt = thumbprint(jwk)
    used = f"{jkt}\0{claims.htm}\0{claims.htu}\0{claims.jti}"
    return Proved(
        jkt=jkt,
        spent=sha256(used.encode()).digest(),
        expires_at=dt.datetime.fromtimestamp(claims.iat + MOST_SECONDS, dt.UTC),
    )


def spend(session: Session, proved: Proved) -> bool:
    """Use up a proof, in the writer; False if it was used before (§11.1)."""
    values = {"proof": proved.spent, "expires": proved.expires_at}
    return session.execute(_SPEND, values).first() is not None


def used_before() -> OAuthError:
    """Return what a second use of a proof is told."""
    return OAuthError(
        error=ErrorCode.INVALID_DPOP_PROOF,
        error_description="The proof has been used before: make a new one, with a new jti.",
    )


def hashed(token: str) -> str:
    """Return a token's `ath` (§4.2)."""
    return base64url(sha256(token.encode("ascii", "replace")).digest()).decode()


def nonce(world: World, now: int) -> str:
    """Return the nonce that proofs are to carry now (§8): nobody else can make it."""
    return _nonces(world, now)[0]


def thumbprint(jwk: dict[str, str]) -> str:
    """Return a public key's thumbprint (RFC 7638 §3)."""
    required = {name: jwk[name] for name in _OF_THUMBPRINT[jwk["kty"]]}
    canonical = json.dumps(required, sort_keys=True, separators=(",", ":"))
    return base64url(sha256(canonical.encode()).digest()).decode()


def _nonces(world: World, now: int) -> tuple[str, str]:
    root = world.root_key("dpop-nonce")
    windows = (now // _NONCE_SECONDS, now // _NONCE_SECONDS - 1)
    made = (hmac.digest(root, str(window).encode(), "sha256")[:16] for window in windows)
    current, before = (base64url(each).decode() for each in made)
    return current, before


def _opened(unverified_proof: str) -> tuple[dict[str, str], _Claims]:
    """Step 1."""
    if len(unverified_proof) > _LONGEST or unverified_proof.count(".") != 2:
        raise _RejectedError("There must be one DPoP header, which is a JWT.")
    try:
        header = jwt.get_unverified_header(unverified_proof)
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise _RejectedError("The DPoP header is not a JWT.") from None
    if header.get("typ") != "dpop+jwt":
        raise _RejectedError("The proof's typ must be dpop+jwt.")
    jwk = _public(header.get("jwk"))
    algorithm = _ALGORITHMS.get((jwk["kty"], jwk.get("crv")))
    if algorithm is None or header.get("alg") != algorithm:
        raise _RejectedError(f"The proof's alg must be {', '.join(ALGORITHMS)}, as its key is.")
    try:
        key = jwt.PyJWK(jwk, algorithm)
        payload = jwt.PyJWS(algorithms=[algorithm]).decode(
            unverified_proof, key, algorithms=[algorithm]
        )
        return jwk, msgspec.json.decode(payload, type=_Claims)
    except msgspec.DecodeError as error:
        raise _RejectedError(f"The proof's claims cannot be accepted: {error}.") from None
    except (jwt.PyJWTError, ValueError, KeyError, RecursionError):
        raise _RejectedError("The proof is not signed by the key in it.") from None


def _public(jwk: object) -> dict[str, str]:
    """Return the members of a public key that are text; a private one must never be sent."""
    kty = jwk.get("kty") if isinstance(jwk, dict) else None
    if not isinstance(jwk, dict) or not isinstance(kty, str) or kty not in _OF_THUMBPRINT:
        raise _RejectedError("The proof's header needs a public key in jwk.")
    if not _PRIVATE.isdisjoint(jwk):
        raise _RejectedError("The proof's jwk holds a private key: throw that key away.")
    members = {str(name): value for name, value in jwk.items() if isinstance(value, str)}
    if not members.keys() >= set(_OF_THUMBPRINT[kty]):
        raise _RejectedError("The proof's jwk lacks a member of its key.")
    return members


def _fits(shown: Shown, claims: _Claims, now: int) -> None:
    """Step 2."""
    if claims.htm != shown.method:
        raise _RejectedError(f"The proof's htm must be {shown.method}.")
    if _comparable(claims.htu) != _comparable(shown.address):
        raise _RejectedError(f"The proof's htu must be {shown.address}.")
    if not now - MOST_SECONDS <= claims.iat <= now + SKEW_SECONDS:
        raise _RejectedError(f"The proof's iat must be within {MOST_SECONDS} s of now.")
    if not 0 < len(claims.jti) <= _LONGEST_JTI:
        raise _RejectedError(f"The proof's jti must be 1 to {_LONGEST_JTI} letters.")


def _comparable(address: str) -> tuple[str, str, int | None, str] | None:
    """Return an address for comparison, without query and fragment (RFC 9449 §4.3)."""
    try:
        parts = urlsplit(address)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
    except ValueError:
        return None
    return parts.scheme, (parts.hostname or "").lower(), port, parts.path or "/"
