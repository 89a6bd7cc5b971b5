"""How existing SOAP clients prove themselves: a hash over address, user, time and secret.

`Authorization: Basic base64(user:sha256hex(address + user + timestamp + secret))` beside
`Timestamp`, in milliseconds, as public client code of provinces and courts sends it. What the
real service does with them (its window, replays) is not public: that is ours. The hash does not
cover the body.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from app.exchange import client_authentication, credentials
from app.exchange.client_authentication import Assertion
from app.platform import errors

if TYPE_CHECKING:
    from app.exchange.callers import Caller, Snapshot
    from app.platform.worlds import World

#: How far the timestamp may be from this server's clock, either way.
WINDOW_SECONDS: Final = 300
METHOD: Final = "client_secret_basic"

MISSING = errors.declare(
    code="soap-credentials-missing",
    kind="unauthenticated",
    fault_of="caller",
    title_vi="Lời gọi SOAP không mang thông tin xác thực",
    title_en="The SOAP call carries no credentials",
    next_vi="Gửi hai tiêu đề HTTP Authorization và Timestamp; `dancu soap headers` làm mẫu.",
    next_en="Send the HTTP headers Authorization and Timestamp; `dancu soap headers` shows how.",
)
INVALID = errors.declare(
    code="soap-credentials-invalid",
    kind="unauthenticated",
    fault_of="caller",
    title_vi="Thông tin xác thực của lời gọi SOAP không đúng",
    title_en="The credentials of the SOAP call do not hold",
    next_vi="Tính lại: sha256 (hex) của địa chỉ + user + Timestamp + secret, nối liền nhau; "
    "`dancu soap headers` làm mẫu.",
    next_en="Hash address + user + Timestamp + secret, joined, with SHA-256 in hex; "
    "`dancu soap headers` shows how.",
)
OUTSIDE = errors.declare(
    code="soap-timestamp-outside",
    kind="unauthenticated",
    fault_of="caller",
    title_vi="Timestamp lệch quá xa giờ của máy chủ",
    title_en="The Timestamp is too far from the server's clock",
    next_vi="Gửi số mili giây từ 1970-01-01 UTC, lệch không quá 5 phút; đồng bộ đồng hồ (NTP).",
    next_en="Send milliseconds since 1970-01-01 UTC, at most 5 minutes off; set your clock (NTP).",
)
REPLAYED = errors.declare(
    code="soap-credentials-used",
    kind="unauthenticated",
    fault_of="caller",
    title_vi="Thông tin xác thực này đã được dùng",
    title_en="These credentials were used before",
    next_vi="Tính lại cho mỗi lời gọi; hai lời gọi trong cùng một mili giây cần Timestamp khác.",
    next_en="Make them anew for each call; two calls in one millisecond need two Timestamps.",
)

_DETAIL: Final = (
    "the user is unknown or has another way to prove itself, or the hash is of something else",
    "user không có hoặc xác thực theo cách khác, hoặc mã băm tính từ nội dung khác",
)
_TIMESTAMP: Final = re.compile("[0-9]{13}")


class Shown(NamedTuple):
    """What a call shows: two headers as they came, and the addresses it may have hashed."""

    authorization: str
    timestamp: str
    addresses: tuple[str, ...]


def made(address: str, client_id: str, timestamp: str, secret: str) -> str:
    """Return the Authorization header of a call; `timestamp` is in milliseconds, as text."""
    pair = f"{client_id}:{_hash(address, client_id, timestamp, secret)}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def authenticate(world: World, snapshot: Snapshot, shown: Shown, *, now_ms: int) -> Caller:
    """Return the system that made these headers; raise one of this module's four errors.

    1. Both headers are there, and the hash is that of a system that has a secret, over one of the
       addresses.
    2. The timestamp is within the window around `now_ms`.
    3. They are used for the first time: an INSERT into `spent_assertion` decides.

    Whether its connection is open is not asked here: the gate answers that, in the log.
    """
    # 1.
    absent = [name for name in ("authorization", "timestamp") if not getattr(shown, name)]
    if absent:
        names = ", ".join(name.capitalize() for name in absent)
        raise MISSING.error(f"there is no {names}", detail_vi=f"thiếu {names}")
    claimed_id, claimed_hash = _pair(shown.authorization)
    caller = snapshot.callers.get(claimed_id)
    version = 0 if caller is None else caller.credential_version
    secret = credentials.client_secret(world, claimed_id, version)
    # Every address is compared, of a user there is not too: time tells nothing.
    fits = [
        hmac.compare_digest(
            _hash(address, claimed_id, shown.timestamp, secret).encode(), claimed_hash.encode()
        )
        for address in shown.addresses
    ]
    is_stamped = _TIMESTAMP.fullmatch(shown.timestamp) is not None
    if caller is None or caller.auth_method != METHOD or not is_stamped or not any(fits):
        raise _invalid()
    # 2.
    made_ms = int(shown.timestamp)
    if abs(made_ms - now_ms) > WINDOW_SECONDS * 1_000:
        raise OUTSIDE.error()
    # 3.
    ends_ms = made_ms + (WINDOW_SECONDS + client_authentication.SKEW_SECONDS) * 1_000
    ends = dt.datetime.fromtimestamp(ends_ms / 1_000, dt.UTC)
    used = Assertion(caller.client_id, f"soap:{claimed_hash}", ends)
    if not client_authentication.spend(world, used):
        raise REPLAYED.error()
    return caller


def _pair(authorization: str) -> tuple[str, str]:
    """Read `Basic base64(user:hash)` (RFC 7617 §2), the hash in hex of either case."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        raise _invalid()
    try:
        user, _, hexed = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise _invalid() from None
    return user, hexed.lower()


def _hash(address: str, client_id: str, timestamp: str, secret: str) -> str:
    return sha256(f"{address}{client_id}{timestamp}{secret}".encode()).hexdigest()


def _invalid() -> errors.DancuError:
    detail, detail_vi = _DETAIL
    return INVALID.error(detail, detail_vi=detail_vi)
