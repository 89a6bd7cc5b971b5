"""Draws that nobody can repeat from the source alone: every stream takes a secret of the server.

A world's keys derive, on a private server, from its seed and name, so that examples stay true; a
file whose noise came from them would be an answer key in the open. So there is a second secret,
random, in a file of the home folder that only its owner reads. It is mixed with the world's key:
the same parameters give the same file in the same world on the same server, and nowhere else.
Practice runs take neither.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from typing import TYPE_CHECKING

import numpy as np

from app.platform import home_secrets

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from app.platform.worlds import World

FILE = "scenario-secret"
_BYTES = 32
_PRACTICE = b"dancu practice: no secret"
_KEY_BYTES = 16
#: Record ids are eight letters and digits: 32**8 of them, so that a million say nothing.
_ID_BITS, _ID_LETTERS = 40, 8
_ALPHABET = np.frombuffer(b"ABCDEFGHJKMNPQRSTVWXYZ0123456789", dtype=np.uint8)


class Draws:
    """Named streams of randomness under one key; a new name changes no other stream."""

    def __init__(self, key: bytes, *name: str | int) -> None:
        """`name` is whose draws they are; each part counts with its length."""
        self._key = hmac.digest(key, _spelled(name), "sha256")

    def under(self, name: str) -> Draws:
        """Return draws of their own: the same streams under them are others."""
        return Draws(self._key, name)

    def stream(self, *name: str | int) -> np.random.Generator:
        """Return the generator of that name: Philox 4×64 keyed by an HMAC of the name."""
        key = hmac.digest(self._key, _spelled(name), "sha256")[:_KEY_BYTES]
        return np.random.Generator(np.random.Philox(key=int.from_bytes(key, "big")))


def draws(world: World, home: Path, scenario: str, parameters: str, *, practice: bool) -> Draws:
    """Return the draws of a file: with the server's secret, or those of practice."""
    if practice:
        spec = world.spec
        return Draws(_PRACTICE, spec.digest, scenario, parameters)
    key = hmac.digest(_secret(home), world.root_key("scenarios"), "sha256")
    return Draws(key, world.spec.digest, scenario, parameters)


def record_ids(rng: np.random.Generator, size: int) -> list[str]:
    """Return different ids for so many rows, in an order that says nothing."""
    drawn = np.unique(rng.integers(0, 1 << _ID_BITS, size + 64 + size // 1000, dtype=np.int64))
    chosen = rng.permutation(drawn)[:size]
    if len(chosen) < size:  # beyond all chance
        raise AssertionError("the ids ran out")
    return _written(chosen)


def _written(numbers: NDArray[np.int64]) -> list[str]:
    places = 5 * np.arange(_ID_LETTERS - 1, -1, -1, dtype=np.int64)
    letters = _ALPHABET[(numbers[:, None] >> places) & 31]
    text: list[str] = letters.view(f"S{_ID_LETTERS}").ravel().astype(f"U{_ID_LETTERS}").tolist()
    return text


def _spelled(name: tuple[str | int, ...]) -> bytes:
    return b"".join(b"%d:%b" % (len(part), part) for part in (str(each).encode() for each in name))


def _secret(home: Path) -> bytes:
    """Return the server's secret; the first call of all processes makes it, with mode 0600."""
    return base64.b64decode(home_secrets.read(home / FILE, _draw))


def _draw() -> bytes:
    return base64.b64encode(secrets.token_bytes(_BYTES))
