"""The ledger: what the writer's thread and an event loop share, so that one writes at a time."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from app.platform import batches, clock, errors, failures, scripts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Engine, RootTransaction

    from app.platform.batches import Work
    from app.platform.scripts import Script


CLOSED = errors.declare(
    code="world-closed",
    kind="unavailable",
    fault_of="simulation",
    title_vi="Thế giới vừa được đóng",
    title_en="The world has just been closed",
    next_vi="Gửi lại yêu cầu; thế giới sẽ được mở lại.",
    next_en="Send the request again; it opens the world anew.",
)


#: How much of what nobody waits for one batch takes.
LATER_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Opened:
    """A transaction that has begun and is the world's only one in this process."""

    connection: Connection
    transaction: RootTransaction


class Ledger:
    """Begins and ends the transactions of one world in this process, for who has the turn."""

    def __init__(self, engine: Engine, prepare: Callable[[], Script[None]], limit: int) -> None:
        """`prepare` is played first in every transaction; `limit` is how many writes may wait."""
        self.turn = threading.Lock()
        self.ready: deque[Work] = deque()
        self.later: deque[Work] = deque()
        self.batches = 0
        self.written = 0
        self.taken_ns = 0
        self.limit = limit
        self._engine = engine
        self.prepare = prepare

    def take_ready(self, *, is_last: bool = False) -> list[Work]:
        """Take what an event loop has ready, then what nobody waits for.

        Of that only `LATER_AT_ONCE`, unless this is the last batch: a hundred thousand failed
        rows of a file would hold up for a minute whoever does wait.
        """
        self.taken_ns = clock.monotonic_ns()
        works: list[Work] = []
        while self.ready:  # others only append
            works.append(self.ready.popleft())
        room = len(self.later) if is_last else LATER_AT_ONCE
        while self.later and room:
            works.append(self.later.popleft())
            room -= 1
        return works

    def begin(self) -> Opened:
        """Begin a transaction. Raises the driver's error, and what `prepare` raises."""
        connection = self._engine.connect()
        try:
            transaction = connection.begin()
            scripts.play(connection, self.prepare())
        except BaseException:
            connection.close()
            raise
        return Opened(connection, transaction)

    def commit(self, opened: Opened, works: Sequence[Work]) -> None:
        """Commit, or tell every work that it was not written. Wakes nobody yet."""
        try:
            with opened.connection:
                opened.transaction.commit()
        except BaseException as error:  # noqa: BLE001 - whoever waits must be told
            self.give_up(works, error)
        else:
            self.count(works)

    def count(self, works: Sequence[Work]) -> None:
        """Count a batch that has been committed."""
        self.batches += 1
        self.written += len(works)

    def abandon(self, opened: Opened, works: Sequence[Work], error: BaseException) -> None:
        """Undo the transaction, and tell every work that it was not written. Wakes nobody yet."""
        with suppress(SQLAlchemyError):  # the database has hung up: there is nothing left to undo
            opened.connection.close()
        self.give_up(works, error)

    def give_up(self, works: Sequence[Work], error: BaseException) -> None:
        """Give every work the batch's error; keep for later what nobody waits for."""
        batches.log.error("a batch of %d failed: %s", len(works), failures.named(error))
        batches.fail(works, error)
        kept = [work for work in works if work.future is None]
        lost = len(kept) - max(0, self.limit - len(self.later))
        if lost > 0:
            batches.log.error("%d unwritten rows were given up", lost)
            del kept[:lost]
        self.later.extendleft(reversed(kept))
