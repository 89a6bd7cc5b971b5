"""The hot route's look-ups: the registry's own statements, asked on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from typing import TYPE_CHECKING, Any, Final, Protocol

from app.platform import errors, failures
from app.registry.lookup import POSTGRES_MANY, SQLITE_ONE, Found, Hit, grouped

if TYPE_CHECKING:
    import asyncpg
    from sqlalchemy import URL

#: Digits of a personal number; what else is asked for here is an old one.
_PERSONAL: Final = 12
#: Of the file, mapped into memory: a look-up then copies no page (sqlite.org/mmap.html).
_MAPPED_BYTES: Final = 1 << 30
#: A connection to PostgreSQL that nobody used for so long is given back.
_IDLE_SECONDS: Final = 10.0

_log = logging.getLogger("dancu.hot")


class Lookups(Protocol):
    """Who bears a number, without a thread and without a session."""

    async def find(self, number: str) -> Found:
        """Return who has or had this number of 9 or 12 digits; raise `storage-unavailable`."""
        ...

    def close(self) -> None:
        """Give up the connection."""
        ...


def of(url: URL) -> Lookups:
    """Return look-ups in the database at `url`; call it on the event loop."""
    if url.get_backend_name() == "sqlite":
        return SqliteLookups(url)
    return PostgresLookups(url)


class SqliteLookups:
    """A connection that cannot write. Each statement sees the last commit, and takes microseconds.

    It is asked on the event loop itself: handing it to a thread would cost more than asking.
    """

    def __init__(self, url: URL) -> None:
        self._connection = sqlite3.connect(
            str(url.database), isolation_level=None, check_same_thread=False
        )
        for pragma in ("query_only=ON", f"mmap_size={_MAPPED_BYTES}", "cache_size=-64000"):
            self._connection.execute(f"PRAGMA {pragma}")

    async def find(self, number: str) -> Found:
        """Ask at once."""
        statement = SQLITE_ONE.personal if len(number) == _PERSONAL else SQLITE_ONE.old
        try:
            rows = self._connection.execute(statement, (number,)).fetchall()
        except sqlite3.Error as error:
            raise _unavailable() from error
        return Found(number, tuple(map(Hit._make, rows)))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


class PostgresLookups:
    """One connection: what is asked while an answer is under way is asked together next."""

    def __init__(self, url: URL) -> None:
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._waiting: dict[str, list[asyncio.Future[Found]]] = {}
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()

    async def find(self, number: str) -> Found:
        """Ask with the next round; once more if the connection is gone (a fork ends idle ones)."""
        try:
            return await self._ask(number)
        except errors.UnavailableError:
            return await self._ask(number)

    def close(self) -> None:
        """End the task, from whichever thread; it closes the connection."""
        with contextlib.suppress(RuntimeError):  # the loop is closed, and all in it with it
            self._loop.call_soon_threadsafe(self._cancel)

    async def _ask(self, number: str) -> Found:
        future: asyncio.Future[Found] = self._loop.create_future()
        self._waiting.setdefault(number, []).append(future)
        self._arrived.set()
        if self._task is None:
            self._task = self._loop.create_task(self._serve())
        return await future

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _serve(self) -> None:
        """Answer round after round, until nobody has asked for a while or the database is gone."""
        import asyncpg  # noqa: PLC0415 - an extra that SQLite does without

        connection: asyncpg.Connection[Any] | None = None
        try:
            connection = await asyncpg.connect(self._dsn)
            while await self._is_asked():
                await self._answer(connection)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("look-ups lost their connection: %s", type(error).__name__)
        finally:
            self._task = None
            self._fail()
            if connection is not None:
                connection.terminate()

    async def _is_asked(self) -> bool:
        if self._waiting:
            return True
        self._arrived.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._arrived.wait(), _IDLE_SECONDS)
        return bool(self._waiting)

    async def _answer(self, connection: asyncpg.Connection[Any]) -> None:
        round_, self._waiting = self._waiting, {}
        try:
            found = await _find_many(connection, list(round_))
        except BaseException:
            self._waiting = {**round_, **self._waiting}  # `_fail` tells them
            raise
        for number, futures in round_.items():
            for future in futures:
                if not future.done():
                    future.set_result(found[number])

    def _fail(self) -> None:
        waiting, self._waiting = self._waiting, {}
        for future in (each for futures in waiting.values() for each in futures):
            if not future.done():
                future.set_exception(_unavailable())


def _unavailable() -> errors.DancuError:
    return failures.STORAGE_UNAVAILABLE.error(retry_after=failures.RETRY_SECONDS)


async def _find_many(connection: asyncpg.Connection[Any], numbers: list[str]) -> dict[str, Found]:
    personal = [number for number in numbers if len(number) == _PERSONAL]
    old = [number for number in numbers if len(number) != _PERSONAL]
    rows: list[Any] = []
    if personal:
        rows += await connection.fetch(POSTGRES_MANY.personal, personal)
    if old:
        rows += await connection.fetch(POSTGRES_MANY.old, old)
    return grouped(numbers, map(Hit._make, rows))
