"""The machine's clock: the only module that asks what time it is.

Real time governs tokens, receipts and `recorded_at`. A world's own clock is a date in its `world`
row and is not read here.
"""

from __future__ import annotations

import datetime as dt
import time


def now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def epoch() -> int:
    """Whole seconds since 1970-01-01T00:00:00Z: a NumericDate (RFC 7519 §2)."""
    return int(time.time())


def monotonic_ns() -> int:
    """Nanoseconds that never run backwards: for durations, not for dates."""
    return time.monotonic_ns()


def worked_ns() -> int:
    """Nanoseconds that this thread has been at work: without those in which others were."""
    return time.thread_time_ns()


def rfc3339_ms(moment: dt.datetime) -> str:
    """RFC 3339 in UTC with three decimals and `Z`; text order is time order. `moment` is aware."""
    if moment.tzinfo is not dt.UTC:
        moment = moment.astimezone(dt.UTC)
    return moment.isoformat(timespec="milliseconds")[:-6] + "Z"
