"""The headers that tell a system its limits, with every answer to a question of its own.

By draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` names the quota of the day (in Việt
Nam) and the pace, `RateLimit` what is left of each and the seconds until it begins anew. A batch
counts each of its questions.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from app.exchange import access as accesses

if TYPE_CHECKING:
    from app.api.calls import Call
    from app.exchange.access import Access
    from app.exchange.callers import Caller

#: The largest integer of a structured field (RFC 9651 §3.3.1).
_LARGEST: Final = 10**15 - 1
_A_DAY: Final = 24 * 60 * 60

Headers = list[tuple[bytes, bytes]]


def headers(access: Access, caller: Caller) -> Headers:
    """Return what tells the system its limits, and what is left of them."""
    left = access.left(caller)
    pace = caller.pace
    told = b'"day";r=%d;t=%d, "pace";r=%d;t=%d' % (
        min(left.today, _LARGEST),
        left.today_seconds,
        left.pace,
        left.pace_seconds,
    )
    policy = _policy(caller.daily_quota, pace.questions, pace.seconds)
    return [(b"ratelimit-policy", policy), (b"ratelimit", told)]


def of(call: Call) -> Headers:
    """Return those headers for a call that put a question to the exchange, else none."""
    if call.service is None or call.caller is None:
        return []
    return headers(accesses.of(call.world), call.caller)


@lru_cache(maxsize=256)
def _policy(quota: int, questions: int, seconds: int) -> bytes:
    return b'"day";q=%d;w=%d, "pace";q=%d;w=%d' % (
        min(quota, _LARGEST),
        _A_DAY,
        questions,
        seconds,
    )
