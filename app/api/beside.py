"""Beside: what a thread of a server process does for its worlds while others answer.

It looks at a counter of what this process has written; at the database only if that has moved, or
some time has gone by, for what others have written.
"""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy.exc import SQLAlchemyError

from app.platform import clock, failures
from app.platform.errors import DancuError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.platform.worlds import World

#: The start of a server has other things to load first.
_FIRST_SECONDS: Final = 1.0
_log = logging.getLogger("dancu.beside")


class _Seen(NamedTuple):
    """When a world was looked at last, and how much had been written then."""

    at_ns: int
    written: int


class Beside(ABC):
    """One such thread; `worlds` are those that it looks after. A subclass says how it looks."""

    def __init__(
        self, worlds: Callable[[], Iterable[World]], name: str, tick_seconds: float, look_ns: int
    ) -> None:
        """Look every `tick_seconds`; after `look_ns` even where this process has not written."""
        self._worlds = worlds
        self._tick_seconds = tick_seconds
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
    def _look(self) -> None:
        """Look at the worlds that are due, once."""

    def _run(self) -> None:
        self._stop.wait(_FIRST_SECONDS)
        while not self._stop.is_set():
            try:
                self._look()
            except (DancuError, SQLAlchemyError) as error:  # busy or closed: the next look will do
                _log.warning("no look by the %s: %s", self._thread.name, failures.named(error))
            except Exception:  # noqa: BLE001 - what goes wrong once ends nothing for all worlds
                _log.exception("a look by the %s failed", self._thread.name)
            self._stop.wait(self._tick_seconds)

    def _is_due(self, world: World) -> bool:
        now, written = clock.monotonic_ns(), world.writer.written
        seen = self._seen.get(world)
        if seen is not None and seen.written == written and now - seen.at_ns < self._look_ns:
            return False
        self._seen[world] = _Seen(now, written)
        return True
