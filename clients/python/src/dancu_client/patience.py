"""When a request is sent again, and after how long.

What helps is decided by the problem document: the server says when (`Retry-After`), or that the
fault is its own (`fault_of` is `simulation`). What the caller, the citizen or the registry would
have to change is told at once.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import msgspec

from dancu_client.effects import Lost, Reply
from dancu_client.errors import ProblemDocument

#: Answered by what stands before a server, too.
_PASSING = frozenset({500, 502, 503, 504})
#: The first request with this key still runs: it will have an answer.
_RUNNING = "idempotency-running"


@dataclass(frozen=True)
class Patience:
    """How often one call is tried, and how long (seconds) is waited before the next try.

    Waits double, and are longer by up to a half at random, so that many clients do not come back
    at once. A server that asks for more than `longest_wait` is not waited for.
    """

    attempts: int = 4
    first_wait: float = 0.5
    longest_wait: float = 60.0

    def wait(self, reply: Reply | Lost, attempt: int) -> float | None:
        """Return how long to wait after this attempt (from 1), None where it would not help."""
        if attempt >= self.attempts or not _helps(reply):
            return None
        told = retry_after(reply)
        if told is not None:
            return told if told <= self.longest_wait else None
        doubled: float = self.first_wait * 2 ** (attempt - 1)
        return min(doubled * (1 + secrets.randbelow(500) / 1000), self.longest_wait)


def retry_after(reply: Reply | Lost) -> float | None:
    """Return the seconds that the server asks to wait (RFC 9110 §10.2.3), None if it does not.

    It says how long, or until when; what cannot be read is not said.
    """
    told = "" if isinstance(reply, Lost) else str(reply.headers.get("retry-after", ""))
    if told.isdecimal():
        return float(told)
    try:
        until = parsedate_to_datetime(told).timestamp()
    except ValueError:
        return None
    return max(0.0, until - time.time())  # noqa: TID251 - a date of real time


def problem(reply: Reply) -> ProblemDocument | None:
    """Read the problem document of an error, None where it is none."""
    try:
        return msgspec.json.decode(reply.content, type=ProblemDocument)
    except msgspec.DecodeError:
        return None


def _helps(reply: Reply | Lost) -> bool:
    if isinstance(reply, Lost) or is_page(reply):
        return True
    if not reply.is_error:
        return False
    document = problem(reply)
    if document is None:
        return reply.status in _PASSING
    if document.code == _RUNNING or retry_after(reply) is not None:
        return True
    return document.fault_of == "simulation" and reply.status in _PASSING


def is_page(reply: Reply) -> bool:
    """Whether a page for people came in place of an answer, as of a proxy."""
    return reply.media_type == "text/html"
