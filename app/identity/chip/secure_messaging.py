"""Secure messaging (ICAO Doc 9303-11 §9.8): commands and responses, enciphered and with a MAC.

Both sides are here, the reader's and the chip's. Each message counts the send sequence counter up
by one before it is made or read, so both sides must see every message once and in order.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final, Literal

import msgspec
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from app.identity import tlv
from app.identity.chip import kdf
from app.identity.chip.apdu import EXTENDED_MOST, SHORT_MOST, Command, Status, StatusError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers import BlockCipherAlgorithm

#: Enciphered data: with its padding indicator, and for odd instructions, whose data is TLV.
_DATA, _DATA_ODD, _LE, _STATUS, _MAC = 0x87, 0x85, 0x97, 0x99, 0x8E
_PADDED: Final = b"\x01"
_MAC_BYTES: Final = 8
#: The MAC is the last object: its tag, its length and itself.
_MAC_OBJECT_BYTES: Final = 2 + _MAC_BYTES
_SM_BITS: Final = 0x0C


class Keys(msgspec.Struct):
    """What the two sides of one session share; `ssc` is the counter of the last message."""

    cipher: Literal["3DES", "AES"]
    encryption: bytes
    mac: bytes
    ssc: int

    @property
    def block(self) -> int:
        """Bytes of a block, of the counter and of an initialisation vector."""
        return 8 if self.cipher == "3DES" else 16


class BrokenError(Exception):
    """The response is not what the chip sent: its MAC does not hold, or it has none."""


def after_bac(seed: bytes, ssc: bytes) -> Keys:
    """Return the keys that follow Basic Access Control (Doc 9303-11 §4.3.3)."""
    encryption, mac = (kdf.triple_des(seed, use) for use in (kdf.ENCRYPTION, kdf.MAC))
    return Keys("3DES", encryption, mac, int.from_bytes(ssc, "big"))


def after_agreement(secret: bytes) -> Keys:
    """Return the keys that follow PACE or Chip Authentication with AES-128; the counter is 0."""
    encryption, mac = (kdf.aes128(secret, use) for use in (kdf.ENCRYPTION, kdf.MAC))
    return Keys("AES", encryption, mac, 0)


# The reader's side


def protect_command(keys: Keys, command: Command) -> Command:
    """Return the command as it is sent (Doc 9303-11 §9.8.4)."""
    keys.ssc += 1
    cla = command.cla | _SM_BITS
    header = bytes((cla, command.ins, command.p1, command.p2))
    body = b""
    if command.data:
        body += _enciphered(keys, command.data, is_odd=command.ins % 2 == 1)
    if command.le is not None:
        short = command.le <= SHORT_MOST
        most, size = (SHORT_MOST, 1) if short else (EXTENDED_MOST, 2)
        body += tlv.encode(_LE, (command.le % most).to_bytes(size, "big"))
    data = body + tlv.encode(_MAC, _mac_of(keys, _padded(keys, header) + body))
    is_long = len(data) >= SHORT_MOST or (command.le or 0) > SHORT_MOST
    le = EXTENDED_MOST if is_long else SHORT_MOST
    return Command(cla, command.ins, command.p1, command.p2, data, le)


def unprotect_response(keys: Keys, data: bytes) -> tuple[bytes, int]:
    """Return what a protected response says, data and status; raise `BrokenError`."""
    keys.ssc += 1
    try:
        found = _authentic(keys, b"", data)
        status = found[_STATUS]
        return _deciphered(keys, found), int.from_bytes(status, "big")
    except (StatusError, KeyError) as error:
        raise BrokenError("the response is not authentic") from error


# The chip's side


def is_protected(command: Command) -> bool:
    """Whether the class byte announces secure messaging with an authenticated header."""
    return command.cla & _SM_BITS == _SM_BITS


def unprotect_command(keys: Keys, command: Command) -> Command:
    """Return the command that was meant; raise `StatusError` 6987 or 6988 (§9.8.6)."""
    keys.ssc += 1
    found = _authentic(keys, _padded(keys, command.header), command.data)
    le = found.get(_LE)
    expected = None
    if le is not None:
        if len(le) not in (1, 2):
            raise StatusError(Status.SM_OBJECTS_INCORRECT)
        most = SHORT_MOST if len(le) == 1 else EXTENDED_MOST
        expected = int.from_bytes(le, "big") or most
    cla = command.cla & ~_SM_BITS
    return Command(cla, command.ins, command.p1, command.p2, _deciphered(keys, found), expected)


def protect_response(keys: Keys, data: bytes, status: int, *, is_odd: bool = False) -> bytes:
    """Return the data of the response as it is sent; its status word follows in the plain."""
    keys.ssc += 1
    body = _enciphered(keys, data, is_odd=is_odd) if data else b""
    body += tlv.encode(_STATUS, status.to_bytes(2, "big"))
    return body + tlv.encode(_MAC, _mac_of(keys, body))


def _authentic(keys: Keys, prefix: bytes, data: bytes) -> dict[int, bytes]:
    """Return the objects of a message, its MAC checked and left out."""
    body, mac = data[:-_MAC_OBJECT_BYTES], data[-_MAC_OBJECT_BYTES:]
    if mac[:2] != bytes((_MAC, _MAC_BYTES)):
        raise StatusError(Status.SM_OBJECTS_MISSING)
    if not hmac.compare_digest(mac[2:], _mac_of(keys, prefix + body)):
        raise StatusError(Status.SM_OBJECTS_INCORRECT)
    try:
        found = tlv.values(body)
    except tlv.MalformedError:
        raise StatusError(Status.SM_OBJECTS_INCORRECT) from None
    if not found.keys() <= {_DATA, _DATA_ODD, _LE, _STATUS}:
        raise StatusError(Status.SM_OBJECTS_INCORRECT)
    return found


def _enciphered(keys: Keys, data: bytes, *, is_odd: bool) -> bytes:
    cipher = _cbc(keys).encryptor()
    enciphered = cipher.update(_padded(keys, data)) + cipher.finalize()
    return tlv.encode(_DATA_ODD, enciphered) if is_odd else tlv.encode(_DATA, _PADDED, enciphered)


def _deciphered(keys: Keys, found: dict[int, bytes]) -> bytes:
    """Return the data of a message whose MAC holds; raise `StatusError` 6988."""
    if _DATA in found:
        indicator, enciphered = found[_DATA][:1], found[_DATA][1:]
    elif _DATA_ODD in found:
        indicator, enciphered = _PADDED, found[_DATA_ODD]
    else:
        return b""
    if indicator != _PADDED or not enciphered or len(enciphered) % keys.block:
        raise StatusError(Status.SM_OBJECTS_INCORRECT)
    cipher = _cbc(keys).decryptor()
    plain, marker, zeros = (cipher.update(enciphered) + cipher.finalize()).rpartition(b"\x80")
    if not marker or zeros.strip(b"\0"):
        raise StatusError(Status.SM_OBJECTS_INCORRECT)
    return plain


def _padded(keys: Keys, data: bytes) -> bytes:
    """Pad by method 2 of ISO/IEC 9797-1."""
    return data + b"\x80" + bytes(-(len(data) + 1) % keys.block)


def _cbc(keys: Keys) -> Cipher[modes.CBC]:
    if keys.cipher == "3DES":
        return Cipher(two_key(keys.encryption), modes.CBC(bytes(8)))
    # The vector is the counter, enciphered (Doc 9303-11 §9.8.7.2).
    once = Cipher(AES(keys.encryption), modes.CBC(bytes(16))).encryptor()
    return Cipher(AES(keys.encryption), modes.CBC(once.update(keys.ssc.to_bytes(16, "big"))))


def _mac_of(keys: Keys, message: bytes) -> bytes:
    counted = (keys.ssc % (1 << 8 * keys.block)).to_bytes(keys.block, "big") + message
    padded = _padded(keys, counted)
    return retail_mac(keys.mac, padded) if keys.cipher == "3DES" else cmac8(keys.mac, padded)


def two_key(key: bytes) -> TripleDES:
    """Return 3DES with a two-key key of 16 bytes."""
    return TripleDES(key + key[:8])


def retail_mac(key: bytes, padded: bytes) -> bytes:
    """Return the MAC by algorithm 3 of ISO/IEC 9797-1 with DES, over whole blocks."""
    left, right = (TripleDES(3 * half) for half in (key[:8], key[8:]))
    chained = Cipher(left, modes.CBC(bytes(8))).encryptor().update(padded)[-8:]
    crossed = _one_block(right, chained, decrypt=True)
    return _one_block(left, crossed, decrypt=False)


def cmac8(key: bytes, message: bytes) -> bytes:
    """Return the first eight bytes of AES-CMAC."""
    mac = CMAC(AES(key))
    mac.update(message)
    return mac.finalize()[:_MAC_BYTES]


def _one_block(algorithm: BlockCipherAlgorithm, block: bytes, *, decrypt: bool) -> bytes:
    cipher = Cipher(algorithm, modes.CBC(bytes(8)))
    context = cipher.decryptor() if decrypt else cipher.encryptor()
    return context.update(block)
