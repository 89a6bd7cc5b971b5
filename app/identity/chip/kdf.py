"""Keys from secrets (ICAO Doc 9303-11 §9.7), and the passwords that a card prints."""

from __future__ import annotations

from hashlib import sha1

from app.identity import mrz

#: What the counter says the key is for.
ENCRYPTION, MAC, PASSWORD = 1, 2, 3
_KEY_BYTES = 16


def mrz_information(document_number: str, birth: str, expiry: str) -> bytes:
    """Return what keys are made of: the three fields of the MRZ, each with its check digit.

    `birth` and `expiry` are YYMMDD; a document number shorter than nine is padded with `<`.
    """
    fields = (document_number.ljust(9, "<"), birth, expiry)
    return "".join(field + mrz.check_digit(field) for field in fields).encode("ascii")


def bac_seed(information: bytes) -> bytes:
    """Return the key seed of Basic Access Control (Doc 9303-11 §9.7.2)."""
    return _sha1(information)[:_KEY_BYTES]


def mrz_password(information: bytes) -> bytes:
    """Return the password of PACE that the MRZ gives (Doc 9303-11 §9.7.3)."""
    return _sha1(information)


def can_password(can: str) -> bytes:
    """Return the password of PACE that the CAN gives: its digits."""
    return can.encode("ascii")


def triple_des(seed: bytes, counter: int) -> bytes:
    """Return a two-key 3DES key of 16 bytes with odd parity."""
    return bytes(_odd(byte) for byte in _derived(seed, counter))


def aes128(seed: bytes, counter: int) -> bytes:
    """Return an AES key of 16 bytes."""
    return _derived(seed, counter)


def _derived(seed: bytes, counter: int) -> bytes:
    return _sha1(seed + counter.to_bytes(4, "big"))[:_KEY_BYTES]


def _sha1(data: bytes) -> bytes:
    # The hash that the standard fixes for 3DES and AES-128: nothing is signed with it.
    return sha1(data, usedforsecurity=False).digest()


def _odd(byte: int) -> int:
    return byte & 0xFE | (byte >> 1).bit_count() % 2 ^ 1
