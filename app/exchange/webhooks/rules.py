"""When a message is tried again, and when nobody tries any more: all in seconds of real time."""

from __future__ import annotations

import datetime as dt
import secrets
from email.utils import parsedate_to_datetime
from typing import Final

import msgspec

#: Later than anything: there is nothing to look at by itself.
NEVER: Final = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
_MOST_RETRY_AFTER: Final = 86_400.0
_PARTS: Final = 1_000


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The schedule of Standard Webhooks 1.0.0, and the limits of a turn.

    `delays` follow the first attempt, and each is longer by up to `jitter` of itself. `seconds`
    is what an attempt may take, `lease` what a turn may. `at_once` is how many messages are in a
    turn, `waiting` how many may wait for their next attempt before no new ones are made. After
    `disable_after` without one success a webhook is disabled. `hold` is when it is looked at
    again after a refusal, and how long one is left alone that asks for less.
    """

    delays: tuple[float, ...] = (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
    jitter: float = 0.2
    seconds: float = 15.0
    lease: float = 60.0
    at_once: int = 10
    waiting: int = 100
    disable_after: float = 432_000.0
    hold: float = 60.0

    def delay(self, attempt: int) -> float | None:
        """Return the seconds after the failed attempt of that number, from 1; None: the last."""
        if attempt > len(self.delays):
            return None
        return self.delays[attempt - 1] * (1 + self.jitter * secrets.randbelow(_PARTS) / _PARTS)


RULES: Final = Rules()


def retry_after(said: str | None, now: dt.datetime) -> float:
    """Read Retry-After (RFC 9110 §10.2.3), seconds or a date; 0 where it says nothing sensible."""
    if said is None:
        return 0.0
    try:
        seconds = float(said) if said.isdigit() else _until(said, now)
    except (TypeError, ValueError):
        return 0.0
    return min(max(seconds, 0.0), _MOST_RETRY_AFTER)


def _until(said: str, now: dt.datetime) -> float:
    moment = parsedate_to_datetime(said)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return (moment - now).total_seconds()
