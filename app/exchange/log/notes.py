"""C2SP signed notes: text with Ed25519 signature lines, and the keys that make and check them.

Follows c2sp.org/signed-note, with the timestamped cosignatures of c2sp.org/tlog-cosignature. A
note is a text ending in a newline, an empty line, and one line `— <key name> <base64>` for each
signature. The text means nothing until `verify` has returned for a key the reader trusts.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.exchange.log.errors import InvalidNoteSignatureError, MalformedNoteError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

#: The em dash and space that open a signature line.
_SIGNATURE_MARK = "\u2014 "
#: Verifiers SHOULD limit, and MUST take 16; a post-quantum signature may need 5 kB.
MAX_SIGNATURES = 100
MAX_NOTE_BYTES = 1_000_000
_KEY_ID_BYTES = 4
_PUBLIC_KEY_BYTES = 32
_TIMESTAMP_BYTES = 8
_MAX_TIMESTAMP = 2**63 - 1


class SignatureType(IntEnum):
    """What a key signs, as assigned in c2sp.org/signed-note."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


@dataclass(frozen=True)
class VerifierKey:
    """A public key under its name; `str()` gives the vkey that verifiers are configured with."""

    name: str
    type: SignatureType
    public_key: bytes

    @cached_property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name || 0x0A || type || public key)."""
        material = self.name.encode() + b"\n" + bytes([self.type]) + self.public_key
        return sha256(material).digest()[:_KEY_ID_BYTES]

    @cached_property
    def _ed25519(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.public_key)

    def check(self, signature: bytes, message: bytes) -> None:
        """Return if the raw 64-byte Ed25519 signature holds; raise `InvalidNoteSignatureError`."""
        try:
            self._ed25519.verify(signature, message)
        except InvalidSignature:
            raise InvalidNoteSignatureError(
                f"the signature of {self.name} does not verify"
            ) from None

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read `<name>+<8 hex digits of key id>+<base64 of type and key>`.

        Raises `MalformedNoteError`, also when the key id is not the one that name and key give.
        """
        parts = vkey.split("+", 2)  # base64 may hold more of them
        if len(parts) != 3:
            raise MalformedNoteError("a verifier key has three parts joined by +")
        name, key_id, encoded = parts
        _check_name(name)
        material = _decode_base64(encoded)
        if len(material) != 1 + _PUBLIC_KEY_BYTES or material[0] not in tuple(SignatureType):
            raise MalformedNoteError("the key is not Ed25519 of type 1 or 4")
        key = cls(name, SignatureType(material[0]), material[1:])
        if key.key_id.hex() != key_id:
            raise MalformedNoteError("the key id belongs to another name or key")
        return key

    def __str__(self) -> str:
        material = base64.b64encode(bytes([self.type]) + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"


@dataclass(frozen=True)
class SigningKey:
    """A private Ed25519 key under the name its signatures carry.

    One private key MUST NOT serve both types, nor two cosigners: the message a cosigner signs does
    not name it.
    """

    name: str
    type: SignatureType
    private_key: Ed25519PrivateKey

    def __post_init__(self) -> None:
        _check_name(self.name)

    @cached_property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, self.type, self.private_key.public_key().public_bytes_raw())


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line, not yet trusted: `blob` is what follows the key id."""

    name: str
    key_id: bytes
    blob: bytes

    def __str__(self) -> str:
        encoded = base64.b64encode(self.key_id + self.blob).decode()
        return f"{_SIGNATURE_MARK}{self.name} {encoded}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A text and its signature lines; `str()` gives the note as it is published."""

    text: str
    signatures: tuple[Signature, ...] = ()

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    def signed_by(self, key: VerifierKey) -> tuple[Signature, ...]:
        """Return the lines that claim to be this key's: same name and same key id."""
        return tuple(s for s in self.signatures if s.name == key.name and s.key_id == key.key_id)


def parse(raw: bytes | str) -> Note:
    """Read a signed note without trusting any of it. Raises `MalformedNoteError`.

    Strict as the specification asks: UTF-8, no control characters but newline (so no CR), a text
    that ends in a newline, an empty line, then nothing but whole signature lines, at least one and
    at most `MAX_SIGNATURES`. A line repeated to the letter counts once.
    """
    note = _decode_text(raw)
    cut = note.rfind("\n\n")  # the text may hold empty lines: the last one ends it
    if cut < 0:
        raise MalformedNoteError("no empty line separates text and signatures")
    text, lines = note[: cut + 1], note[cut + 2 :].split("\n")
    if lines.pop() != "":
        raise MalformedNoteError("the last signature line does not end")
    if not 0 < len(lines) <= MAX_SIGNATURES:
        raise MalformedNoteError(f"a note has 1 to {MAX_SIGNATURES} signatures")
    return Note(text, tuple(dict.fromkeys(map(_parse_signature, lines))))


def sign(note: Note, key: SigningKey, *, timestamp: int | None = None) -> Note:
    """Return the note with `key`'s signature over its text, instead of an earlier one.

    `timestamp` (POSIX seconds) is required for a cosignature key and refused for any other. That
    a cosigner signs only what it has found consistent is up to the caller.
    """
    _check_text(note.text)
    if key.type is SignatureType.COSIGNATURE:
        if timestamp is None or not 0 <= timestamp <= _MAX_TIMESTAMP:
            raise ValueError("a cosignature states when it was made")
        prefix = timestamp.to_bytes(_TIMESTAMP_BYTES, "big")
        blob = prefix + key.private_key.sign(_cosigned_message(timestamp, note.text))
    elif timestamp is not None:
        raise ValueError("a plain Ed25519 signature has no timestamp")
    else:
        blob = key.private_key.sign(note.text.encode())
    verifier = key.verifier
    earlier = note.signed_by(verifier)
    kept = tuple(s for s in note.signatures if s not in earlier)
    return Note(note.text, (*kept, Signature(verifier.name, verifier.key_id, blob)))


def verify(note: Note, key: VerifierKey) -> None:
    """Return if `key`, of type Ed25519, signed this text; raise `InvalidNoteSignatureError`.

    Every line that claims to be this key's must verify. Lines of other keys are ignored.
    """
    if key.type is not SignatureType.ED25519:
        raise InvalidNoteSignatureError("a cosignature says when: use verify_cosignature")
    for signature in _claimed(note, key):
        key.check(signature.blob, note.text.encode())


def verify_cosignature(note: Note, key: VerifierKey) -> int:
    """Return the time (POSIX seconds) at which `key`, of type cosignature, signed this text.

    Every line that claims to be this key's must verify; the latest time is returned. Raises
    `InvalidNoteSignatureError`. Not checked: that the time is not in the future.
    """
    if key.type is not SignatureType.COSIGNATURE:
        raise InvalidNoteSignatureError("the key does not make cosignatures")
    times = []
    for signature in _claimed(note, key):
        timestamp = int.from_bytes(signature.blob[:_TIMESTAMP_BYTES], "big")
        if timestamp > _MAX_TIMESTAMP:
            raise InvalidNoteSignatureError("the time of a cosignature is out of range")
        key.check(signature.blob[_TIMESTAMP_BYTES:], _cosigned_message(timestamp, note.text))
        times.append(timestamp)
    return max(times)


def _claimed(note: Note, key: VerifierKey) -> tuple[Signature, ...]:
    signatures = note.signed_by(key)
    if not signatures:
        raise InvalidNoteSignatureError(
            f"no signature of {key.name} with key id {key.key_id.hex()}"
        )
    return signatures


def _cosigned_message(timestamp: int, text: str) -> bytes:
    """Return what a cosigner signs (c2sp.org/tlog-cosignature, Ed25519 signed message)."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


def _decode_text(raw: bytes | str) -> str:
    if len(raw) > MAX_NOTE_BYTES:
        raise MalformedNoteError("the note is too long")
    try:
        note = raw if isinstance(raw, str) else raw.decode()
    except UnicodeDecodeError:
        raise MalformedNoteError("the note is not UTF-8") from None
    _check_characters(note)
    return note


def _check_text(text: str) -> None:
    if not text.endswith("\n"):
        raise MalformedNoteError("the text does not end in a newline")
    _check_characters(text)


def _check_characters(text: str) -> None:
    if any(char < " " and char != "\n" for char in set(text)):
        raise MalformedNoteError("a note holds no control characters but newline")


def _parse_signature(line: str) -> Signature:
    if not line.startswith(_SIGNATURE_MARK):
        raise MalformedNoteError("a line after the empty line is not a signature")
    name, _, encoded = line.removeprefix(_SIGNATURE_MARK).partition(" ")
    _check_name(name)
    material = _decode_base64(encoded)
    if len(material) <= _KEY_ID_BYTES:
        raise MalformedNoteError("a signature is longer than its key id")
    return Signature(name, material[:_KEY_ID_BYTES], material[_KEY_ID_BYTES:])


def _check_name(name: str) -> None:
    if not name or "+" in name or any(map(str.isspace, name)):
        raise MalformedNoteError("a key name is not empty and holds neither space nor +")


def _decode_base64(encoded: str) -> bytes:
    """Decode RFC 4648 §4 base64 in its one canonical form."""
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedNoteError("not base64") from None
    if base64.b64encode(decoded).decode() != encoded:
        raise MalformedNoteError("base64 that is not canonical")
    return decoded
