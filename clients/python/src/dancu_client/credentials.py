"""How a system proves itself, and how it shows that a token's key is its own.

`Secret` and `PrivateKey` are the two ways in which systems are registered; either may have its
tokens bound to a key by DPoP (RFC 9449), and systems held to FAPI 2.0 have to.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from joserfc import jwt
from joserfc.jwk import ECKey

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ASSERTION_SECONDS = 60
_ALGORITHM = "ES256"


def new_key() -> ECKey:
    """Return a new P-256 key, to bind tokens to."""
    return ECKey.generate_key("P-256")


@dataclass(frozen=True)
class Secret:
    """`client_secret_basic` (RFC 6749 §2.3.1). With `dpop`, tokens are bound to that key."""

    client_id: str
    secret: str = field(repr=False)
    dpop: ECKey | None = field(default=None, repr=False)

    def prove(self, _issuer: str, _now: int) -> tuple[dict[str, str], dict[str, str]]:
        """Return what is added to the headers and to the form."""
        pair = f"{quote(self.client_id, safe='')}:{quote(self.secret, safe='')}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}, {}


@dataclass(frozen=True)
class PrivateKey:
    """`private_key_jwt` (RFC 7523 §2.2) by an EC key on P-256, whose public half is registered."""

    client_id: str
    key: ECKey = field(repr=False)
    dpop: ECKey | None = field(default=None, repr=False)

    @classmethod
    def from_pem(cls, client_id: str, pem: str, *, dpop: ECKey | None = None) -> PrivateKey:
        """Read the key from PEM, as the operator is shown it."""
        return cls(client_id, ECKey.import_key(pem), dpop)

    def prove(self, issuer: str, now: int) -> tuple[dict[str, str], dict[str, str]]:
        """Return what is added to the headers and to the form."""
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": issuer,
            "iat": now,
            "exp": now + _ASSERTION_SECONDS,
            "jti": secrets.token_hex(16),
        }
        header = {"alg": _ALGORITHM, "typ": "JWT", "kid": self.key.thumbprint()}
        assertion = jwt.encode(header, claims, self.key, algorithms=[_ALGORITHM])
        return {}, {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}


@dataclass(frozen=True)
class Operator:
    """The operator's token, of a server or of one world."""

    token: str = field(repr=False)


Credential = Secret | PrivateKey


@dataclass(frozen=True)
class AccessToken:
    """A token that opens addresses, until `expires_at` (seconds since 1970)."""

    token: str = field(repr=False)
    expires_at: float
    dpop: ECKey | None = field(default=None, repr=False)

    def shown(self, method: str, address: str, now: int, nonce: str | None) -> dict[str, str]:
        """Return the headers that show this token in one request to `address`, without a query."""
        if self.dpop is None:
            return {"Authorization": f"Bearer {self.token}"}
        proof = dpop_proof(self.dpop, method, address, now, token=self.token, nonce=nonce)
        return {"Authorization": f"DPoP {self.token}", "DPoP": proof}


def dpop_proof(
    key: ECKey, method: str, address: str, now: int, *, token: str | None = None, nonce: str | None
) -> str:
    """Return a proof for one request (RFC 9449 §4.2); with `token`, for one that shows it."""
    claims: dict[str, Any] = {
        "jti": secrets.token_hex(16),
        "htm": method,
        "htu": address,
        "iat": now,
    }
    if token is not None:
        claims["ath"] = base64url(hashlib.sha256(token.encode()).digest())
    if nonce is not None:
        claims["nonce"] = nonce
    header = {"alg": _ALGORITHM, "typ": "dpop+jwt", "jwk": key.as_dict(private=False)}
    return jwt.encode(header, claims, key, algorithms=[_ALGORITHM])


def base64url(raw: bytes) -> str:
    """Encode without padding (RFC 7515 §2)."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
