"""The cache of verified tokens: a signature is checked once, and again after a minute at most."""

from __future__ import annotations

import threading
from hashlib import sha256

import msgspec

#: A verified token is taken on trust for so long, if it lives so long.
TRUST_SECONDS = 60
_LIMIT = 20_000


class Verified(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a valid access token says. `trusted_until` is when its signature is checked again.

    `jkt` is the thumbprint of the key that the token is bound to (RFC 9449 §6.1), None of a bearer
    token.
    """

    client_id: str
    jti: str
    scope: str
    credential_version: int
    issued_at: int
    expires_at: int
    trusted_until: int
    jkt: str | None = None


class TokenCache:
    """Verified tokens by the SHA-256 of their bytes: no token is kept, only that it was valid.

    What may change in that minute is not kept here: revocation and the credential's rotation are
    compared with the snapshot at each use, and a rotation of keys empties the cache.
    """

    def __init__(self, limit: int = _LIMIT) -> None:
        self._limit = limit
        self._verified: dict[bytes, Verified] = {}
        self._keeping = threading.Lock()

    def find(self, unverified_token: bytes, now: int) -> Verified | None:
        """Return what is known of exactly these bytes, unless it is too long ago."""
        known = self._verified.get(sha256(unverified_token).digest())
        return known if known is not None and now < known.trusted_until else None

    def keep(self, token: bytes, verified: Verified) -> None:
        """Remember a token; when there are too many, the one kept longest goes."""
        with self._keeping:
            if len(self._verified) >= self._limit:
                self._verified.pop(next(iter(self._verified)))
            self._verified[sha256(token).digest()] = verified

    def __len__(self) -> int:
        return len(self._verified)
