"""The writer: one thread per world through which all writes go, so that batches commit together.

How a batch runs:
1. Wait for work. Whatever arrived while the last batch was being committed is this batch; no
   timer holds anybody back.
2. Begin: on SQLite BEGIN IMMEDIATE, on PostgreSQL an advisory lock, so that of several processes
   one writes at a time.
3. Run the jobs in the order of their arrival, each in a savepoint of its own.
4. Run each lane once over all its waiting items, in a savepoint of its own.
5. Commit.
6. Only then wake the callers, all of one event loop by one call.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy.orm import Session

from app.platform import clock, errors, failures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection, Engine

T = TypeVar("T")
Item = TypeVar("Item")
Result = TypeVar("Result")

#: The longest that a write nobody waits for is held back.
LATER_SECONDS = 0.05
#: A batch takes no further job after this: who came behind a long one is waiting for the commit.
BATCH_NS = 50_000_000
DEFAULT_LIMIT = 4096

CLOSED = errors.declare(
    code="world-closed",
    kind="unavailable",
    fault_of="simulation",
    title_vi="Thế giới vừa được đóng",
    title_en="The world has just been closed",
    next_vi="Gửi lại yêu cầu; thế giới sẽ được mở lại.",
    next_en="Send the request again; it opens the world anew.",
)

_log = logging.getLogger("dancu.writer")


@dataclass(frozen=True, eq=False)
class Lane(Generic[Item, Result]):
    """A kind of write whose waiting items are handled by one call, in the order they came.

    `handle` returns one result per item in the same order, or None when there are none to give.
    """

    name: str
    handle: Callable[[Connection, list[Item]], Sequence[Result] | None]


@dataclass(slots=True, eq=False)
class _Work:
    """One thing to write: a job (`lane` is None) or a lane's item, and who waits for it."""

    lane: Lane[Any, Any] | None
    what: Any
    future: asyncio.Future[Any] | Future[Any] | None
    outcome: Any = None
    error: BaseException | None = None


class _Signal:
    """What wakes the thread without being work."""


_TICK = _Signal()
_STOP = _Signal()


class Writer:
    """The one way into a world's database; its thread starts with the first write."""

    def __init__(
        self,
        engine: Engine,
        begin: Callable[[Connection], None],
        *,
        name: str,
        limit: int = DEFAULT_LIMIT,
    ) -> None:
        """`begin` runs first in every transaction; `limit` is how many writes may wait."""
        self.batches = 0
        self.written = 0
        self._engine = engine
        self._begin = begin
        self._name = name
        self._limit = limit
        self._lanes: dict[str, Lane[Any, Any]] = {}
        self._queue: SimpleQueue[_Work | _Signal] = SimpleQueue()
        self._held: list[_Work] = []
        self._later: deque[_Work] = deque()
        self._ticking = False
        self._stopping = False
        self._closed = False
        self._door = threading.Lock()
        self._thread: threading.Thread | None = None

    # What callers do

    def submit(self, job: Callable[[Session], T]) -> T:
        """Run `job` in the writer's transaction and return its result after the commit.

        An exception undoes this job alone and is raised here. Never call it from inside a job.
        """
        if threading.current_thread() is self._thread:
            raise RuntimeError("a job cannot wait for another job")
        future: Future[T] = Future()
        self._enter(_Work(None, job, future))
        return future.result()

    async def submit_async(self, job: Callable[[Session], T]) -> T:
        """Do what `submit` does, without holding up the event loop."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._enter(_Work(None, job, future))
        return await future

    def lane(
        self, name: str, handle: Callable[[Connection, list[Item]], Sequence[Result] | None]
    ) -> Lane[Item, Result]:
        """Open a lane; a name is given once, so asking again returns the lane that is there."""
        return self._lanes.setdefault(name, Lane(name, handle))

    def put(self, lane: Lane[Item, Result], item: Item) -> asyncio.Future[Result]:
        """Hand over an item on the event loop; the future has its result after the commit."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._enter(_Work(lane, item, future))
        return future

    def put_later(self, lane: Lane[Item, Result], item: Item) -> None:
        """Let an item ride along with the next batch, which comes within `LATER_SECONDS`.

        Nobody is told of its end: an item that fails is logged. `close` writes what is left.
        """
        self._later.append(_Work(lane, item, None))
        if not self._ticking:
            self._ticking = True
            self._enter(_TICK)

    def bulk(self, slices: Iterable[Callable[[Session], None]]) -> None:
        """Run each slice as a job, so that others get between. Keep a slice under 50 ms.

        Slices commit one by one: the first that fails is raised, those before it stay written.
        """
        for piece in slices:
            self.submit(piece)

    @property
    def waiting(self) -> int:
        """How many writes wait for the next batch."""
        return self._queue.qsize()

    def close(self) -> None:
        """Write all that was handed over, then end the thread; later writes are refused."""
        with self._door:
            self._closed = True
            thread = self._thread
            if thread is not None:
                self._queue.put(_STOP)
        if thread is not None:
            thread.join()

    def _enter(self, work: _Work | _Signal) -> None:
        with self._door:
            if self._closed:
                raise CLOSED.error(retry_after=1)
            if self._queue.qsize() >= self._limit:
                raise failures.WRITER_BUSY.error(retry_after=1)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name=f"writer-{self._name}", daemon=True
                )
                self._thread.start()
            self._queue.put(work)

    # What the thread does

    def _run(self) -> None:
        while not self._stopping or self._held:
            works = self._gather()
            if works:
                self._write(works)

    def _gather(self) -> list[_Work]:
        """Wait for work; return all that is there, what nobody waits for last."""
        works, self._held = self._held, []
        if not works:
            self._sort(self._queue.get(), works)
            if not works and not self._stopping:  # a tick: others may come before its time is up
                self._wait_for_company(works)
        while True:
            try:
                self._sort(self._queue.get_nowait(), works)
            except Empty:
                break
        # In this order: what comes in between ticks again.
        self._ticking = False
        while self._later:
            works.append(self._later.popleft())
        return works

    def _wait_for_company(self, works: list[_Work]) -> None:
        try:
            self._sort(self._queue.get(timeout=LATER_SECONDS), works)
        except Empty:
            return

    def _sort(self, arrival: _Work | _Signal, works: list[_Work]) -> None:
        if isinstance(arrival, _Work):
            works.append(arrival)
        elif arrival is _STOP:
            self._stopping = True

    def _write(self, works: list[_Work]) -> None:
        """Run one batch (steps 2 to 6)."""
        try:
            with self._engine.connect() as connection, connection.begin():
                self._begin(connection)
                works = self._run_jobs(connection, works)
                self._run_lanes(connection, works)
        except BaseException as error:  # noqa: BLE001 - whoever waits must be told, whatever it was
            self._fail(works, error)
        else:
            self.batches += 1
            self.written += len(works)
        _wake(works)

    def _run_jobs(self, connection: Connection, works: list[_Work]) -> list[_Work]:
        """Run the jobs until time is up; hold back the rest and return what the batch is now."""
        deadline = clock.monotonic_ns() + BATCH_NS
        batch: list[_Work] = []
        for work in works:
            if work.lane is None:
                if batch and clock.monotonic_ns() > deadline:
                    self._held.append(work)
                    continue
                _run_job(connection, work)
            batch.append(work)
        return batch

    def _run_lanes(self, connection: Connection, works: list[_Work]) -> None:
        by_lane: dict[Lane[Any, Any], list[_Work]] = {}
        for work in works:
            if work.lane is not None:
                by_lane.setdefault(work.lane, []).append(work)
        for lane, of_lane in by_lane.items():
            _run_lane(connection, lane, of_lane)

    def _fail(self, works: list[_Work], error: BaseException) -> None:
        """Give everyone who waits the batch's error; keep for later what nobody waits for."""
        _log.error("a batch of %d failed", len(works), exc_info=error)
        for work in works:
            work.error = failures.told(error) or error
        kept = [work for work in works if work.future is None]
        lost = len(self._later) + len(kept) - self._limit
        if lost > 0:
            _log.error("%d unwritten rows were given up", lost)
            del kept[:lost]
        self._later.extendleft(reversed(kept))


def _run_job(connection: Connection, work: _Work) -> None:
    try:
        with Session(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            work.outcome = work.what(session)
            session.commit()
    except BaseException as error:
        if failures.is_fatal(error):
            raise
        work.error = error


def _run_lane(connection: Connection, lane: Lane[Any, Any], works: list[_Work]) -> None:
    """Handle all items at once, or one by one when one of them spoils it for the others."""
    try:
        with connection.begin_nested():
            results = lane.handle(connection, [work.what for work in works])
            for work, result in zip(works, results or [None] * len(works), strict=True):
                work.outcome = result
    except Exception as error:
        if failures.is_fatal(error):
            raise
        if len(works) > 1:
            for work in works:
                _run_lane(connection, lane, [work])
            return
        works[0].error = error
        if works[0].future is None:
            _log.exception("a row of lane %s was not written", lane.name)


def _wake(works: list[_Work]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[_Work]] = {}
    for work in works:
        future = work.future
        if isinstance(future, asyncio.Future):
            by_loop.setdefault(future.get_loop(), []).append(work)
        elif future is not None:
            _settle(work, future)
    for loop, of_loop in by_loop.items():
        try:
            loop.call_soon_threadsafe(_settle_all, of_loop)
        except RuntimeError:  # the loop has been closed: nobody is there to be told
            _log.warning("%d callers left before their writes were done", len(of_loop))


def _settle_all(works: list[_Work]) -> None:
    for work in works:
        if work.future is not None and not work.future.done():  # done: the caller was cancelled
            _settle(work, work.future)


def _settle(work: _Work, future: asyncio.Future[Any] | Future[Any]) -> None:
    if work.error is None:
        future.set_result(work.outcome)
    else:
        future.set_exception(work.error)
