"""Beside: what a thread of a server process does for its worlds while others answer.

It looks at a counter of what this process has written; at the database only if that has moved, or
some time has gone by, for what others have written.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, NamedTuple

from app.platform import clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.platform.worlds import World


class _Seen(NamedTuple):
    """When a world was looked at last, and how much had been written then."""

    at_ns: int
    written: int


class Beside(ABC):
    """One such thread; `worlds` are those that it looks after. A subclass says how it runs."""

    def __init__(self, worlds: Callable[[], Iterable[World]], name: str, look_ns: int) -> None:
        """After `look_ns` a world is looked at again though this process has not written."""
        self._worlds = worlds
        self._look_ns = look_ns
        self._seen: dict[World, _Seen] = {}
        self._ended: set[World] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def close(self) -> None:
        """End; what runs is left to the release of its world."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    @abstractmethod
    def _run(self) -> None:
        """Look until it is to stop."""

    def _is_due(self, world: World) -> bool:
        now, written = clock.monotonic_ns(), world.writer.written
        seen = self._seen.get(world)
        if seen is not None and seen.written == written and now - seen.at_ns < self._look_ns:
            return False
        self._seen[world] = _Seen(now, written)
        return True
