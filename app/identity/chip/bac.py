"""Basic Access Control (ICAO Doc 9303-11 §4.3): who has read the MRZ may talk to the chip."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.ciphers import Cipher, modes

from app.identity.chip import kdf, secure_messaging
from app.identity.chip.secure_messaging import retail_mac, two_key

if TYPE_CHECKING:
    from app.identity.chip.secure_messaging import Keys

RND_BYTES: Final = 8
KEY_BYTES: Final = 16
#: 32 enciphered bytes and a MAC of 8.
TOKEN_BYTES: Final = 40
_PADDING: Final = bytes((0x80, 0, 0, 0, 0, 0, 0, 0))


class RejectedError(Exception):
    """The other side does not know the document's keys."""


def reader_token(information: bytes, rnd_ifd: bytes, rnd_ic: bytes, k_ifd: bytes) -> bytes:
    """Return the data of EXTERNAL AUTHENTICATE: E(RND.IFD ‖ RND.IC ‖ K.IFD) and its MAC."""
    return _seal(information, rnd_ifd + rnd_ic + k_ifd)


def answer(information: bytes, rnd_ic: bytes, k_ic: bytes, token: bytes) -> tuple[bytes, Keys]:
    """Return the chip's answer to a reader's token, and the keys of the session.

    Raises `RejectedError` for a token of other keys or to another challenge.
    """
    plain = _open(information, token)
    rnd_ifd, echoed, k_ifd = plain[:8], plain[8:16], plain[16:]
    if echoed != rnd_ic:
        raise RejectedError
    return _seal(information, rnd_ic + rnd_ifd + k_ic), _session(k_ifd, k_ic, rnd_ic, rnd_ifd)


def finish(information: bytes, rnd_ifd: bytes, k_ifd: bytes, token: bytes) -> Keys:
    """Return the keys of the session by the chip's answer; raise `RejectedError`."""
    plain = _open(information, token)
    rnd_ic, echoed, k_ic = plain[:8], plain[8:16], plain[16:]
    if echoed != rnd_ifd:
        raise RejectedError
    return _session(k_ifd, k_ic, rnd_ic, rnd_ifd)


def _session(k_ifd: bytes, k_ic: bytes, rnd_ic: bytes, rnd_ifd: bytes) -> Keys:
    seed = bytes(one ^ other for one, other in zip(k_ifd, k_ic, strict=True))
    return secure_messaging.after_bac(seed, rnd_ic[-4:] + rnd_ifd[-4:])


def _keys(information: bytes) -> tuple[bytes, bytes]:
    seed = kdf.bac_seed(information)
    return kdf.triple_des(seed, kdf.ENCRYPTION), kdf.triple_des(seed, kdf.MAC)


def _seal(information: bytes, plain: bytes) -> bytes:
    encryption, mac = _keys(information)
    enciphered = Cipher(two_key(encryption), modes.CBC(bytes(8))).encryptor().update(plain)
    return enciphered + retail_mac(mac, enciphered + _PADDING)


def _open(information: bytes, token: bytes) -> bytes:
    encryption, mac = _keys(information)
    enciphered, claimed = token[:-8], token[-8:]
    right = retail_mac(mac, enciphered + _PADDING) if len(enciphered) == 32 else b""
    if not hmac.compare_digest(claimed, right):
        raise RejectedError
    return Cipher(two_key(encryption), modes.CBC(bytes(8))).decryptor().update(enciphered)
