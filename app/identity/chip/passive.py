"""Passive Authentication (ICAO Doc 9303-11 §5.1): what is on the chip is what was signed.

How a signed object is verified:
1. Each data group that was read hashes to what the object says.
2. The object's signature is the signer's, over the attributes that hold its digest.
3. The signer's certificate is an authority's that is trusted, and in force on the day.
4. The authority has not revoked it.

Every step is taken and told by itself: readers show all four. It says nothing about whether the
chip is the one that was signed for (`active` does), nor about the card's standing (`cards` does).
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from enum import StrEnum, unique
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from app.identity import tlv
from app.identity.chip import sod
from app.identity.pki import authority as authorities
from app.identity.pki import eras, lists

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from app.identity.chip.signed_object import Unverified
    from app.identity.pki.authority import Authority

#: What a certificate or its signature that is not what it should be makes the library raise.
_BAD_CERTIFICATE: Final = (
    ValueError,
    TypeError,
    InvalidSignature,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.ExtensionNotFound,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)
_ECDSA: Final[Mapping[bytes, hashes.HashAlgorithm]] = {
    tlv.oid_value("1.2.840.10045.4.3.2"): hashes.SHA256(),
    tlv.oid_value("1.2.840.10045.4.3.3"): hashes.SHA384(),
    tlv.oid_value("1.2.840.10045.4.3.4"): hashes.SHA512(),
}


@unique
class Hashing(StrEnum):
    """How a data group stands to its hash in the signed object."""

    MATCH = "match"
    MISMATCH = "mismatch"
    NOT_SIGNED = "not_signed"


@unique
class Signature(StrEnum):
    """What the signature of the signed object is worth."""

    VALID = "valid"
    INVALID = "invalid"
    UNSUPPORTED = "unsupported"


@unique
class Chain(StrEnum):
    """Whether an authority that is trusted vouches for the signer."""

    TRUSTED = "trusted"
    UNTRUSTED = "untrusted"
    NOT_IN_FORCE = "not_in_force"


@unique
class Revocation(StrEnum):
    """What the authority's list says of the signer; `unknown` where there is no list to ask."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, eq=False)
class Trust:
    """The authorities that are believed, and what they have revoked; made by `believe`.

    `lists` are by the authority's certificate that signed them.
    """

    anchors: tuple[x509.Certificate, ...]
    lists: Mapping[x509.Certificate, x509.CertificateRevocationList]


@dataclass(frozen=True, slots=True)
class Signer:
    """What was found of a signer's certificate."""

    chain: Chain
    revocation: Revocation
    serial_number: int | None


@dataclass(frozen=True, slots=True)
class Passive:
    """What each step found; `signer` None where there is no certificate to look at."""

    groups: Mapping[int, Hashing]
    signature: Signature
    signer: Signer

    @property
    def is_intact(self) -> bool:
        """Whether the content is what somebody signed, whoever that was."""
        return self.signature is Signature.VALID and all(
            found is Hashing.MATCH for found in self.groups.values()
        )


@lru_cache(maxsize=16)
def trust(authority: Authority, today: dt.date) -> Trust:
    """Return what a relying party of this authority believes on a day."""
    so_far = range(1, eras.generation(today).number + 1)
    generations = [eras.Generation(number) for number in so_far]
    return believe(
        [authorities.csca(authority, each).certificate for each in generations],
        [lists.crl(authority, each, today) for each in generations],
    )


def believe(
    anchors: Sequence[x509.Certificate], unverified: Sequence[x509.CertificateRevocationList]
) -> Trust:
    """Return the trust in these authorities, with those of the lists that they have signed."""
    signed = {anchor: crl for anchor in anchors for crl in unverified if _has_signed(anchor, crl)}
    return Trust(tuple(anchors), signed)


def verify(
    unverified: Unverified, groups: Mapping[int, bytes], believed: Trust, today: dt.date
) -> Passive:
    """Take all four steps; see the module."""
    # 1.
    hashing = {number: _hashing(unverified, number, data) for number, data in groups.items()}
    # 2.
    certificate = load(unverified.signer.certificate or b"")
    signature = _signature(unverified, certificate)
    # 3 and 4.
    return Passive(hashing, signature, verify_signer(certificate, believed, today))


@lru_cache(maxsize=256)
def verify_signer(unverified: x509.Certificate | None, believed: Trust, today: dt.date) -> Signer:
    """Take steps 3 and 4 for a certificate; None is one that could not be read.

    What was found is kept: there are as many signers as quarters, and many cards of each.
    """
    if unverified is None:
        return Signer(Chain.UNTRUSTED, Revocation.UNKNOWN, None)
    serial = unverified.serial_number
    issuers = [anchor for anchor in believed.anchors if _is_issued_by(unverified, anchor)]
    if not issuers:
        return Signer(Chain.UNTRUSTED, Revocation.UNKNOWN, serial)
    in_force = _is_in_force(unverified, today) and _is_in_force(issuers[0], today)
    chain = Chain.TRUSTED if in_force else Chain.NOT_IN_FORCE
    return Signer(chain, _revocation(unverified, issuers[0], believed, today), serial)


def load(der: bytes) -> x509.Certificate | None:
    """Return a certificate, None for what is none."""
    try:
        return x509.load_der_x509_certificate(der)
    except _BAD_CERTIFICATE:
        return None


def _hashing(unverified: Unverified, number: int, data: bytes) -> Hashing:
    claimed = unverified.hashes.get(number)
    if claimed is None or unverified.hash_name is None:
        return Hashing.NOT_SIGNED
    found = hashlib.new(unverified.hash_name, data).digest()
    return Hashing.MATCH if hmac.compare_digest(claimed, found) else Hashing.MISMATCH


def _signature(unverified: Unverified, certificate: x509.Certificate | None) -> Signature:
    """Check that the attributes hold the content's digest, and that the signer signed them."""
    signer = unverified.signer
    algorithm = _ECDSA.get(signer.algorithm)
    if signer.digest_name is None or algorithm is None or certificate is None:
        return Signature.UNSUPPORTED
    try:
        key = certificate.public_key()
    except _BAD_CERTIFICATE:
        return Signature.UNSUPPORTED
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return Signature.UNSUPPORTED
    digest = hashlib.new(signer.digest_name, unverified.content).digest()
    is_its_type = signer.content_type == tlv.oid_value(sod.CONTENT)
    if not is_its_type or not hmac.compare_digest(digest, signer.digest):
        return Signature.INVALID
    try:
        key.verify(signer.signature, signer.attributes, ec.ECDSA(algorithm))
    except InvalidSignature:
        return Signature.INVALID
    return Signature.VALID


def _is_issued_by(certificate: x509.Certificate, anchor: x509.Certificate) -> bool:
    """Whether the authority's key signed it as a signer of documents: no authority itself."""
    try:
        certificate.verify_directly_issued_by(anchor)
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        extensions = {each.oid for each in certificate.extensions}
    except _BAD_CERTIFICATE:
        return False
    is_authority = x509.BasicConstraints.oid in extensions
    is_of_another_use = x509.ExtendedKeyUsage.oid in extensions
    return usage.digital_signature and not is_authority and not is_of_another_use


def _is_in_force(certificate: x509.Certificate, today: dt.date) -> bool:
    now = authorities.midnight(today)
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _revocation(
    certificate: x509.Certificate, anchor: x509.Certificate, believed: Trust, today: dt.date
) -> Revocation:
    """Ask the list of the authority's key, if there is one and it is not out of date."""
    crl = believed.lists.get(anchor)
    until = None if crl is None else crl.next_update_utc
    if crl is None or until is None or until < authorities.midnight(today):
        return Revocation.UNKNOWN
    serial = certificate.serial_number
    revoked = crl.get_revoked_certificate_by_serial_number(serial)
    return Revocation.GOOD if revoked is None else Revocation.REVOKED


def _has_signed(anchor: x509.Certificate, crl: x509.CertificateRevocationList) -> bool:
    key = anchor.public_key()
    return isinstance(key, ec.EllipticCurvePublicKey) and crl.is_signature_valid(key)
