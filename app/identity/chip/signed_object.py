"""EF.SOD read: what it claims, before any of it is believed.

Read by hand and strictly: one signer, signed attributes, definite lengths. Whatever is malformed
is a `ValueError`, however malformed it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.identity import tlv
from app.identity.chip import sod
from app.identity.pki import cms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: What a real one never comes near: ours have some 1,200 bytes.
MOST_BYTES: Final = 16_384
_SEQUENCE, _SET, _OCTETS, _OID, _INTEGER = 0x30, 0x31, 0x04, 0x06, 0x02
_CONTEXT_0, _CONTEXT_1 = 0xA0, 0xA1
#: The version of a signed object (Doc 9303-10 §4.6.2.1).
_VERSION: Final = (_INTEGER, b"\x03")
#: The version of a signer by the tag of how they are named: by issuer and number, or by key
#: (RFC 5652 §5.3).
_SIGNER_VERSIONS: Final[Mapping[int, tuple[int, bytes]]] = {
    _SEQUENCE: (_INTEGER, b"\x01"),
    0x80: (_INTEGER, b"\x03"),
}
_HASHES: Final[Mapping[bytes, str]] = {
    tlv.oid_value("2.16.840.1.101.3.4.2.1"): "sha256",
    tlv.oid_value("2.16.840.1.101.3.4.2.2"): "sha384",
    tlv.oid_value("2.16.840.1.101.3.4.2.3"): "sha512",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerInfo:
    """Who signed, as they say. `attributes` are in the form that is signed.

    `digest_name` is hashlib's, None for one that is not supported; `certificate` is the DER of the
    signer's, None where it is not enclosed.
    """

    attributes: bytes
    content_type: bytes
    digest: bytes
    digest_name: str | None
    algorithm: bytes
    signature: bytes
    certificate: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unverified:
    """The parts of a signed object; nobody has checked any of it.

    `hashes` are by the number of the data group, made by `hash_name`, which is hashlib's, or None
    for one that is not supported.
    """

    content: bytes
    hash_name: str | None
    hashes: Mapping[int, bytes]
    signer: SignerInfo


def read(data: bytes) -> Unverified:
    """Take a signed object apart, with or without its tag 77. ValueError for what is none."""
    if len(data) > MOST_BYTES:
        raise ValueError("no signed object is so long")
    kind, explicit = _parts(tlv.only(sod.unwrapped(data), _SEQUENCE), _OID, _CONTEXT_0)
    if kind != tlv.oid_value(cms.SIGNED_DATA):
        raise ValueError("not signed data")
    parts = list(tlv.items(tlv.only(explicit, _SEQUENCE)))
    if parts[:1] != [_VERSION]:
        raise ValueError("of another version")
    digests = list(tlv.items(_at(parts, 1, _SET)[1]))
    _, encapsulated = _at(parts, 2, _SEQUENCE)
    content_type, wrapped = _parts(encapsulated, _OID, _CONTEXT_0)
    if content_type != tlv.oid_value(sod.CONTENT):
        raise ValueError("not an LDS security object")
    content = tlv.only(wrapped, _OCTETS)
    certificates = [value for tag, value in parts[3:] if tag == _CONTEXT_0]
    signer = tlv.only(_at(parts, len(parts) - 1, _SET)[1], _SEQUENCE)
    if not {tag for tag, _ in parts[3:-1]} <= {_CONTEXT_0, _CONTEXT_1}:
        raise ValueError("neither certificates nor revocation lists")
    hash_name, hashes = _security_object(content)
    return Unverified(
        content=content,
        hash_name=hash_name,
        hashes=hashes,
        signer=_signer_info(signer, b"".join(certificates), digests),
    )


def _security_object(content: bytes) -> tuple[str | None, dict[int, bytes]]:
    fields = list(tlv.items(tlv.only(content, _SEQUENCE)))
    name = _hash_name(_at(fields, 1, _SEQUENCE)[1])
    hashes = {}
    for tag, entry in tlv.items(_at(fields, 2, _SEQUENCE)[1]):
        if tag != _SEQUENCE:
            raise ValueError("not a hash of a data group")
        number, digest = _parts(entry, _INTEGER, _OCTETS)
        hashes[int.from_bytes(number, "big")] = digest
    return name, hashes


def _signer_info(
    info: bytes, certificates: bytes, digests: Sequence[tuple[int, bytes]]
) -> SignerInfo:
    fields = list(tlv.items(info))
    if len(fields) < 2 or fields[0] != _SIGNER_VERSIONS.get(fields[1][0]):
        raise ValueError("a signer of another version")
    if _at(fields, 2, _SEQUENCE) not in digests:
        raise ValueError("the signer's digest is not among those of the object")
    attributes = _at(fields, 3, _CONTEXT_0)[1]
    said = _attributes(attributes)
    return SignerInfo(
        attributes=tlv.encode(_SET, attributes),
        content_type=tlv.only(said.get(cms.CONTENT_TYPE, b""), _OID),
        digest=tlv.only(said.get(cms.MESSAGE_DIGEST, b""), _OCTETS),
        digest_name=_hash_name(_at(fields, 2, _SEQUENCE)[1]),
        algorithm=_algorithm(_at(fields, 4, _SEQUENCE)[1]),
        signature=_at(fields, 5, _OCTETS)[1],
        certificate=_certificate(fields[1], certificates),
    )


def _attributes(signed: bytes) -> dict[str, bytes]:
    """Return the one value of each attribute that is looked at."""
    known = {tlv.oid_value(name): name for name in (cms.CONTENT_TYPE, cms.MESSAGE_DIGEST)}
    found: dict[str, bytes] = {}
    for _, attribute in tlv.items(signed):
        name, values = _parts(attribute, _OID, _SET)
        if name in known:
            if known[name] in found:
                raise ValueError("an attribute stands twice")
            found[known[name]] = values
    return found


def _certificate(sid: tuple[int, bytes], certificates: bytes) -> bytes | None:
    """Return the certificate that the signer is named by; by issuer and number, or alone."""
    for tag, value in tlv.items(certificates):
        certificate = tlv.encode(tag, value)
        if sid[0] != _SEQUENCE or _names(sid[1], value):
            return certificate
    return None


def _names(sid: bytes, certificate: bytes) -> bool:
    """Whether issuer and serial number are those of this certificate (RFC 5280 §4.1)."""
    fields = list(tlv.items(next(tlv.items(certificate), (0, b""))[1]))
    if fields and fields[0][0] == _CONTEXT_0:
        fields = fields[1:]
    return len(fields) > 2 and list(tlv.items(sid)) == [fields[2], fields[0]]


def _hash_name(identifier: bytes) -> str | None:
    return _HASHES.get(_algorithm(identifier))


def _algorithm(identifier: bytes) -> bytes:
    """Return which algorithm is meant (RFC 5280 §4.1.1.2); its parameters are not looked at."""
    return _at(list(tlv.items(identifier)), 0, _OID)[1]


def _parts(data: bytes, *tags: int) -> tuple[bytes, ...]:
    """Return the values of exactly these objects."""
    found = list(tlv.items(data))
    if tuple(tag for tag, _ in found) != tags:
        raise ValueError("other objects were expected")
    return tuple(value for _, value in found)


def _at(fields: list[tuple[int, bytes]], place: int, tag: int) -> tuple[int, bytes]:
    if not 0 <= place < len(fields) or fields[place][0] != tag:
        raise ValueError("an object is missing, or another")
    return fields[place]
