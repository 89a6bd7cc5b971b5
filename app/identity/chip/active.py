"""Active Authentication (ICAO Doc 9303-11 §6.1): the chip signs a challenge, so it is no copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from app.identity.chip import curve

if TYPE_CHECKING:
    from app.identity.chip.curve import Point

CHALLENGE_BYTES: Final = 8
_HALF: Final = 32
#: r ‖ s of P-256.
SIGNATURE_BYTES: Final = 2 * _HALF


def sign(key: ec.EllipticCurvePrivateKey, challenge: bytes) -> bytes:
    """Return r ‖ s over the challenge (ecdsa-plain-SHA256, TR-03111 §5.2.1.1)."""
    r, s = decode_dss_signature(key.sign(challenge, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def is_signed(key: Point, challenge: bytes, signature: bytes) -> bool:
    """Whether this key signed the challenge; `signature` may be of any length."""
    if len(signature) != SIGNATURE_BYTES:
        return False
    r, s = (int.from_bytes(part, "big") for part in (signature[:_HALF], signature[_HALF:]))
    public = curve.public_key(curve.P256, key)
    try:
        public.verify(encode_dss_signature(r, s), challenge, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True
