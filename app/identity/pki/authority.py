"""The certifying authority (CSCA) and its document signers, derived from a world's root.

Certificates follow Doc 9303-12 §7.1, but for one thing: curves are named in them, not spelled out,
because common validators refuse certificates that spell them out.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID, ObjectIdentifier

from app.identity import tlv
from app.identity.pki import eras
from app.platform.signing import derive_bytes, derive_p256

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec

    from app.identity.pki.eras import Generation, Quarter

NAME: Final = "SIMULATED CSCA VIETNAM – NOT REAL"
#: An authority that nobody has reason to trust: for cards whose chain must not be found.
UNTRUSTED_NAME: Final = "UNTRUSTED CSCA (SIMULATED) – NOT REAL"
_COUNTRY: Final = "VN"
#: As in the MRZ: how alternative names say the country (Doc 9303-12 §7.1.1).
_STATE: Final = "VNM"
_ORGANISATION: Final = "dancu"
_DOCUMENT_TYPES: Final = ObjectIdentifier("2.23.136.1.1.6.2")
_MASTER_LIST_SIGNING: Final = ObjectIdentifier("2.23.136.1.1.3")
_MIDNIGHT: Final = dt.time(tzinfo=dt.UTC)
_ONE_SECOND: Final = dt.timedelta(seconds=1)
_SERIAL_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Authority:
    """Who certifies signers: its secret, the base of its addresses, and whether it is trusted."""

    root: bytes
    base: str
    is_trusted: bool = True

    @property
    def name(self) -> x509.Name:
        """Its distinguished name, the same for every generation of its key."""
        return _name(NAME if self.is_trusted else UNTRUSTED_NAME)

    def label(self, *parts: object) -> str:
        """Return the label that a key or a serial number of this authority derives from."""
        return "/".join(("pki" if self.is_trusted else "untrusted", *map(str, parts)))


@dataclass(frozen=True, slots=True)
class Issued:
    """A private key and the certificate of its public key."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


@lru_cache(maxsize=64)
def csca(authority: Authority, generation: Generation) -> Issued:
    """Return a generation's self-signed certificate (§7.1.1, CSCA Self-Signed Root)."""
    key = _csca_key(authority, generation)
    builder = _csca_builder(authority, generation)
    return Issued(key, _signed(authority, builder, generation, ("csca", generation.number)))


@lru_cache(maxsize=64)
def link(authority: Authority, generation: Generation) -> x509.Certificate:
    """Return the certificate of a generation's key by the key before it (§7.1.1, CSCA Link).

    ValueError for the first generation, which follows none.
    """
    if generation.number == 1:
        raise ValueError("nothing precedes the first generation")
    before = eras.Generation(generation.number - 1)
    builder = _csca_builder(authority, generation)
    return _signed(authority, builder, before, ("link", generation.number))


@lru_cache(maxsize=256)
def signer(authority: Authority, quarter: Quarter, *, revoked: bool = False) -> Issued:
    """Return a quarter's document signer, or the one beside it that has been revoked."""
    label = ("ds", quarter, "revoked" if revoked else "good")
    key = derive_p256(authority.root, authority.label(*label))
    number = 2 if revoked else 1
    builder = _builder(
        subject=_name(f"SIMULATED DS {str(quarter).upper()}-{number} – NOT REAL"),
        key=key.public_key(),
        valid=(quarter.first_day, quarter.until),
        used_until=quarter.following.first_day,
    )
    builder = builder.add_extension(_usage(digital_signature=True), critical=True)
    types = tlv.sequence(tlv.integer(0), tlv.set_of(tlv.printable("ID")))
    builder = builder.add_extension(
        x509.UnrecognizedExtension(_DOCUMENT_TYPES, types), critical=False
    )
    return Issued(key, _signed(authority, builder, quarter.generation, label))


@lru_cache(maxsize=16)
def master_list_signer(authority: Authority, generation: Generation) -> Issued:
    """Return who signs the list of authorities while a generation lasts (§7.1.1)."""
    label = ("mls", generation.number)
    key = derive_p256(authority.root, authority.label(*label))
    builder = _builder(
        subject=_name("SIMULATED MASTER LIST SIGNER – NOT REAL"),
        key=key.public_key(),
        valid=(generation.first_day, generation.last_day),
        used_until=generation.last_day,
    )
    builder = builder.add_extension(_usage(digital_signature=True), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([_MASTER_LIST_SIGNING]), critical=True)
    return Issued(key, _signed(authority, builder, generation, label))


def serial_number(authority: Authority, *label: object) -> int:
    """Return a serial number: positive, of 16 bytes, and nobody's guess."""
    drawn = derive_bytes(authority.root, authority.label("serial", *label), _SERIAL_BYTES)
    return int.from_bytes(bytes((drawn[0] & 0x3F | 0x40,)) + drawn[1:], "big")


def signer_serial(authority: Authority, quarter: Quarter, *, revoked: bool = False) -> int:
    """Return a document signer's serial number without making its certificate."""
    return serial_number(authority, "ds", quarter, "revoked" if revoked else "good")


def crl_address(authority: Authority, generation: Generation) -> str:
    """Return where the revocations of a generation are."""
    return f"{authority.base}/pki/csca-{generation.number}.crl"


def key_identifier(authority: Authority, generation: Generation) -> x509.AuthorityKeyIdentifier:
    """Return how a generation's key is named in what it signs."""
    public = _csca_key(authority, generation).public_key()
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(public)


def midnight(day: dt.date) -> dt.datetime:
    """Return the beginning of a day, as certificates tell time."""
    return dt.datetime.combine(day, _MIDNIGHT)


def _csca_key(authority: Authority, generation: Generation) -> ec.EllipticCurvePrivateKey:
    return derive_p256(authority.root, authority.label("csca", generation.number))


def _csca_builder(authority: Authority, generation: Generation) -> x509.CertificateBuilder:
    builder = _builder(
        subject=authority.name,
        key=_csca_key(authority, generation).public_key(),
        valid=(generation.first_day, generation.until),
        used_until=generation.last_day,
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    return builder.add_extension(_usage(signs_certificates=True), critical=True)


def _builder(
    *,
    subject: x509.Name,
    key: ec.EllipticCurvePublicKey,
    valid: tuple[dt.date, dt.date],
    used_until: dt.date,
) -> x509.CertificateBuilder:
    """Begin a certificate; days end before their end."""
    begins, ends = map(midnight, valid)
    period = x509.PrivateKeyUsagePeriod(
        not_before=begins, not_after=midnight(used_until) - _ONE_SECOND
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key)
        .not_valid_before(begins)
        .not_valid_after(ends - _ONE_SECOND)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(period, critical=False)
    )


def _signed(
    authority: Authority,
    builder: x509.CertificateBuilder,
    by: Generation,
    label: tuple[object, ...],
) -> x509.Certificate:
    """Complete a certificate and sign it, by RFC 6979: the same bytes each time."""
    names = [
        x509.RFC822Name("csca@dancu.invalid"),
        x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.LOCALITY_NAME, _STATE)])),
    ]
    crl = x509.DistributionPoint(
        [x509.UniformResourceIdentifier(crl_address(authority, by))], None, None, None
    )
    return (
        builder.issuer_name(authority.name)
        .serial_number(serial_number(authority, *label))
        .add_extension(key_identifier(authority, by), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.IssuerAlternativeName(names), critical=False)
        .add_extension(x509.CRLDistributionPoints([crl]), critical=False)
        .sign(_csca_key(authority, by), hashes.SHA256(), ecdsa_deterministic=True)
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, _COUNTRY),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, _ORGANISATION),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _usage(*, digital_signature: bool = False, signs_certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
