"""A key of a system's own, and the DPoP proofs that it makes."""

from __future__ import annotations

import base64
import hashlib
import uuid

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from app.platform import clock
from app.platform.signing import public_jwk
from app.signin import proofs
from tests.signin.party import ISSUER


class Key:
    """A P-256 key."""

    def __init__(self):
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.jwk = public_jwk(self.private.public_key())
        self.jkt = proofs.thumbprint(self.jwk)

    def proof(self, path, method="POST", token=None, *, header=None, **changes):
        claims = {
            "jti": uuid.uuid4().hex,
            "htm": method,
            "htu": f"{ISSUER}{path}",
            "iat": clock.epoch(),
        }
        if token is not None:
            digest = hashlib.sha256(token.encode()).digest()
            claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        protected = {"typ": "dpop+jwt", "jwk": self.jwk} | (header or {})
        return jwt.encode(claims, self.private, algorithm="ES256", headers=protected)
