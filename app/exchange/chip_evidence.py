"""What a reader hands over of a chip: as it comes in, taken apart, and nothing of it believed."""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from app.identity.chip import passive, signed_object
from app.platform import errors
from app.platform.errors import InvalidParam

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography import x509

    from app.identity.chip.signed_object import Unverified

#: A certificate of ours has 800 bytes; nobody's has this many.
MOST_CERTIFICATE_BYTES: Final = 8_192
#: The largest file that a chip can hold.
MOST_GROUP_BYTES: Final = 65_536
_PEM: Final = b"-----BEGIN CERTIFICATE-----"

MALFORMED = errors.declare(
    code="chip-evidence-malformed",
    kind="invalid",
    fault_of="caller",
    title_vi="Dữ liệu đọc từ chip không đúng dạng",
    title_en="What was read from the chip is not of the right form",
    next_vi="Gửi nguyên các byte đã đọc, mã hoá base64: EF.SOD, nhóm dữ liệu, chứng thư X.509.",
    next_en="Send the bytes as read, in base64: EF.SOD, data groups, an X.509 certificate.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What is to be verified: a signer's certificate, or a signed object and files with it.

    `challenge` and `signature` are a proof by Active Authentication, `face` is a template token.
    """

    certificate: x509.Certificate | None = None
    sod: Unverified | None = None
    groups: Mapping[int, bytes] = field(default_factory=dict)
    challenge: bytes | None = None
    signature: bytes = b""
    face: str | None = None


def read_certificate(text: str) -> x509.Certificate:
    """Read a certificate: PEM, base64 of PEM as readers' kits send it, or base64 of DER.

    Raises `chip-evidence-malformed`.
    """
    raw = text.strip().encode()
    if not raw.startswith(_PEM):
        raw = read_base64("certificate", text, MOST_CERTIFICATE_BYTES)
    if raw.lstrip().startswith(_PEM):  # DER may end in a byte that would be white space in a text
        raw = _of_pem(raw)
    found = passive.load(raw)
    if found is None:
        raise _malformed("certificate", "no X.509 certificate", "không phải chứng thư X.509")
    return found


def read_sod(text: str) -> Unverified:
    """Read EF.SOD from base64, with or without its tag. Raises `chip-evidence-malformed`."""
    raw = read_base64("sod", text, signed_object.MOST_BYTES)
    try:
        return signed_object.read(raw)
    except ValueError:
        raise _malformed("sod", "no EF.SOD", "không phải EF.SOD") from None


def read_base64(name: str, text: str, most: int) -> bytes:
    """Return the bytes of a member in base64 (RFC 4648 §4). Raises `chip-evidence-malformed`."""
    try:
        raw = binascii.a2b_base64("".join(text.split()), strict_mode=True)
    except (binascii.Error, ValueError):
        raise _malformed(name, "not base64", "không phải base64") from None
    if not 0 < len(raw) <= most:
        raise _malformed(name, f"more than {most} bytes, or none", f"trống hoặc quá {most} byte")
    return raw


def _of_pem(pem: bytes) -> bytes:
    """Return the DER in the first certificate of a PEM; empty where there is none."""
    body = pem.partition(_PEM)[2].partition(b"-----END CERTIFICATE-----")[0]
    try:
        return binascii.a2b_base64(body)
    except binascii.Error:
        return b""


def _malformed(name: str, reason: str, reason_vi: str) -> errors.DancuError:
    return MALFORMED.error(params=(InvalidParam(name, reason, reason_vi),))
