"""Token Status List: whether credentials still count, two bits each, for anybody to ask.

draft-ietf-oauth-status-list: a compressed list under one signature at a stable address, so that
who asks about a credential does not tell which.
"""

from __future__ import annotations

import json
import zlib
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final

from app.identity.credentials import jws, sd_jwt
from app.identity.credentials.sd_jwt import RejectedError
from app.platform.signing import base64url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    from app.platform.signing import Es256Signer

TYPE: Final = "statuslist+jwt"
MEDIA_TYPE: Final = "application/statuslist+jwt"
BITS: Final = 2
#: Credentials of one list (the draft's example, and enough that one of them is nobody's trace).
ENTRIES: Final = 131_072
#: How long a list is good, and after how long it is worth asking for anew, in seconds.
LIFETIME_SECONDS: Final = 3_600
TTL_SECONDS: Final = 60
_PER_BYTE: Final = 8 // BITS
_BYTES: Final = ENTRIES // _PER_BYTE


class Status(IntEnum):
    """Status types (§7.1 of the draft)."""

    VALID = 0
    INVALID = 1
    SUSPENDED = 2


def encode(statuses: Mapping[int, Status]) -> str:
    """Return the list of all entries, those unnamed valid: zlib of two bits each, base64url.

    The first entry of a byte stands in its lowest bits (§4.1).
    """
    packed = bytearray(_BYTES)
    for index, status in statuses.items():
        packed[index // _PER_BYTE] |= status << BITS * (index % _PER_BYTE)
    return base64url(zlib.compress(bytes(packed), 9)).decode()


def status_at(status_list: Mapping[str, Any], index: int) -> int:
    """Read one entry of a `status_list` claim; raise `RejectedError` for a malformed one."""
    if status_list.get("bits") != BITS or not 0 <= index < ENTRIES:
        raise RejectedError("status", "the status list is of another shape")
    unpacker = zlib.decompressobj()
    try:
        packed = unpacker.decompress(sd_jwt.decoded(str(status_list.get("lst"))), _BYTES + 1)
    except zlib.error:
        raise RejectedError("status", "the status list is not compressed by zlib") from None
    if len(packed) != _BYTES:
        raise RejectedError("status", "the status list is of another length")
    return packed[index // _PER_BYTE] >> BITS * (index % _PER_BYTE) & (1 << BITS) - 1


def token(signer: Es256Signer, address: str, statuses: Mapping[int, Status], now: int) -> str:
    """Return the signed list whose address is `address`, as of `now`."""
    claims = {
        "sub": address,
        "iat": now,
        "exp": now + LIFETIME_SECONDS,
        "ttl": TTL_SECONDS,
        "status_list": {"bits": BITS, "lst": encode(statuses)},
        "simulated": True,
    }
    return signer.compact(signer.protected(typ=TYPE), json.dumps(claims).encode()).decode()


def check(
    unverified_token: str, key: EllipticCurvePublicKey, *, address: str, now: int
) -> dict[str, Any]:
    """Return the `status_list` claim of a list that is signed, at this address, and current."""
    claims = jws.check(jws.read(unverified_token, TYPE, "status"), key, "status")
    expires = claims.get("exp")
    if claims.get("sub") != address or not isinstance(expires, int) or expires <= now:
        raise RejectedError("status", "the status list is another, or has expired")
    found = claims.get("status_list")
    if not isinstance(found, dict):
        raise RejectedError("status", "there is no status list")
    return found
