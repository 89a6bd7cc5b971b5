"""A system's own secret or key: derived from the world's root, never stored.

On loopback the root comes from the world's seed, so that the examples in the docs stay true;
before a server listens elsewhere the world is re-keyed, and with it every secret here.
"""

from __future__ import annotations

import base64
import hmac
from functools import lru_cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization

from app.platform.signing import Es256Signer, derive_p256

if TYPE_CHECKING:
    from app.platform.worlds import World

#: Says on sight, in a log or a repository, that the secret opens nothing real.
PREFIX = "sim_"
_SECRET_BYTES = 20  # 32 letters of base32 without padding


def client_secret(world: World, client_id: str, version: int) -> str:
    """Return the client secret of that version: `sim_` and 32 letters of base32, in lower case."""
    root = world.root_key("client-secret")
    digest = hmac.digest(root, f"{client_id}|{version}".encode(), "sha256")
    return PREFIX + base64.b32encode(digest[:_SECRET_BYTES]).decode().lower()


def is_client_secret(world: World, client_id: str, version: int, claimed_secret: str) -> bool:
    """Compare in constant time; also for a client that does not exist, whose version is 0."""
    expected = client_secret(world, client_id, version)
    return hmac.compare_digest(expected.encode(), claimed_secret.encode())


def signer(world: World, client_id: str, version: int) -> Es256Signer:
    """Return the key with which a system that has registered no JWK Set of its own signs."""
    return _signer(world.root_key("client-key"), f"{client_id}|{version}")


def private_key_pem(world: World, client_id: str, version: int) -> str:
    """Return that key as unencrypted PKCS #8, for the examples and the command line."""
    return (
        signer(world, client_id, version)
        .private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        .decode()
    )


@lru_cache(maxsize=256)
def _signer(root: bytes, label: str) -> Es256Signer:
    return Es256Signer(derive_p256(root, label))
