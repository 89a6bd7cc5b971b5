"""The document's signed object: what every data group hashes to, signed by a document signer."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from app.identity import tlv
from app.identity.pki import authority as authorities
from app.identity.pki import cms

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from app.identity.pki.authority import Issued

#: id-icao-mrtd-security-ldsSecurityObject (Doc 9303-10 §4.6.2.3).
CONTENT: Final = "2.23.136.1.1.1"
TAG: Final = 0x77
_SHA256: Final = tlv.sequence(tlv.oid("2.16.840.1.101.3.4.2.1"))


def write(groups: Mapping[int, bytes], by: Issued, signed_on: dt.date) -> bytes:
    """Return EF.SOD over these data groups."""
    hashes = (
        tlv.sequence(tlv.integer(number), tlv.octets(sha256(data).digest()))
        for number, data in sorted(groups.items())
    )
    content = tlv.sequence(tlv.integer(0), _SHA256, tlv.sequence(*hashes))
    signed = cms.sign(CONTENT, content, by, at=authorities.midnight(signed_on))
    return tlv.encode(TAG, signed)


def unwrapped(data: bytes) -> bytes:
    """Return the signed data of EF.SOD, or `data` where it stands without its tag already."""
    return tlv.only(data, TAG) if data[:1] == bytes((TAG,)) else data
