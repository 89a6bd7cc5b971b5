"""Pipelining: an event loop plays its lane items' scripts on a PostgreSQL connection of its own.

A thread would let go of the interpreter at each statement, and then wait for the busy event loop
to give it back. Here statements are sent one behind the other and only what is asked for is
waited for; while the server writes and commits, the loop makes the answers.

The writer's thread stays the one that explains: a batch that fails here, and surely left nothing,
is left to it, and it writes each item in a savepoint of its own. It also writes while there is no
connection, so that nobody waits for one.
"""

from __future__ import annotations

import asyncio
import contextlib
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from app.platform import batches, clock, errors, failures
from app.platform.ledger import CLOSED
from app.platform.scripts import Statement

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from sqlalchemy import URL

    from app.platform.batches import Lane, Work
    from app.platform.connections import Connections
    from app.platform.ledger import Ledger
    from app.platform.scripts import Script
    from app.platform.wire import Wire

T = TypeVar("T")

#: A connection that nobody used for so long is given back.
_IDLE_SECONDS: Final = 10.0
#: No connection is looked for again so soon after one was lost, or not to be had.
_AGAIN_NS: Final = 1_000_000_000
#: How long `close` waits for a batch on its way.
_PATIENCE_SECONDS: Final = 10.0
_BEGIN: Final = Statement("BEGIN")
_COMMIT: Final = Statement("COMMIT")


class Pipeline:
    """The event loop's side of the writer: `hosts` and `add` are called on that loop."""

    def __init__(
        self,
        ledger: Ledger,
        url: URL,
        connections: Connections | None,
        *,
        is_crowded: Callable[[], bool],
        is_wanted: Callable[[], bool],
        wake_thread: Callable[[], None],
    ) -> None:
        """`is_crowded` tells that a connection is worth its while; `connections` counts it.

        `is_wanted` tells that the writer's thread has work; `wake_thread` has it take over.
        """
        self._ledger = ledger
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._connections = connections
        self._is_crowded = is_crowded
        self._is_wanted = is_wanted
        self._wake_thread = wake_thread
        self._loop: asyncio.AbstractEventLoop | None = None
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._wire: Wire | None = None
        self._not_before_ns = 0
        self._is_idle = False
        self._is_committing = False
        self._closed = False

    @property
    def is_open(self) -> bool:
        """Whether there is a connection, and nothing has gone wrong on it."""
        wire = self._wire
        return wire is not None and wire.is_good

    def hosts(self, loop: asyncio.AbstractEventLoop, lane: Lane[Any, Any]) -> bool:
        """Whether this loop writes the lane's items: scripts, on the first loop that has any.

        As long as there is no connection it does not; where it is crowded, there soon will be.
        """
        if lane.script is None or self._closed:
            return False
        if self._loop is not loop:
            if self._loop is not None and not self._loop.is_closed():
                return False
            self._loop, self._arrived, self._task, self._wire = loop, asyncio.Event(), None, None
        if self.is_open:
            return True
        if self._is_crowded() and clock.monotonic_ns() > self._not_before_ns:
            self._start()
        return False

    def add(self, work: Work) -> None:
        """Take an item; it is written with all that are ready when the last batch has ended."""
        self._ledger.ready.append(work)
        self._arrived.set()

    def invite(self) -> None:
        """Have the loop write what is ready; from any thread, after giving back the turn."""
        if self._ledger.ready:
            self._call()

    def shed(self) -> bool:
        """Give up the connection if nobody is using it, from whichever thread; say if so."""
        if not self._is_idle:
            return False
        self._is_idle = False
        self._call()
        return True

    def close(self) -> None:
        """End, when the batch on its way has been committed; no other begins. Not on the loop."""
        self._closed = True
        self._call()
        if self._ledger.turn.acquire(timeout=_PATIENCE_SECONDS):
            self._ledger.turn.release()

    def _call(self) -> None:
        """Have the loop look what there is to do; from any thread."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it is closed, and all in it with it
                self._loop.call_soon_threadsafe(self._arrived.set)

    def _start(self) -> None:
        if self._task is None and self._loop is not None:
            self._task = self._loop.create_task(self._serve())

    async def _serve(self) -> None:
        """Write batch after batch, until there has been nothing to write for a while."""
        import psycopg  # noqa: PLC0415 - an extra that SQLite does without

        try:
            async with self._connected() as wire:
                while wire.is_good and not self._closed:
                    if self._has_turn():
                        await self._batch(wire)
                    elif not await self._is_called():
                        break
        except (OSError, psycopg.Error, errors.UnavailableError) as error:
            batches.log.warning("no connection to write on: %s", failures.named(error))
            self._not_before_ns = clock.monotonic_ns() + _AGAIN_NS
        finally:
            self._task = None
            if self._closed:  # the thread has ended, too
                left = self._ledger.take_ready()
                batches.fail(left, CLOSED.error(retry_after=1))
                batches.settle_all(left)
            elif self._ledger.ready:
                self._wake_thread()

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[Wire]:
        """Give a connection, counted with all others for as long as it is open."""
        from psycopg import AsyncConnection  # noqa: PLC0415 - as above

        from app.platform.wire import Wire  # noqa: PLC0415 - as above

        counted = self._connections
        connect = partial(
            AsyncConnection.connect,
            self._dsn,
            autocommit=True,
            application_name="dancu",
            connect_timeout=10,
        )
        connection = await (connect() if counted is None else counted.opened_soon(connect))
        try:
            self._wire = wire = Wire(connection, on_loss=self._arrived.set)
            try:
                yield wire
            finally:
                self._wire = None
                await wire.close()
        finally:
            await connection.close()
            if counted is not None:
                counted.give()

    async def _is_called(self) -> bool:
        """Wait until there may be work; False if nobody comes for a while, or it is shed."""
        self._arrived.clear()
        self._is_idle = True
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._arrived.wait(), _IDLE_SECONDS)
        was_shed = not self._is_idle
        self._is_idle = False
        return self._arrived.is_set() and not was_shed

    def _has_turn(self) -> bool:
        """Take the turn, if there is anything to write and the thread is not to write it.

        The thread takes what is ready along with its jobs; whoever has the turn invites.
        """
        ledger = self._ledger
        return bool(ledger.ready) and not self._is_wanted() and ledger.turn.acquire(blocking=False)

    async def _batch(self, wire: Wire) -> None:
        """Write one batch, tell everybody, and give back the turn; or leave it to the thread."""
        ledger = self._ledger
        works: list[Work] = []
        self._is_committing = False
        try:
            await self._write(wire, works)
            ledger.count(works)
        except BaseException as error:
            await wire.close()  # which undoes what is not committed
            self._failed(works, error)
            if not isinstance(error, Exception):  # the loop ends
                raise
        else:
            batches.settle_all(works)
        finally:
            ledger.turn.release()

    def _failed(self, works: list[Work], error: BaseException) -> None:
        """Leave the batch to the thread, or tell everybody that it was not written."""
        ledger = self._ledger
        self._not_before_ns = clock.monotonic_ns() + _AGAIN_NS
        if self._is_the_thread_s(works, error):
            batches.log.warning(
                "a batch of %d is tried again by the thread: %s", len(works), failures.named(error)
            )
            self._leave(works)
            return
        works = works or ledger.take_ready()
        if not isinstance(error, Exception):  # it may be there: what nobody waits for, only once
            works = [work for work in works if work.future is not None]
        ledger.give_up(works, error)
        batches.settle_all(works)

    async def _write(self, wire: Wire, works: list[Work]) -> None:
        """Write what is ready into `works` and into the database.

        1. Begin. Another process may be writing: who comes while that is waited for is in time.
        2. Send all scripts side by side, each as far as it knows.
        3. Commit; meanwhile the answers are made.
        """
        # 1.
        wire.send(_BEGIN)
        await _play(wire, self._ledger.prepare())
        works += self._taken()
        # 2.
        by_lane = batches.by_lane(works)
        scripts: list[Script[Any]] = [
            lane.script("postgresql", [work.what for work in of_lane])
            for lane, of_lane in by_lane.items()
            if lane.script is not None
        ]
        playing = (_play(wire, script) for script in scripts)
        results = _good(await asyncio.gather(*playing, return_exceptions=True))
        for of_lane, result in zip(by_lane.values(), results, strict=True):
            batches.settle(of_lane, result)
        # 3.
        self._is_committing = True
        wire.send(_COMMIT)
        committed = wire.sync()
        batches.make(works)
        await committed

    def _taken(self) -> list[Work]:
        """Take what is ready and is a script; what else rides along is left to the thread."""
        works = self._ledger.take_ready()
        others = [work for work in works if work.lane is None or work.lane.script is None]
        if others:
            self._leave(others)
        return [work for work in works if work not in others] if others else works

    def _is_the_thread_s(self, works: list[Work], error: BaseException) -> bool:
        """Whether the thread is to try once more: it is certain that nothing was written.

        While it commits only a statement's own error is certain. What the world itself objects to
        as a batch begins, all are told.
        """
        if self._is_committing:
            has_code = getattr(error, "sqlstate", None) is not None
            return has_code and failures.fatal_in(error) is None
        return bool(works) or not isinstance(error, errors.DancuError)

    def _leave(self, works: list[Work]) -> None:
        """Leave to the thread what was not written here, in its order."""
        ledger = self._ledger
        for work in works:
            work.error = None
        ledger.ready.extendleft(reversed([work for work in works if work.future is not None]))
        ledger.later.extendleft(reversed([work for work in works if work.future is None]))
        self._wake_thread()


async def _play(wire: Wire, script: Script[T]) -> T:
    """Send the script's statements, all of them; wait only for the rows that it asks for."""
    try:
        statement = next(script)
        while True:
            if statement.asks:
                statement = script.send(await wire.ask(statement))
            else:
                wire.send(statement)
                statement = script.send(())
    except StopIteration as end:
        wire.flush()
        returned: T = end.value
        return returned


def _good(results: list[Any]) -> list[Any]:
    """Return the results, or raise the first that is an error."""
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results
