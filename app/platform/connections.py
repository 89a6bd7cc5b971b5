"""One cap over the database connections of all worlds that a process has open."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from sqlalchemy import event

from app.platform import engines, failures

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Dialect, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection


class Connections:
    """Counts connections as they are opened and closed, and makes idle worlds give theirs up."""

    def __init__(self, limit: int, shed: Callable[[], None]) -> None:
        """`shed` is called when all are taken, to close those that nobody is using."""
        self.limit = limit
        self._shed = shed
        self._open = 0
        self._changed = threading.Condition()

    @property
    def open(self) -> int:
        """How many connections are open now."""
        return self._open

    def take(self) -> None:
        """Count one more connection; raise `connections-exhausted` when none comes free."""
        with self._changed:
            if self._open < self.limit:
                self._open += 1
                return
        self._shed()
        with self._changed:
            if not self._changed.wait_for(lambda: self._open < self.limit, engines.WAIT_SECONDS):
                raise failures.EXHAUSTED.error(retry_after=failures.RETRY_SECONDS)
            self._open += 1

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
            self.take()
            try:
                return dialect.connect(*args, **named)
            except BaseException:
                self.give()
                raise

        @event.listens_for(engine, "close")
        def closed(_connection: object, _record: object) -> None:
            self.give()

        @event.listens_for(engine, "close_detached")
        def closed_detached(_connection: object) -> None:
            self.give()
