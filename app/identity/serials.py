"""A card's public number: sixteen characters that nobody can guess, made of its id and a key.

The id is sealed in the way of a synthetic initialisation vector: five bytes of it hidden behind
five bytes that prove it. So a serial leads to its card without a column for it, is the same each
time, and is re-keyed with the world.
"""

from __future__ import annotations

import base64
import hmac
import re
from typing import Final

_HALF: Final = 5
_SERIAL: Final = re.compile("[A-Z2-7]{16}")
#: For routes: the alphabet of base32 (RFC 4648 §6), in either case.
PATTERN: Final = "^[A-Za-z2-7]{16}$"


def seal(key: bytes, card_id: int) -> str:
    """Return the serial of a card; `key` is a secret of the world."""
    plain = card_id.to_bytes(_HALF, "big")
    tag = _digest(key, b"tag", plain)
    return base64.b32encode(tag + _hidden(key, tag, plain)).decode()


def unseal(key: bytes, unverified_serial: str) -> int | None:
    """Return the id of the card with that serial, or None for one that is no card's."""
    text = unverified_serial.upper()
    if not _SERIAL.fullmatch(text):
        return None
    sealed = base64.b32decode(text)
    tag, hidden = sealed[:_HALF], sealed[_HALF:]
    plain = _hidden(key, tag, hidden)
    if not hmac.compare_digest(tag, _digest(key, b"tag", plain)):
        return None
    return int.from_bytes(plain, "big")


def _hidden(key: bytes, tag: bytes, data: bytes) -> bytes:
    mask = _digest(key, b"mask", tag)
    return bytes(one ^ other for one, other in zip(data, mask, strict=True))


def _digest(key: bytes, label: bytes, data: bytes) -> bytes:
    return hmac.digest(key, label + data, "sha256")[:_HALF]
