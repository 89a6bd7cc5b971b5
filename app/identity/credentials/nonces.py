"""Nonces that anybody may have and nobody may use twice; nothing is kept before one is used.

A nonce says until when it is good and is authenticated by the world's key; using it is an INSERT.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select

from app.identity.credentials import sd_jwt
from app.identity.credentials.sd_jwt import RejectedError
from app.identity.models import SpentNonce
from app.platform.signing import base64url

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.platform.world import World

SECONDS: Final = 300
_TIME_BYTES, _RANDOM_BYTES, _MAC_BYTES = 8, 16, 16
_BYTES: Final = _TIME_BYTES + _RANDOM_BYTES + _MAC_BYTES


def make(world: World, now: dt.datetime) -> str:
    """Return a nonce that is good for five minutes."""
    expires = int(now.timestamp()) + SECONDS
    said = expires.to_bytes(_TIME_BYTES, "big") + secrets.token_bytes(_RANDOM_BYTES)
    return base64url(said + _mac(world, said)).decode()


def spend(session: Session, world: World, claimed: object, now: dt.datetime) -> bool:
    """Use a nonce, in the world's writer; False if it is not ours, has expired or was used."""
    try:
        raw = sd_jwt.decoded(str(claimed))
    except RejectedError:
        return False
    said, mac = raw[:-_MAC_BYTES], raw[-_MAC_BYTES:]
    if len(raw) != _BYTES or not hmac.compare_digest(mac, _mac(world, said)):
        return False
    expires = int.from_bytes(said[:_TIME_BYTES], "big")
    nonce = str(claimed)
    if expires <= now.timestamp():
        return False
    if session.scalar(select(SpentNonce.nonce).where(SpentNonce.nonce == nonce)) is not None:
        return False
    # Writers stand in one line, on PostgreSQL too: nobody comes between.
    session.add(SpentNonce(nonce=nonce, expires_at=dt.datetime.fromtimestamp(expires, dt.UTC)))
    session.flush()
    return True


def sweep(session: Session, now: dt.datetime) -> None:
    """Delete spent nonces that have expired: they would be refused anyway."""
    session.execute(delete(SpentNonce).where(SpentNonce.expires_at <= now))


def _mac(world: World, said: bytes) -> bytes:
    return hmac.digest(world.root_key("nonce"), said, "sha256")[:_MAC_BYTES]
