"""Hosting: an event loop runs its lane items' statements itself and leaves the commit to a thread.

For SQLite, whose statements take microseconds. In a thread each of them would let go of the
interpreter and then wait for the busy event loop to give it back, which takes longer than the
statement. The commit waits for the disk, and that is what a thread is for.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from app.platform import batches, failures
from app.platform.ledger import CLOSED

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from app.platform.batches import Lane, Work
    from app.platform.ledger import Ledger, Opened


class Host:
    """The event loop's side of the writer; all but `close` is called on that loop."""

    def __init__(
        self, ledger: Ledger, *, is_wanted: Callable[[], bool], wake_thread: Callable[[], None]
    ) -> None:
        """`is_wanted` tells that the writer's thread has work; `wake_thread` has it take over."""
        self._ledger = ledger
        self._is_wanted = is_wanted
        self._wake_thread = wake_thread
        self._loop: asyncio.AbstractEventLoop | None = None
        self._scheduled = False
        self._closed = False
        self._commits: SimpleQueue[tuple[Opened, list[Work]] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None

    def hosts(self, loop: asyncio.AbstractEventLoop, _lane: Lane[Any, Any]) -> bool:
        """Whether this loop runs its own lanes: the first does, another when that has ended."""
        if self._loop is loop:
            return True
        if self._loop is not None and not self._loop.is_closed():
            return False
        self._loop = loop
        self._scheduled = False
        return True

    @property
    def is_open(self) -> bool:
        """Whether there is a connection besides the writer's own: a file needs none."""
        return False

    def shed(self) -> bool:
        """Say that no connection was given up: a file's is not counted."""
        return False

    def add(self, work: Work) -> None:
        """Take an item; it is written with all that become ready in this turn of the loop."""
        self._ledger.ready.append(work)
        self._schedule()

    def invite(self) -> None:
        """Have the loop write what is ready; from any thread, after giving back the turn."""
        loop = self._loop
        if self._ledger.ready and loop is not None:
            with suppress(RuntimeError):  # it has been closed: the next batch takes what it left
                loop.call_soon_threadsafe(self._schedule)

    def close(self) -> None:
        """End the thread, when the batch on its way has been committed; no other begins."""
        with self._ledger.turn:
            self._closed = True
        if self._thread is not None:
            self._commits.put(None)
            self._thread.join()

    def _schedule(self) -> None:
        # After the callbacks that are due already: the tasks among them may have more to write.
        if not self._scheduled and self._loop is not None:
            self._scheduled = True
            self._loop.call_soon(self._run)

    def _run(self) -> None:
        self._scheduled = False
        ledger = self._ledger
        if not ledger.ready:
            return
        # The thread takes what is ready along with its jobs; whoever has the turn invites.
        if self._is_wanted() or not ledger.turn.acquire(blocking=False):
            return
        works = ledger.take_ready()
        try:
            opened = self._opened()
        except Exception as error:  # noqa: BLE001 - whoever waits must be told
            self._not_begun(works, error)
            return
        try:
            batches.run_lanes(opened.connection, works)
        except BaseException as error:  # noqa: BLE001 - whoever waits must be told
            ledger.abandon(opened, works, error)
            ledger.turn.release()
            batches.wake(works)
            return
        self._hand_over(opened, works)
        batches.make(works)

    def _opened(self) -> Opened:
        if self._closed:
            raise CLOSED.error(retry_after=1)
        return self._ledger.begin()

    def _not_begun(self, works: list[Work], error: Exception) -> None:
        """Nothing was done: if another process is writing, leave the waiting to the thread."""
        ledger = self._ledger
        if failures.is_busy(error):
            ledger.ready.extendleft(reversed([work for work in works if work.future is not None]))
            ledger.later.extendleft(reversed([work for work in works if work.future is None]))
            ledger.turn.release()
            self._wake_thread()
            return
        ledger.give_up(works, error)
        ledger.turn.release()
        batches.wake(works)

    def _hand_over(self, opened: Opened, works: list[Work]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._commit, name="committer", daemon=True)
            self._thread.start()
        self._commits.put((opened, works))

    def _commit(self) -> None:
        """What the thread does: commit, give back the turn, wake, invite."""
        while (batch := self._commits.get()) is not None:
            opened, works = batch
            self._ledger.commit(opened, works)
            self._ledger.turn.release()
            batches.wake(works)
            self.invite()
