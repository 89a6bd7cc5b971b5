"""Named randomness: every draw comes from a stream keyed by the world's seed and its own name.

A new column takes a stream of its own, so it changes no other column, and workers that make
different chunks need no order between them.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_PHILOX_KEY_BYTES = 16


def stream(world_seed: int, *name: str | int) -> np.random.Generator:
    """Return the generator of that name: Philox 4×64, keyed by the name's digest.

    The same seed and name give the same draws on every machine and in every process; the name
    parts `1` and `"1"` are two names.
    """
    import numpy as np  # noqa: PLC0415 - a heavy import that a server at rest never needs

    key = int.from_bytes(digest_bytes(world_seed, *name)[:_PHILOX_KEY_BYTES], "big")
    return np.random.Generator(np.random.Philox(key=key))


def digest_bytes(world_seed: int, *name: str | int) -> bytes:
    """Return 32 bytes that only this seed and name give: for ids and secrets, without numpy."""
    digest = hashlib.sha256()
    for part in (world_seed, *name):
        kind = b"i" if isinstance(part, int) else b"s"
        text = str(part).encode()
        # The length makes ("ab", "c") and ("a", "bc") two names.
        digest.update(b"%b%d:%b" % (kind, len(text), text))
    return digest.digest()
