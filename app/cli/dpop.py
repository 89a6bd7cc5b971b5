"""DPoP proofs that the command makes for the systems it speaks for (RFC 9449 §4.2)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.platform.signing import Es256Signer


def proof(key: Es256Signer, method: str, address: str, token: str | None = None) -> str:
    """Return a proof by `key` for one request to `address`, which has no query.

    With `token`, for a request that shows that token.
    """
    import jwt

    from app.platform import clock
    from app.platform.signing import public_jwk
    from app.signin import proofs

    claims: dict[str, Any] = {
        "jti": secrets.token_hex(16),
        "htm": method,
        "htu": address,
        "iat": clock.epoch(),
    }
    if token is not None:
        claims["ath"] = proofs.hashed(token)
    header = {"typ": "dpop+jwt", "jwk": public_jwk(key.public_key)}
    return jwt.encode(claims, key.private_key, algorithm="ES256", headers=header)
