"""The operator's token: what simulator powers ask for, for the whole server or for one world.

The server's token is random and lies in a file that only its owner reads. A world's token is
derived from it and from the world's id, so it ends with the incarnation it was made for and gives
no way back to the server's.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from typing import TYPE_CHECKING, Literal

from app.platform import errors, home_secrets

if TYPE_CHECKING:
    from pathlib import Path

Scope = Literal["server", "world"]

FILE = "operator-token"
#: Says on sight what it is, and that it opens nothing real.
PREFIX = "sim_operator_"
WORLD_PREFIX = "sim_world_"
_SECRET_BYTES = 32

SERVER_TOKEN_REQUIRED = errors.declare(
    code="server-token-required",
    kind="forbidden",
    fault_of="caller",
    title_vi="Mã này chỉ dùng cho một thế giới",
    title_en="This token is for one world only",
    next_vi="Dùng mã của máy chủ để tạo, sao, đặt lại hoặc xóa thế giới.",
    next_en="Use the server's token to make, fork, reset or delete worlds.",
)


def token(home: Path) -> str:
    """Return the server's token; the first call of all processes makes it, with mode 0600."""
    file = home / FILE
    drawn = home_secrets.read(file, _draw)
    file.chmod(0o600)  # a copied folder may have lost it
    return drawn.decode().strip()


def world_token(server_token: str, world_id: str) -> str:
    """Return the token for one incarnation of one world."""
    digest = hmac.digest(server_token.encode(), f"world|{world_id}".encode(), "sha256")
    return WORLD_PREFIX + _base32(digest)


def scope(claimed_token: str, server_token: str, world_id: str | None) -> Scope | None:
    """Return what a claimed token opens; None for nothing. Compares in constant time.

    `world_id` is the world that is being acted upon, None for what concerns the server.
    """
    claimed = claimed_token.encode()
    if hmac.compare_digest(claimed, server_token.encode()):
        return "server"
    if world_id is None:
        return None
    expected = world_token(server_token, world_id)
    return "world" if hmac.compare_digest(claimed, expected.encode()) else None


def _draw() -> bytes:
    return f"{PREFIX}{_base32(secrets.token_bytes(_SECRET_BYTES))}\n".encode()


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()
