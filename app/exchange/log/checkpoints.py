"""C2SP checkpoints: what the log, and the inspectorate that watches it, sign about the tree.

Follows c2sp.org/tlog-checkpoint and c2sp.org/tlog-cosignature. A checkpoint states the log's
origin, its size and its root. The log signs each one with its own key; the witness signs it too,
with a second key, and only after seeing that it extends what the witness signed before.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.exchange.log import merkle, notes
from app.exchange.log.errors import (
    InconsistentCheckpointError,
    InvalidProofError,
    MalformedCheckpointError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAX_SIZE_DIGITS = 20  # 2^64 - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head. `origin` names the log; `extensions` are opaque and vouched for by nobody."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the note text: the lines of the checkpoint, each ending in a newline."""
        encoded = base64.b64encode(self.root).decode()
        lines = (self.origin, str(self.size), encoded, *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Verified:
    """A checkpoint whose signatures hold; `cosigned_at` (POSIX seconds) is None if not asked."""

    checkpoint: Checkpoint
    cosigned_at: int | None


def parse(text: str) -> Checkpoint:
    """Read the text of a checkpoint note; raise `MalformedCheckpointError`."""
    if not text.endswith("\n"):
        raise MalformedCheckpointError("the last line does not end")
    lines = text[:-1].split("\n")
    if len(lines) < 3 or "" in lines:
        raise MalformedCheckpointError("a checkpoint has three lines or more, none of them empty")
    origin, size, root, *extensions = lines
    return Checkpoint(origin, parse_size(size), parse_hash(root), tuple(extensions))


def sign(checkpoint: Checkpoint, key: notes.SigningKey) -> notes.Note:
    """Sign a new checkpoint with the log's key, whose name SHOULD be the origin."""
    return notes.sign(notes.Note(str(checkpoint)), key)


def cosign(
    note: notes.Note,
    key: notes.SigningKey,
    *,
    seen: Checkpoint | None,
    path: Sequence[bytes],
    timestamp: int,
) -> notes.Note:
    """Add the witness's cosignature, if the checkpoint extends `seen`, the last one it signed.

    `path` is the consistency proof from `seen.size`; for a first checkpoint `seen` is None and
    `path` empty. Raises `InconsistentCheckpointError`, which is an alarm, not a nuisance. The
    log's own signature is for the caller to verify first.
    """
    checkpoint = parse(note.text)
    if seen is not None:
        if seen.origin != checkpoint.origin:
            raise InconsistentCheckpointError("the checkpoint is another log's")
        try:
            merkle.verify_consistency(seen.size, checkpoint.size, path, seen.root, checkpoint.root)
        except InvalidProofError as error:
            raise InconsistentCheckpointError(
                f"size {checkpoint.size} does not extend size {seen.size}: {error}"
            ) from error
    return notes.sign(note, key, timestamp=timestamp)


def verify(
    unverified_note: bytes | str | notes.Note,
    log_key: notes.VerifierKey,
    witness_key: notes.VerifierKey | None = None,
) -> Verified:
    """Open a checkpoint: signed by the log, about the log, and cosigned if a witness is named.

    Raises `VerificationError`. What is not checked: that it extends an earlier checkpoint.
    """
    note = (
        unverified_note
        if isinstance(unverified_note, notes.Note)
        else notes.parse(unverified_note)
    )
    notes.verify(note, log_key)
    checkpoint = parse(note.text)
    if checkpoint.origin != log_key.name:
        raise MalformedCheckpointError("the origin is not the name of the key that signed")
    if witness_key is None:
        return Verified(checkpoint, None)
    return Verified(checkpoint, notes.verify_cosignature(note, witness_key))


def parse_size(text: str) -> int:
    """Read a decimal number as a checkpoint writes its size: ASCII digits, no leading zeroes."""
    if not (text.isascii() and text.isdecimal()) or len(text) > _MAX_SIZE_DIGITS:
        raise MalformedCheckpointError("a number is not a decimal")
    if text != "0" and text.startswith("0"):
        raise MalformedCheckpointError("a number has leading zeroes")
    return int(text)


def parse_hash(text: str) -> bytes:
    """Read a SHA-256 hash in canonical base64, as a checkpoint writes its root."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedCheckpointError("a hash is not base64") from None
    if len(decoded) != merkle.HASH_SIZE or base64.b64encode(decoded).decode() != text:
        raise MalformedCheckpointError("a hash is not SHA-256 in canonical base64")
    return decoded
