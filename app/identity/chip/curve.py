"""Points of an elliptic curve, as far as PACE needs more of them than a library offers.

The scalar multiplication is OpenSSL's, by ECDH, which tells only x. So y is one of two roots, and
a second ECDH with d + 1 tells which: x(d·P + P) is told by the point itself. That takes a tenth of
a millisecond; a multiplication in Python would take eight. The few steps in Python are not
constant-time: this serves a simulator, and no secret of anybody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec

from app.identity import tlv

if TYPE_CHECKING:
    from collections.abc import Callable

Point: TypeAlias = tuple[int, int]
_UNCOMPRESSED: Final = 0x04
#: A uniform scalar: eight bytes more than it has (FIPS 186-5 A.2.1).
_EXTRA_BYTES: Final = 8


@dataclass(frozen=True)
class Curve:
    """y² = x³ + a·x + b over the field of p; the base point has the prime order n.

    p ≡ 3 (mod 4), so that a square root is one power.
    """

    named: ec.EllipticCurve
    p: int
    a: int
    b: int
    base: Point
    n: int

    @property
    def size(self) -> int:
        """Bytes of a coordinate."""
        return (self.p.bit_length() + 7) // 8


#: SEC 2 §2.4.2 (secp256r1); number 12 in the table of Doc 9303-11 §9.5.1.
P256 = Curve(
    ec.SECP256R1(),
    p=0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
    a=0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC,
    b=0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    base=(
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
    n=0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
)
P256_PARAMETER_ID: Final = 12


def scalar(curve: Curve, random: Callable[[int], bytes]) -> int:
    """Draw a secret scalar that `multiply` takes."""
    drawn = int.from_bytes(random(curve.size + _EXTRA_BYTES), "big")
    return 2 + drawn % (curve.n - 3)


def multiply(curve: Curve, d: int, point: Point) -> Point:
    """Return d·point, for 2 ≤ d ≤ n − 2 and a point of the curve (ValueError if it is none)."""
    if point == curve.base:
        numbers = _private(curve, d).public_key().public_numbers()
        return numbers.x, numbers.y
    public = public_key(curve, point)
    x, beside = (_exchange(curve, factor, public) for factor in (d, d + 1))
    root = pow(x**3 + curve.a * x + curve.b, (curve.p + 1) // 4, curve.p)
    candidate = (x, root)
    if add(curve, candidate, point)[0] != beside:
        return x, curve.p - root
    return candidate


def add(curve: Curve, one: Point, other: Point) -> Point:
    """Return the sum of two points that are neither equal nor opposite; ValueError if they are."""
    slope = _slope(curve, one, other)
    x = (slope**2 - one[0] - other[0]) % curve.p
    return x, (slope * (one[0] - x) - one[1]) % curve.p


def shared(curve: Curve, d: int, point: Point) -> bytes:
    """Return the x of d·point (ECKA, TR-03111 §4.3.1); ValueError if it is no point."""
    return _exchange(curve, d, public_key(curve, point)).to_bytes(curve.size, "big")


def encode(curve: Curve, point: Point) -> bytes:
    """Return 04 ‖ x ‖ y (TR-03111 §3.2.1)."""
    x, y = (number.to_bytes(curve.size, "big") for number in point)
    return bytes((_UNCOMPRESSED,)) + x + y


def decode(curve: Curve, data: bytes) -> Point:
    """Read 04 ‖ x ‖ y; ValueError for another form, or for what is not on the curve."""
    if len(data) != 1 + 2 * curve.size or data[0] != _UNCOMPRESSED:
        raise ValueError("not an uncompressed point of this curve")
    point = (
        int.from_bytes(data[1 : 1 + curve.size], "big"),
        int.from_bytes(data[1 + curve.size :], "big"),
    )
    public_key(curve, point)
    return point


def public_key(curve: Curve, point: Point) -> ec.EllipticCurvePublicKey:
    """Return the point as a public key; ValueError if it is not on the curve."""
    return ec.EllipticCurvePublicNumbers(*point, curve.named).public_key()


def point_of(key: ec.EllipticCurvePublicKey) -> Point:
    """Return a public key's point."""
    numbers = key.public_numbers()
    return numbers.x, numbers.y


def explicit_spki(curve: Curve, point: Point) -> bytes:
    """Return SubjectPublicKeyInfo with the domain parameters written out.

    Doc 9303-11 §6.1.2 and §6.2.4 want them explicit, and no library writes them (RFC 3279 §2.3.5).
    """
    element = (number.to_bytes(curve.size, "big") for number in (curve.a, curve.b))
    parameters = tlv.sequence(
        tlv.integer(1),
        tlv.sequence(tlv.oid("1.2.840.10045.1.1"), tlv.integer(curve.p)),
        tlv.sequence(*map(tlv.octets, element)),
        tlv.octets(encode(curve, curve.base)),
        tlv.integer(curve.n),
        tlv.integer(1),
    )
    algorithm = tlv.sequence(tlv.oid("1.2.840.10045.2.1"), parameters)
    return tlv.sequence(algorithm, tlv.encode(0x03, b"\0", encode(curve, point)))


def read_spki(curve: Curve, spki: bytes) -> Point:
    """Return the point in SubjectPublicKeyInfo of this curve, its parameters explicit or named.

    ValueError for another curve, whatever else is wrong included.
    """
    algorithm, bits = (value for _, value in tlv.items(tlv.only(spki, 0x30)))
    if not bits.startswith(b"\0"):
        raise ValueError("the key is not a whole number of bytes")
    point = decode(curve, bits[1:])
    named = tlv.oid("1.2.840.10045.2.1") + tlv.oid("1.2.840.10045.3.1.7")
    if algorithm != named and spki != explicit_spki(curve, point):
        raise ValueError("the key is of another curve")
    return point


def _private(curve: Curve, d: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(d, curve.named)


def _exchange(curve: Curve, d: int, public: ec.EllipticCurvePublicKey) -> int:
    return int.from_bytes(_private(curve, d).exchange(ec.ECDH(), public), "big")


def _slope(curve: Curve, one: Point, other: Point) -> int:
    (x1, y1), (x2, y2) = one, other
    return (y2 - y1) * pow(x2 - x1, -1, curve.p) % curve.p
