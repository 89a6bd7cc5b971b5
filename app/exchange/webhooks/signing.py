"""Signing as Standard Webhooks 1.0.0 has it: HMAC-SHA256 over id, time and body.

A secret is derived from the world's root, never stored: on loopback it stays the same, and
re-keying the world ends it.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.platform.world import World

#: Says on sight what a secret is for (Standard Webhooks, "Signature scheme").
PREFIX: Final = "whsec_"
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
#: How far a receiver's clock may be from ours, in seconds: what the reference libraries take.
TOLERANCE: Final = 300
_VERSION: Final = "v1"
#: "At least 24 bytes, 512 bits maximum."
_SECRET_BYTES: Final = range(24, 65)


class SignatureError(Exception):
    """Why a message is not to be trusted, in words for who receives it."""


def secret(world: World, webhook_id: str, version: int) -> str:
    """Return the secret of that version: `whsec_` and 32 bytes in base64."""
    root = world.root_key("webhook")
    digest = hmac.digest(root, f"{webhook_id}|{version}".encode(), "sha256")
    return PREFIX + base64.b64encode(digest).decode()


def stray() -> str:
    """Return a secret that is nobody's: for a signature that is not to hold."""
    return PREFIX + base64.b64encode(os.urandom(_SECRET_BYTES[0])).decode()


def headers(
    secrets: Sequence[str], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the three headers of a message, with a signature by each secret, the newest first."""
    signatures = (_signature(each, message_id, str(timestamp), body) for each in secrets)
    return {
        ID: message_id,
        TIMESTAMP: str(timestamp),
        SIGNATURE: " ".join(f"{_VERSION},{each}" for each in signatures),
    }


def verify(secret_text: str, sent: Mapping[str, str], body: bytes, *, now: int) -> None:
    """Return if one of the signatures holds; `sent` has its names in lower case, `now` seconds.

    1. All three headers are there, and the time is a number.
    2. The time is within `TOLERANCE` of ours: an old message may have been recorded.
    3. A signature of our version is the one that this secret gives, compared in constant time.

    What is not checked: that the id was not seen before. Raises `SignatureError`.
    """
    # 1.
    message_id, timestamp, signatures = (sent.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not message_id or not signatures or not (timestamp.isascii() and timestamp.isdigit()):
        raise SignatureError("a header is missing, or its time is no number")
    # 2.
    age = now - int(timestamp)
    if abs(age) > TOLERANCE:
        raise SignatureError(f"its time is {abs(age)} seconds {'ago' if age > 0 else 'ahead'}")
    # 3.
    expected = _signature(secret_text, message_id, timestamp, body).encode()
    for each in signatures.split(" "):
        version, _, claimed = each.partition(",")
        if version == _VERSION and hmac.compare_digest(expected, claimed.encode()):
            return
    raise SignatureError("no signature is by this secret")


def _signature(secret_text: str, message_id: str, timestamp: str, body: bytes) -> str:
    signed = b".".join((message_id.encode(), timestamp.encode(), body))
    return base64.b64encode(hmac.digest(_key(secret_text), signed, "sha256")).decode()


def _key(secret_text: str) -> bytes:
    try:
        key = base64.b64decode(secret_text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise SignatureError("the secret is no base64") from None
    if len(key) not in _SECRET_BYTES:
        raise SignatureError("a secret has 24 to 64 bytes")
    return key
