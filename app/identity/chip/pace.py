"""PACE with ECDH, generic mapping and AES-128 (ICAO Doc 9303-11 §4.4): both sides' arithmetic.

The order of the messages is the chip's and the reader's business; the steps are here, each a
function, so that the worked example of appendix G can be followed through them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from app.identity import tlv
from app.identity.chip import curve, kdf
from app.identity.chip.secure_messaging import cmac8

if TYPE_CHECKING:
    from app.identity.chip.curve import Curve, Point

#: id-PACE-ECDH-GM-AES-CBC-CMAC-128.
PROTOCOL: Final = "0.4.0.127.0.7.2.2.4.2.2"
MRZ_REFERENCE: Final = 1
CAN_REFERENCE: Final = 2
NONCE_BYTES: Final = 16


def encrypt_nonce(password: bytes, nonce: bytes) -> bytes:
    """Return the nonce under the password's key (§4.4.3.1); a block, so no vector is needed."""
    return _cipher(password).encryptor().update(nonce)


def decrypt_nonce(password: bytes, enciphered: bytes) -> bytes:
    """Return the nonce; a wrong password gives a wrong one, and nothing tells so yet."""
    return _cipher(password).decryptor().update(enciphered)


def mapped_base(on: Curve, nonce: bytes, d: int, other: Point) -> Point:
    """Return the ephemeral base point s·G + d·Q (§4.4.3.3.1); ValueError for an evil one."""
    s = int.from_bytes(nonce, "big") % on.n
    return curve.add(on, curve.multiply(on, s, on.base), curve.multiply(on, d, other))


def token(on: Curve, mac_key: bytes, public: Point) -> bytes:
    """Return the authentication token over the other side's ephemeral key (§4.4.3.4)."""
    named = tlv.oid(PROTOCOL) + tlv.encode(0x86, curve.encode(on, public))
    return cmac8(mac_key, tlv.encode(0x7F49, named))


def _cipher(password: bytes) -> Cipher[modes.CBC]:
    return Cipher(AES(kdf.aes128(password, kdf.PASSWORD)), modes.CBC(bytes(16)))
