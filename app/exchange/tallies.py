"""Tallies: counts that hold exactly in one process, and within a second in several.

Each process counts what it sees at once; the database adds all of them up, and a poll brings back
what the others counted: what is there beyond one's own. Counts belong to a period (a day, a
window) and start anew with the next.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

Key = TypeVar("Key", bound="Hashable")


class Tally(Generic[Key]):
    """Counts by key within the present period; at most `limit` keys are kept of one's own.

    A key beyond the limit pushes out the one that came first: its count goes on in the database.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._period = 0
        self._own: dict[Key, int] = {}
        self._others: dict[Key, int] = {}
        self._lock = threading.Lock()

    def add(self, key: Key, period: int, count: int = 1) -> int:
        """Count and return the total within `period`, this one included.

        A thread that comes late with the period before is counted for that, by the database.
        """
        with self._lock:
            self._turn_to(period)
            own = self._own.get(key, 0) + count
            if period == self._period:
                self._own.pop(key, None)
                self._own[key] = own
                if len(self._own) > self._limit:
                    self._own.pop(next(iter(self._own)))
            return own + self._others.get(key, 0)

    def total(self, key: Key, period: int) -> int:
        """The total within `period` as far as it is known here."""
        if period > self._period:
            return 0
        return self._own.get(key, 0) + self._others.get(key, 0)

    def polled(self, totals: Mapping[Key, int], period: int) -> dict[Key, int]:
        """Take the database's totals: what is above our own count, others have counted.

        Returns how much more that is than was known of them before. Their part never shrinks
        within a period. What we have counted and not yet written hides as much of theirs, until a
        poll after that: it is never more than is written within a moment, and no write that is
        tried twice is subtracted twice.
        """
        grown = {}
        with self._lock:
            self._turn_to(period)
            for key, total in totals.items():
                theirs = total - self._own.get(key, 0)
                more = theirs - self._others.get(key, 0)
                if more > 0:
                    self._others[key] = theirs
                    grown[key] = more
        return grown

    def _turn_to(self, period: int) -> None:
        if period > self._period:  # never back: a thread may come late with the one before
            self._period = period
            self._own = {}
            self._others = {}
