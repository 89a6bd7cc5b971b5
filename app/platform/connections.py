"""One cap over the database connections of all worlds that a process has open."""

from __future__ import annotations

import asyncio
import threading
import time
from typing import TYPE_CHECKING, Final

from sqlalchemy import event

from app.platform import clock, engines, failures

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Dialect, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection

#: How soon idle connections are looked for again, while somebody waits for one.
_AGAIN_SECONDS: Final = 0.02


class Connections:
    """Counts connections as they are opened and closed, and makes idle worlds give theirs up."""

    def __init__(self, limit: int, shed: Callable[[], None]) -> None:
        """`shed` is called when all are taken, to close one that nobody is using."""
        self.limit = limit
        self._shed = shed
        self._open = 0
        self._changed = threading.Condition()

    @property
    def open(self) -> int:
        """How many connections are open now."""
        return self._open

    def take(self) -> None:
        """Count one more connection; raise `connections-exhausted` when none comes free.

        Those that become idle stay with their world until somebody makes it give them up: so that
        is asked for again and again.
        """
        until_ns = _deadline()
        while not self._taken(0):
            self._shed()
            if self._taken(_AGAIN_SECONDS):
                return
            _check(until_ns)

    async def taken(self) -> None:
        """Do the same as `take`, without keeping an event loop from its work."""
        until_ns = _deadline()
        while not self._taken(0):
            self._shed()
            await asyncio.sleep(_AGAIN_SECONDS)
            _check(until_ns)

    def _taken(self, seconds: float) -> bool:
        """Count one more, if there is room within so many seconds; say whether."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._open < self.limit, seconds):
                return False
            self._open += 1
            return True

    def give(self) -> None:
        """Count one connection less."""
        with self._changed:
            self._open -= 1
            self._changed.notify()

    def watch(self, engine: Engine) -> None:
        """Count the connections that `engine` opens and closes.

        Those of a server that has no room are asked for again: others use it too, and what was
        closed here may not have ended there yet.
        """

        @event.listens_for(engine, "do_connect")
        def connect(
            dialect: Dialect, _record: object, args: list[object], named: dict[str, object]
        ) -> DBAPIConnection:
            until_ns = _deadline()
            while True:
                self.take()
                try:
                    return dialect.connect(*args, **named)
                except BaseException as error:
                    self.give()
                    if not failures.is_full(error) or clock.monotonic_ns() >= until_ns:
                        raise
                self._shed()
                time.sleep(_AGAIN_SECONDS)

        @event.listens_for(engine, "close")
        def closed(_connection: object, _record: object) -> None:
            self.give()

        @event.listens_for(engine, "close_detached")
        def closed_detached(_connection: object) -> None:
            self.give()


def _deadline() -> int:
    return clock.monotonic_ns() + int(engines.WAIT_SECONDS * 1e9)


def _check(until_ns: int) -> None:
    if clock.monotonic_ns() >= until_ns:
        raise failures.EXHAUSTED.error(retry_after=failures.RETRY_SECONDS)
