"""Key binding: the proof that who shows a credential is whom it was given to (RFC 9901 §4.3)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from app.identity.credentials import jws, sd_jwt
from app.identity.credentials.sd_jwt import RejectedError
from app.platform.signing import base64url

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    from app.identity.credentials.sd_jwt import Parts
    from app.platform.signing import Es256Signer

TYPE: Final = "kb+jwt"
#: How long a binding may be on its way, and how far the phone's clock may run ahead, in seconds.
MOST_SECONDS: Final = 300
SKEW_SECONDS: Final = 30


def bind(signer: Es256Signer, chosen: str, *, nonce: str, audience: str, now: int) -> str:
    """Return the presentation: what was chosen, signed by the holder for this one request."""
    claims = {"iat": now, "aud": audience, "nonce": nonce, "sd_hash": _hash(chosen)}
    # A `kid` would be one more thing by which two verifiers could tell it is the same phone.
    header = base64url(json.dumps({"alg": jws.ALGORITHM, "typ": TYPE}).encode())
    return chosen + signer.compact(header, json.dumps(claims).encode()).decode()


def check(
    parts: Parts, key: EllipticCurvePublicKey, *, nonce: str, audience: str, now: int
) -> None:
    """Refuse a presentation that its holder did not make for this request (RFC 9901 §7.3).

    1. There is a binding, of its type, by the key that the credential names.
    2. It was made just now.
    3. It is for us, and for this request.
    4. It is over just what is shown.
    """
    # 1.
    if not parts.binding:
        raise RejectedError("key_binding", "there is no key binding")
    claims = jws.check(jws.read(parts.binding, TYPE, "key_binding"), key, "key_binding")
    # 2.
    made = claims.get("iat")
    if not isinstance(made, int) or not now - MOST_SECONDS <= made <= now + SKEW_SECONDS:
        raise RejectedError("key_binding", f"its iat must be within {MOST_SECONDS} s of now")
    # 3.
    if claims.get("aud") != audience:
        raise RejectedError("audience", "its aud is another verifier")
    if claims.get("nonce") != nonce:  # which is no secret
        raise RejectedError("nonce", "its nonce is another request's")
    # 4.
    if claims.get("sd_hash") != _hash(parts.bound):
        raise RejectedError("key_binding", "its sd_hash is over other disclosures")


def _hash(bound: str) -> str:
    return sd_jwt.digest(bound)
