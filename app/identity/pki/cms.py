"""Signed data (CMS, RFC 5652) as documents and master lists carry it: one signer, one signature.

ECDSA with SHA-256 by RFC 6979. What is signed are the attributes in the form of a SET (§5.4), and
they are stored as `[0]`; the digest is over the content's own bytes, not over what wraps them.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from app.identity import tlv

if TYPE_CHECKING:
    import datetime as dt

    from cryptography import x509

    from app.identity.pki.authority import Issued

SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
_SHA256: Final = tlv.sequence(tlv.oid("2.16.840.1.101.3.4.2.1"))
_ECDSA_SHA256: Final = tlv.sequence(tlv.oid("1.2.840.10045.4.3.2"))
_DETERMINISTIC: Final = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)


def sign(
    content_type: str,
    content: bytes,
    by: Issued,
    *,
    at: dt.datetime,
    beside: tuple[x509.Certificate, ...] = (),
) -> bytes:
    """Return `ContentInfo` with the content, the signer's certificate and those `beside` it."""
    attributes = (
        _attribute(CONTENT_TYPE, tlv.oid(content_type)),
        _attribute(MESSAGE_DIGEST, tlv.octets(sha256(content).digest())),
        _attribute(_SIGNING_TIME, _time(at)),
    )
    signed = tlv.set_of(*attributes)
    certificate = by.certificate
    signer = tlv.sequence(
        tlv.integer(1),
        tlv.sequence(certificate.issuer.public_bytes(), tlv.integer(certificate.serial_number)),
        _SHA256,
        tlv.encode(0xA0, *sorted(attributes)),
        _ECDSA_SHA256,
        tlv.octets(by.key.sign(signed, _DETERMINISTIC)),
    )
    certificates = (each.public_bytes(Encoding.DER) for each in (certificate, *beside))
    data = tlv.sequence(
        tlv.integer(3),
        tlv.set_of(_SHA256),
        tlv.sequence(tlv.oid(content_type), tlv.encode(0xA0, tlv.octets(content))),
        tlv.encode(0xA0, *sorted(certificates)),
        tlv.set_of(signer),
    )
    return tlv.sequence(tlv.oid(SIGNED_DATA), tlv.encode(0xA0, data))


def _attribute(name: str, value: bytes) -> bytes:
    return tlv.sequence(tlv.oid(name), tlv.set_of(value))


def _time(at: dt.datetime) -> bytes:
    """A moment in UTC: UTCTime until 2049, then GeneralizedTime (RFC 5652 §11.3)."""
    if at.year < 2050:
        return tlv.encode(0x17, f"{at:%y%m%d%H%M%SZ}".encode())
    return tlv.encode(0x18, f"{at:%Y%m%d%H%M%SZ}".encode())
