"""One cap over the database connections of all worlds that a process has open."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy import event

from app.platform import engines, failures

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from sqlalchemy import Dialect, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection

T = TypeVar("T")

#: How soon idle connections are looked for again, while somebody waits for one.
_AGAIN_SECONDS: Final = 0.02


class Connections:
    """Counts connections as they are opened and closed, and has idle ones closed for others."""

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

    def opened(self, connect: Callable[[], T]) -> T:
        """Connect, and count it; raise `connections-exhausted` when none comes free.

        Those that become idle stay with their world until somebody makes it give them up: so that
        is asked for again and again. So is a server that has no room: others use it too, and what
        was closed here may not have ended there yet.
        """
        for is_counted in self._tries():
            if is_counted:
                try:
                    return connect()
                except BaseException as error:
                    self.give()
                    if not failures.is_full(error):
                        raise
                    self._shed()
            with self._changed:
                self._changed.wait(_AGAIN_SECONDS)
        raise failures.EXHAUSTED.error(retry_after=failures.RETRY_SECONDS)

    async def opened_soon(self, connect: Callable[[], Awaitable[T]]) -> T:
        """Do the same without keeping an event loop from its work."""
        for is_counted in self._tries():
            if is_counted:
                try:
                    return await connect()
                except BaseException as error:
                    self.give()
                    if not failures.is_full(error):
                        raise
                    self._shed()
            await asyncio.sleep(_AGAIN_SECONDS)
        raise failures.EXHAUSTED.error(retry_after=failures.RETRY_SECONDS)

    def _tries(self) -> Iterator[bool]:
        """Say again and again, until time is up, whether one more has been counted."""
        for _ in engines.turns():
            if self._take():
                yield True
            else:
                self._shed()
                yield self._take()

    def _take(self) -> bool:
        """Count one more, if there is room; say whether."""
        with self._changed:
            has_room = self._open < self.limit
            self._open += has_room
            return has_room

    def give(self) -> None:
        """Count one connection less."""
        with self._changed:
            self._open -= 1
            self._changed.notify()

    def watch(self, engine: Engine) -> None:
        """Count the connections that `engine` opens and closes."""

        @event.listens_for(engine, "do_connect")
        def connect(
            dialect: Dialect, _record: object, args: list[object], named: dict[str, object]
        ) -> DBAPIConnection:
            return self.opened(lambda: dialect.connect(*args, **named))

        engines.watch(engine, self.give)
