"""What the log and the inspectorate sign about the tree: C2SP checkpoints and proofs of leaves.

Follows c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature and tlog-proof.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from dancu_client import merkle
from dancu_client.errors import NotProvedError

_SIGNATURE_MARK = "\u2014 "
_KEY_ID_BYTES = 4
_TIME_BYTES = 8
_HASH_BYTES = 32
_ED25519, _COSIGNATURE = 0x01, 0x04
_MOST_SIGNATURES = 100
_PROOF = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True)
class VerifierKey:
    """A public key under its name; `type` 1 signs, 4 cosigns with a time."""

    name: str
    type: int
    raw: bytes

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read `name+key id+base64`. Raises `NotProvedError` where the id is another key's."""
        name, _, rest = text.partition("+")
        key_id, _, encoded = rest.partition("+")
        material = _decoded(encoded)
        if len(material) != 1 + _HASH_BYTES or material[0] not in {_ED25519, _COSIGNATURE}:
            raise NotProvedError("no Ed25519 key of type 1 or 4")
        key = cls(name, material[0], material[1:])
        if key.key_id.hex() != key_id:
            raise NotProvedError("the key's id is another key's")
        return key

    @property
    def key_id(self) -> bytes:
        """What signature lines are found by."""
        material = self.name.encode() + b"\n" + bytes([self.type]) + self.raw
        return sha256(material).digest()[:_KEY_ID_BYTES]


@dataclass(frozen=True)
class LogKeys:
    """The two keys of a log. Keep them: who asks the server each time trusts it each time."""

    log: VerifierKey
    inspectorate: VerifierKey

    @classmethod
    def parse(cls, log: str, inspectorate: str) -> LogKeys:
        """Read both, in the form in which `/v1/log/keys` gives them."""
        keys = cls(VerifierKey.parse(log), VerifierKey.parse(inspectorate))
        if (keys.log.type, keys.inspectorate.type) != (_ED25519, _COSIGNATURE):
            raise NotProvedError("the log signs, and the inspectorate cosigns")
        return keys


@dataclass(frozen=True)
class Checkpoint:
    """A tree of this size and root, signed by the log and cosigned at that time."""

    origin: str
    size: int
    root: bytes
    cosigned_at: int


def verify(unverified_note: str, keys: LogKeys) -> Checkpoint:
    """Open a checkpoint. Raises `NotProvedError`.

    1. The note has a text and signature lines.
    2. The log signed the text, and the inspectorate cosigned it.
    3. The text is about the log whose key signed.

    Not checked: that it extends an earlier one (`merkle.verify_consistency`).
    """
    # 1.
    text, separator, lines = unverified_note.rpartition("\n\n")
    text += "\n"
    signatures = [_signature(line) for line in lines.splitlines()]
    if not separator or not 0 < len(signatures) <= _MOST_SIGNATURES:
        raise NotProvedError("no signed note")
    # 2.
    _checked(signatures, keys.log, text)
    cosigned_at = _checked(signatures, keys.inspectorate, text)
    # 3.
    origin, size, root, *_ = [*text.split("\n"), "", "", ""]
    if origin != keys.log.name:
        raise NotProvedError("the checkpoint is another log's")
    return Checkpoint(origin, _number(size), _hash(root), cosigned_at)


def verify_proof(unverified_proof: str, leaf: bytes, keys: LogKeys) -> tuple[int, Checkpoint]:
    """Return at which index the log holds this leaf hash, and the checkpoint that covers it.

    Raises `NotProvedError`. Extra data is passed over: nobody signed it.
    """
    head, _, note = unverified_proof.partition("\n\n")
    lines = [line for line in head.split("\n") if not line.startswith("extra ")]
    if lines[0] != _PROOF or not lines[1:] or not lines[1].startswith("index "):
        raise NotProvedError(f"no {_PROOF}")
    index = _number(lines[1].removeprefix("index "))
    checkpoint = verify(note, keys)
    path = [_hash(line) for line in lines[2:]]
    merkle.verify_inclusion(leaf, index, checkpoint.size, path, checkpoint.root)
    return index, checkpoint


def _checked(signatures: list[tuple[str, bytes]], key: VerifierKey, text: str) -> int:
    """Return the time of a cosignature, 0 of a plain one; every line of the key has to hold."""
    mine = [
        blob[_KEY_ID_BYTES:]
        for name, blob in signatures
        if (name, blob[:_KEY_ID_BYTES]) == (key.name, key.key_id)
    ]
    if not mine:
        raise NotProvedError(f"{key.name} has not signed")
    times = []
    for blob in mine:
        message, signature, at = text.encode(), blob, 0
        if key.type == _COSIGNATURE:
            at, signature = int.from_bytes(blob[:_TIME_BYTES], "big"), blob[_TIME_BYTES:]
            message = f"cosignature/v1\ntime {at}\n{text}".encode()
        try:
            Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, message)
        except InvalidSignature:
            raise NotProvedError(f"the signature of {key.name} does not hold") from None
        times.append(at)
    return max(times)


def _signature(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(_SIGNATURE_MARK).partition(" ")
    if not line.startswith(_SIGNATURE_MARK) or not name:
        raise NotProvedError("no signature line")
    return name, _decoded(encoded)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or (text != "0" and text.startswith("0")):
        raise NotProvedError("no number")
    return int(text)


def _hash(text: str) -> bytes:
    decoded = _decoded(text)
    if len(decoded) != _HASH_BYTES:
        raise NotProvedError("no SHA-256 hash")
    return decoded


def _decoded(text: str) -> bytes:
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotProvedError("no base64") from None
    if base64.b64encode(decoded).decode() != text:
        raise NotProvedError("base64 that is not canonical")
    return decoded
