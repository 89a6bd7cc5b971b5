"""Paces: how fast systems ask, counted in windows of real time, in one process and in several.

A window begins on a multiple of its length since 1970, so that all processes have the same. Each
counts its own questions at once; what others counted comes with the looks at access, twice a
second while questions come, and is taken to be of the window in which it is heard of. So several
processes together let through at most what each of them is asked within about half a second more
than the pace; one alone keeps it exactly. Nothing is written for it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.exchange.callers import Caller, Pace


_NONE = [-1, 0]


class Paces:
    """How many questions each system has asked within its present window."""

    def __init__(self) -> None:
        #: Window and questions within it: written over, for this is done for every question.
        self._counted: dict[str, list[int]] = {}
        self._lock = threading.Lock()

    def add(self, client_id: str, pace: Pace, now: int, questions: int = 1) -> bool:
        """Count questions; False when they go beyond the pace. `now` is in seconds since 1970."""
        window = now // pace.seconds
        with self._lock:
            counted = self._counted.setdefault(client_id, [window, 0])
            if counted[0] != window:
                counted[:] = (window, 0)
            counted[1] += questions
            return counted[1] <= pace.questions

    def heard(self, grown: Mapping[str, int], callers: Mapping[str, Caller], now: int) -> None:
        """Count what other processes have been asked since they were last heard of."""
        for client_id, more in grown.items():
            caller = callers.get(client_id)
            if caller is not None:
                self.add(client_id, caller.pace, now, more)

    def left(self, client_id: str, pace: Pace, now: int) -> int:
        """Return how many questions the present window has room for."""
        window, questions = self._counted.get(client_id, _NONE)
        return (
            max(0, pace.questions - questions) if window == now // pace.seconds else pace.questions
        )
