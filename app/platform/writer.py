"""The writer: the one way into a world's database, through which batches commit together.

How a batch runs:
1. Whatever arrived while the last batch was being committed is this batch; no timer holds anybody
   back.
2. Begin: on SQLite BEGIN IMMEDIATE, on PostgreSQL an advisory lock, so that of several processes
   one writes at a time. Within this process whoever writes holds the turn.
3. Run the jobs in the order of their arrival, each in a savepoint of its own.
4. Run each lane once over all its waiting items, in a savepoint of its own.
5. Commit; meanwhile the event loop makes the answers, which nobody has yet.
6. Only then wake the callers.

A thread does this for jobs. For lane items the event loop that hands them over does it itself:
- on SQLite it runs step 4 and leaves only the commit to a second thread (`hosting`): statements
  that take microseconds are done before another thread would have got hold of the interpreter;
- on PostgreSQL, for lanes that are scripts, and under load, it sends all of it on a connection of
  its own and waits without keeping anybody (`pipelining`).
"""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import Future
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar, overload

from app.platform import batches, clock, engines, failures, scripts
from app.platform.batches import Item, Lane, Result, Work
from app.platform.hosting import Host
from app.platform.ledger import CLOSED, Ledger
from app.platform.pipelining import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection, Engine
    from sqlalchemy.orm import Session

    from app.platform.connections import Connections
    from app.platform.ledger import Opened
    from app.platform.scripts import Script
    from app.platform.stores.store import Dialect

__all__ = ["CLOSED", "Lane", "Writer"]

T = TypeVar("T")

#: The longest that a write nobody waits for is held back.
LATER_SECONDS = 0.05
#: A batch takes no further job after this: who came behind a long one is waiting for the commit.
BATCH_NS = 50_000_000
DEFAULT_LIMIT = 4096
#: So many waiting items are worth a connection of the event loop's own to PostgreSQL.
CROWD = 4
_POLL_SECONDS = 0.002


class _Signal:
    """What wakes the thread without being work."""


_TICK = _Signal()
_TAKE_OVER = _Signal()
_STOP = _Signal()


class Writer:
    """The one way into a world's database; its threads start with the first write."""

    def __init__(
        self,
        engine: Engine,
        prepare: Callable[[], Script[None]],
        *,
        name: str,
        limit: int = DEFAULT_LIMIT,
        connections: Connections | None = None,
        crowd: int = CROWD,
    ) -> None:
        """`prepare` is played first in every transaction; `limit` is how many writes may wait.

        When `crowd` wait, an event loop writes to PostgreSQL by itself, on one of `connections`.
        """
        self._ledger = Ledger(engine, prepare, limit)
        self._dialect: Dialect = engines.dialect(engine)
        ours: dict[str, Callable[[], Any]] = {
            "is_wanted": lambda: self._is_waiting or not self._queue.empty(),
            "wake_thread": lambda: self._send(_TAKE_OVER),
        }
        self._host: Host | Pipeline = (
            Host(self._ledger, **ours)
            if self._dialect == "sqlite"
            else Pipeline(
                self._ledger,
                engine.url,
                connections,
                is_crowded=lambda: self.waiting >= crowd,
                **ours,
            )
        )
        self._name = name
        self._lanes: dict[str, Lane[Any, Any]] = {}
        self._queue: SimpleQueue[Work | _Signal] = SimpleQueue()
        self._held: list[Work] = []
        self._ticking = False
        self._is_waiting = False
        self._is_left_some = False
        self._stopping = False
        self._closed = False
        self._door = threading.RLock()
        self._thread: threading.Thread | None = None

    # What callers do

    def submit(self, job: Callable[[Session], T]) -> T:
        """Run `job` in the writer's transaction and return its result after the commit.

        An exception undoes this job alone and is raised here. Never call it from inside a job.
        """
        if threading.current_thread() is self._thread:
            raise RuntimeError("a job cannot wait for another job")
        future: Future[T] = Future()
        self._enter(Work(None, job, future))
        return future.result()

    def lane(
        self, name: str, handle: Callable[[Connection, list[Item]], Sequence[Result] | None]
    ) -> Lane[Item, Result]:
        """Open a lane; a name is given once, so asking again returns the lane that is there.

        On SQLite `handle` runs on the event loop: it must do its statements and nothing else.
        What many calls write is better `scripted`.
        """
        return self._lanes.setdefault(name, Lane(name, handle))

    def scripted(
        self, name: str, script: Callable[[Dialect, list[Item]], Script[Sequence[Result] | None]]
    ) -> Lane[Item, Result]:
        """Open a lane whose items are written by a script; the event loop may play it, too."""
        found = self._lanes.get(name)
        if found is None:
            handle = partial(_play, script, self._dialect)
            found = self._lanes.setdefault(name, Lane(name, handle, script))
        return found

    @overload
    def put(self, lane: Lane[Item, Result], item: Item) -> asyncio.Future[Result]: ...

    @overload
    def put(
        self, lane: Lane[Item, Result], item: Item, meanwhile: Callable[[Result], T]
    ) -> asyncio.Future[T]: ...

    def put(
        self,
        lane: Lane[Item, Result],
        item: Item,
        meanwhile: Callable[[Result], object] | None = None,
    ) -> asyncio.Future[Any]:
        """Hand over an item on the event loop; the future has its result after the commit.

        `meanwhile` is called with the result on the event loop while the batch commits: the
        future has then what it returned, or raised. Where the commit fails, that is thrown away:
        it must do nothing but make what is waited for.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        work = Work(lane, item, future, meanwhile)
        if self._host.hosts(loop, lane):
            self._admit()
            self._host.add(work)
        else:
            self._enter(work)
        return future

    def put_later(self, lane: Lane[Item, Result], item: Item) -> None:
        """Let an item ride along with the next batch, which comes within `LATER_SECONDS`.

        Nobody is told of its end: an item that fails is logged. `close` writes what is left.
        """
        if self._closed:
            raise CLOSED.error(retry_after=1)
        self._ledger.later.append(Work(lane, item, None))
        self._tick()

    def shed(self) -> bool:
        """Close a connection of its own that nobody is using; say whether there was one."""
        return self._host.shed()

    def bulk(self, slices: Iterable[Callable[[Session], None]]) -> None:
        """Run each slice as a job, so that others get between. Keep a slice under 50 ms.

        Slices commit one by one: the first that fails is raised, those before it stay written.
        """
        for piece in slices:
            self.submit(piece)

    @property
    def waiting(self) -> int:
        """How many writes wait for the next batch."""
        return self._queue.qsize() + len(self._ledger.ready)

    @property
    def is_pipelined(self) -> bool:
        """Whether an event loop writes to PostgreSQL by itself now."""
        return self._host.is_open

    @property
    def batches(self) -> int:
        """How many transactions have been committed."""
        return self._ledger.batches

    @property
    def written(self) -> int:
        """How many jobs and items were in them."""
        return self._ledger.written

    def close(self) -> None:
        """Write all that was handed over, then end the threads; later writes are refused."""
        with self._door:
            self._closed = True
        if self._thread is not None or self._ledger.ready or self._ledger.later:
            self._send(_STOP)
        if self._thread is not None:
            self._thread.join()
        self._host.close()
        left = self._ledger.take_ready()  # by an event loop, in the moment of closing
        batches.fail(left, CLOSED.error(retry_after=1))
        batches.wake(left)

    def _admit(self) -> None:
        if self._closed:
            raise CLOSED.error(retry_after=1)
        if self.waiting >= self._ledger.limit:
            raise failures.WRITER_BUSY.error(retry_after=1)

    def _enter(self, work: Work) -> None:
        with self._door:  # so that nothing comes behind the signal to stop
            self._admit()
            self._send(work)

    def _send(self, arrival: Work | _Signal) -> None:
        if self._thread is None:
            self._start()
        self._queue.put(arrival)

    def _tick(self) -> None:
        if not self._ticking:
            self._ticking = True
            self._send(_TICK)

    def _start(self) -> None:
        with self._door:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name=f"writer-{self._name}", daemon=True
                )
                self._thread.start()

    # What the thread does

    def _run(self) -> None:
        while not self._stopping or self._held:
            works = self._gather()
            if works is None:
                continue
            written = self._ledger.batches
            self._is_waiting = True  # or an event loop that is quicker would always come first
            with self._ledger.turn:
                self._is_waiting = False
                self._ticking = False  # what is added from here on ticks again
                if self._takes_all(works):
                    works += self._ledger.take_ready(is_last=self._stopping)
                if works:
                    self._write(works)
            batches.wake(works)
            # There was more than one batch takes. Of one that failed the next to come tries again.
            if self._ledger.later and self._ledger.batches > written:
                self._tick()
            self._host.invite()

    def _takes_all(self, works: list[Work]) -> bool:
        """Whether the thread takes along what is ready and what nobody waits for.

        Where an event loop writes by itself it takes that, and nobody there waits for a job
        besides: unless it has left something here, or has had nothing to write for a while.
        """
        is_left, self._is_left_some = self._is_left_some, False
        if not works or is_left or self._stopping or not self.is_pipelined:
            return True
        return clock.monotonic_ns() - self._ledger.taken_ns > LATER_SECONDS * 1e9

    def _gather(self) -> list[Work] | None:
        """Wait for work, or for a signal; return the jobs and items that are there.

        None: there was a tick, and the event loop has written what it was for.
        """
        works, self._held = self._held, []
        if not works:
            signal = self._sort(self._queue.get(), works)
            if signal is _TICK and not self._is_left(works):
                return None
        while True:
            try:
                self._sort(self._queue.get_nowait(), works)
            except Empty:
                return works

    def _is_left(self, works: list[Work]) -> bool:
        """Give what nobody waits for its time to ride along; say whether there is work then.

        Under load the event loop's batches take it, and this thread keeps out of their way.
        """
        self._host.invite()  # for the tick it has held back
        waiting_since = clock.monotonic_ns()
        while True:
            patience = LATER_SECONDS - (clock.monotonic_ns() - waiting_since) / 1e9
            try:
                arrival = self._queue.get(timeout=max(0.0, patience))
            except Empty:
                self._ticking = False  # before the look: what is added after it ticks again
                if not self._ledger.later:
                    return False
                self._ticking = True
                if self._ledger.taken_ns <= waiting_since:
                    return True
                waiting_since = self._ledger.taken_ns  # what is there now came after that
            else:
                if self._sort(arrival, works) is not _TICK:
                    return True

    def _sort(self, arrival: Work | _Signal, works: list[Work]) -> _Signal | None:
        if isinstance(arrival, Work):
            works.append(arrival)
            return None
        if arrival is _STOP:
            self._stopping = True
        if arrival is _TAKE_OVER:
            self._is_left_some = True
        return arrival

    def _write(self, works: list[Work]) -> None:
        """Run one batch (steps 2 to 5)."""
        try:
            opened = self._begin()
        except BaseException as error:  # noqa: BLE001 - whoever waits must be told
            self._ledger.give_up(works, error)
            return
        try:
            self._run_jobs(opened.connection, works)
            batches.run_lanes(opened.connection, works)
        except BaseException as error:  # noqa: BLE001 - see above
            self._ledger.abandon(opened, works, error)
            return
        batches.go_on(works)
        self._ledger.commit(opened, works)

    def _begin(self) -> Opened:
        """Begin, waiting for another process's write to end as long as SQLite would."""
        deadline = clock.monotonic_ns() + int(engines.BUSY_SECONDS * 1e9)
        while True:
            try:
                return self._ledger.begin()
            except Exception as error:
                if not failures.is_busy(error) or clock.monotonic_ns() > deadline:
                    raise
            time.sleep(_POLL_SECONDS)

    def _run_jobs(self, connection: Connection, works: list[Work]) -> None:
        """Run the jobs until time is up; the rest leave this batch for the next."""
        deadline = clock.monotonic_ns() + BATCH_NS
        jobs = [work for work in works if work.lane is None]
        for number, job in enumerate(jobs):
            if number and clock.monotonic_ns() > deadline:
                self._held = jobs[number:]
                works[:] = [work for work in works if work not in self._held]
                return
            batches.run_job(connection, job)


def _play(
    script: Callable[[Dialect, list[Item]], Script[Sequence[Result] | None]],
    dialect: Dialect,
    connection: Connection,
    items: list[Item],
) -> Sequence[Result] | None:
    """Handle a lane's items by its script. It does not hold on to the writer: lanes outlive it."""
    return scripts.play(connection, script(dialect, items))
