"""Things that callers must show again: 256 random bits, of which only the hash is kept."""

from __future__ import annotations

import secrets
from hashlib import sha256

_BYTES = 32


def fresh() -> tuple[str, bytes]:
    """Return a new secret of 43 characters, and what is kept of it."""
    secret = secrets.token_urlsafe(_BYTES)
    return secret, kept(secret)


def kept(unverified_secret: str) -> bytes:
    """Return the hash under which a secret is found; no two secrets share it."""
    return sha256(unverified_secret.encode("utf-8", "surrogatepass")).digest()
