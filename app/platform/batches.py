"""Batches: jobs and lane items that are written in one transaction, each failing alone.

What a statement does wrong is undone to a savepoint and told to the one who asked for it. What
takes the transaction with it (a full disk, a lost connection) is raised, and is everybody's.
"""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy.orm import Session

from app.platform import engines, failures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sqlalchemy import Connection

    from app.platform.scripts import Script
    from app.platform.stores.store import Dialect

Item = TypeVar("Item")
Result = TypeVar("Result")

log = logging.getLogger("dancu.writer")


@dataclass(frozen=True, eq=False)
class Lane(Generic[Item, Result]):
    """A kind of write whose waiting items are handled by one call, in the order they came.

    `handle` returns one result per item in the same order, or None when there are none to give.
    """

    name: str
    handle: Callable[[Connection, list[Item]], Sequence[Result] | None]
    #: The same as a script, where it is one: an event loop may play that on PostgreSQL.
    script: Callable[[Dialect, list[Item]], Script[Sequence[Result] | None]] | None = None


@dataclass(slots=True, eq=False)
class Work:
    """One thing to write: a job (`lane` is None) or a lane's item, and who waits for it.

    `meanwhile` makes of the result what is waited for; see `Writer.put`.
    """

    lane: Lane[Any, Any] | None
    what: Any
    future: asyncio.Future[Any] | Future[Any] | None
    meanwhile: Callable[[Any], Any] | None = None
    outcome: Any = None
    error: BaseException | None = None


def run_job(connection: Connection, work: Work) -> None:
    """Run one job in a savepoint; its session flushes and releases that when the job returns."""
    try:
        with Session(
            connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        ) as session:
            work.outcome = work.what(session)
            session.commit()
    except BaseException as error:  # noqa: BLE001 - whatever it was is for its caller
        _raise_if_lost(connection, error)
        work.error = error


def _raise_if_lost(connection: Connection, error: BaseException) -> None:
    """Raise the error if there is no transaction left in which the others could go on."""
    if failures.fatal_in(error):
        raise error
    if not failures.is_in_transaction(connection):
        raise failures.STORAGE_UNAVAILABLE.error(retry_after=failures.RETRY_SECONDS) from error


def run_lanes(connection: Connection, works: Iterable[Work]) -> None:
    """Handle the items of every lane, lane by lane in the order of their first item."""
    for lane, of_lane in by_lane(works).items():
        _run_lane(connection, lane, of_lane)


def by_lane(works: Iterable[Work]) -> dict[Lane[Any, Any], list[Work]]:
    """Sort items by their lanes, in the order of each lane's first; jobs are in none."""
    sorted_: dict[Lane[Any, Any], list[Work]] = {}
    for work in works:
        if work.lane is not None:
            sorted_.setdefault(work.lane, []).append(work)
    return sorted_


def settle(works: Sequence[Work], results: Sequence[Any] | None) -> None:
    """Give each item of a lane its own result."""
    for work, result in zip(works, results or [None] * len(works), strict=True):
        work.outcome = result


def _run_lane(connection: Connection, lane: Lane[Any, Any], works: list[Work]) -> None:
    """Handle all items at once, or one by one when one of them spoils it for the others."""
    engines.run(connection, "SAVEPOINT lane")
    try:
        results = lane.handle(connection, [work.what for work in works])
        settle(works, results)
        engines.run(connection, "RELEASE SAVEPOINT lane")
    except Exception as error:
        if failures.fatal_in(error) or not _undone(connection):
            raise
        if len(works) > 1:
            for work in works:
                _run_lane(connection, lane, [work])
            return
        works[0].error = error
        if works[0].future is None:
            log.error("a row of lane %s was not written: %s", lane.name, failures.named(error))  # noqa: TRY400 - see `named`


def _undone(connection: Connection) -> bool:
    """Undo what the lane did; False if the database has lost the savepoint, and so the rest."""
    try:
        engines.run(connection, "ROLLBACK TO SAVEPOINT lane")
        engines.run(connection, "RELEASE SAVEPOINT lane")
    except Exception:  # noqa: BLE001 - what went wrong first is the one to tell
        return False
    return True


def fail(works: Iterable[Work], error: BaseException) -> None:
    """Give every work the error that took the whole batch."""
    for work in works:
        work.error = failures.told(error) or error


def go_on(works: Iterable[Work]) -> None:
    """Have each event loop make what is waited for, while the batch commits; from any thread."""
    for loop, of_loop in _by_loop(works).items():
        with suppress(RuntimeError):  # the loop has been closed: `wake` tells of it
            loop.call_soon_threadsafe(make, of_loop)


def make(works: Iterable[Work]) -> None:
    """Make of the results what is waited for; on the event loop of those who wait."""
    for work in works:
        if work.meanwhile is None or work.error is not None:
            continue
        try:
            work.outcome = work.meanwhile(work.outcome)
        except Exception as error:  # noqa: BLE001 - whatever it was is for who waits
            work.error = error


def wake(works: Iterable[Work]) -> None:
    """Tell whoever waits how it ended: all of one event loop by one call, from any thread."""
    for work in works:
        if isinstance(work.future, Future):
            _settle(work, work.future)
    for loop, of_loop in _by_loop(works).items():
        try:
            loop.call_soon_threadsafe(settle_all, of_loop)
        except RuntimeError:  # the loop has been closed: nobody is there to be told
            log.warning("%d callers left before their writes were done", len(of_loop))


def _by_loop(works: Iterable[Work]) -> dict[asyncio.AbstractEventLoop, list[Work]]:
    by_loop: dict[asyncio.AbstractEventLoop, list[Work]] = {}
    for work in works:
        if isinstance(work.future, asyncio.Future):
            by_loop.setdefault(work.future.get_loop(), []).append(work)
    return by_loop


def settle_all(works: list[Work]) -> None:
    """Tell all of one event loop how it ended; on that loop."""
    for work in works:
        if work.future is not None and not work.future.done():  # done: the caller was cancelled
            _settle(work, work.future)


def _settle(work: Work, future: asyncio.Future[Any] | Future[Any]) -> None:
    if work.error is None:
        future.set_result(work.outcome)
    else:
        future.set_exception(work.error)
