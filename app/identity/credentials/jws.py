"""Signed parts of a presentation: compact JWS whose algorithm is ES256 and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import jwt

from app.identity.credentials import sd_jwt
from app.identity.credentials.sd_jwt import RejectedError
from app.platform.signing import public_jwk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

ALGORITHM: Final = "ES256"
_jws: Final = jwt.PyJWS(algorithms=[ALGORITHM])


class Unverified(NamedTuple):
    """A JWS taken apart: its header and payload say what they say, and nothing is proved."""

    text: str
    header: dict[str, Any]
    payload: dict[str, Any]


def read(unverified_text: str, typ: str, part: str) -> Unverified:
    """Take a JWS apart whose header says this `typ` (RFC 8725 §3.11) and ES256, and no `crit`.

    `part` names it in the `RejectedError` that is raised.
    """
    header_text, _, rest = unverified_text.partition(".")
    header = sd_jwt.json_of(sd_jwt.decoded(header_text))
    payload = sd_jwt.json_of(sd_jwt.decoded(rest.partition(".")[0]))
    if not isinstance(header, dict) or not isinstance(payload, dict):
        raise RejectedError(part, "header and payload must be JSON objects")
    if header.get("typ") != typ:
        raise RejectedError(part, f"its typ must be {typ}")
    if header.get("alg") != ALGORITHM:
        raise RejectedError(part, f"its alg must be {ALGORITHM}")
    if "crit" in header:
        raise RejectedError(part, "it has critical extensions")
    return Unverified(unverified_text, header, payload)


def check(unverified: Unverified, key: EllipticCurvePublicKey, part: str) -> dict[str, Any]:
    """Return the payload, once the signature is that of `key`; raise `RejectedError`."""
    try:
        _jws.decode(unverified.text, key, algorithms=[ALGORITHM])
    except (jwt.PyJWTError, ValueError):
        raise RejectedError(part, "the signature is not by that key") from None
    return unverified.payload


def public_key(unverified_jwk: object, part: str) -> EllipticCurvePublicKey:
    """Return a P-256 public key that was given as a JWK; raise `RejectedError` for another."""
    jwk = unverified_jwk if isinstance(unverified_jwk, dict) else {}
    known: Mapping[str, object] = {name: jwk.get(name) for name in ("kty", "crv", "x", "y")}
    if (known["kty"], known["crv"]) != ("EC", "P-256") or "d" in jwk:
        raise RejectedError(part, "the key must be a public one on P-256")
    try:
        key: EllipticCurvePublicKey = jwt.PyJWK(dict(known), ALGORITHM).key
    except (jwt.PyJWTError, ValueError, TypeError):
        raise RejectedError(part, "the key is no point of P-256") from None
    if public_jwk(key) != known:
        raise RejectedError(part, "the key is not written as RFC 7518 §6.2 has it")
    return key
