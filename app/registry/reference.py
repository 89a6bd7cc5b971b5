"""Reference tables in memory: read once from each database, shared by those that hold the same."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from sqlalchemy import Engine
    from sqlalchemy.orm import Session

Rows = TypeVar("Rows", bound="Hashable")
Table = TypeVar("Table")


class Remembered(Generic[Rows, Table]):
    """What `build` makes of what `read` finds in a database, kept as long as its engine lives.

    Reference tables change only by migration, with the world closed, so nothing is ever dropped
    while the engine lives. Worlds whose rows are equal share one value: 14,000 units of fifty open
    worlds are kept once.
    """

    def __init__(self, read: Callable[[Session], Rows], build: Callable[[Rows], Table]) -> None:
        self._read = read
        self._build = build
        self._by_engine: WeakKeyDictionary[Engine, tuple[Rows, Table]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def of(self, session: Session) -> Table:
        """Return the value for the session's database, reading it the first time."""
        engine = session.get_bind().engine
        known = self._by_engine.get(engine)
        if known is None:
            known = self._remember(engine, self._read(session))
        return known[1]

    def _remember(self, engine: Engine, rows: Rows) -> tuple[Rows, Table]:
        with self._lock:
            same = (kept for kept in self._by_engine.values() if kept[0] == rows)
            found = next(same, None) or (rows, self._build(rows))
            if rows:  # an empty table is a database that is still being filled
                self._by_engine[engine] = found
            return found
