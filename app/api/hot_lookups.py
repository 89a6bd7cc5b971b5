"""The hot route's look-ups: the registry's own statements, asked on the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from app.platform import errors, failures
from app.registry.lookup import POSTGRES_MANY, SQLITE_MANY, Found, Hit, grouped

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

    import asyncpg
    from sqlalchemy import URL

    from app.platform.connections import Connections

#: Digits of a personal number; what else is asked for here is an old one.
_PERSONAL: Final = 12
#: A connection to PostgreSQL that nobody used for so long is given back.
_IDLE_SECONDS: Final = 10.0
#: KiB of an SQLite file that are kept at hand: a 64th of it, within bounds. What is often looked
#: up in a registry of ten million fits in, and no small world takes more than it needs.
_LEAST_KEPT: Final = 64 * 1024
_MOST_KEPT: Final = 512 * 1024
_KEPT_SHARE: Final = 64

_log = logging.getLogger("dancu.hot")


class Lookups(Protocol):
    """Who bears a number, without a thread and without a session."""

    def find(self, number: str) -> Awaitable[Found]:
        """Return who has or had this number of 9 or 12 digits; raise `storage-unavailable`."""
        ...

    def shed(self) -> bool:
        """Give up a connection that is counted, if nobody is using it; say if so."""
        ...

    def close(self) -> None:
        """Give up the connection."""
        ...


def of(url: URL, connections: Connections | None = None) -> Lookups:
    """Return look-ups in the database at `url`; call it on the event loop.

    `connections` counts those to PostgreSQL, which has only so many.
    """
    if url.get_backend_name() == "sqlite":
        return SqliteLookups(url)
    return PostgresLookups(url, connections)


class _Waiting:
    """Who waits for which number: those who ask for the same one wait for one answer."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._by_number: dict[str, list[asyncio.Future[Found]]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_number)

    def add(self, number: str) -> asyncio.Future[Found]:
        """Wait for a number."""
        future: asyncio.Future[Found] = self._loop.create_future()
        self._by_number.setdefault(number, []).append(future)
        return future

    def take(self) -> _Waiting:
        """Return all who wait now. Who comes later must not be given what was asked before."""
        taken = _Waiting()
        taken._by_number, self._by_number = self._by_number, {}
        return taken

    def numbers(self) -> list[str]:
        """Return the numbers that are waited for."""
        return list(self._by_number)

    def tell(self, found: dict[str, Found]) -> None:
        """Give everybody what was found for their number."""
        for number, futures in self._by_number.items():
            for future in futures:
                if not future.done():  # done: the caller has hung up
                    future.set_result(found[number])

    def fail(self, error: errors.DancuError | None = None) -> None:
        """Tell everybody that there is no answer now, and why if it is not the database."""
        told = error or failures.STORAGE_UNAVAILABLE.error(retry_after=failures.RETRY_SECONDS)
        for future in (each for futures in self._by_number.values() for each in futures):
            if not future.done():
                future.set_exception(told)


class SqliteLookups:
    """A connection that cannot write, asked on the event loop itself: a thread would cost more.

    All that is asked for in one turn of the loop is asked together, and comes back as one row of
    JSON: SQLite lets go of the interpreter at each row, and getting it back from a busy thread
    takes longer than the look-up. The file is not mapped into memory: it grows with each answer,
    and would be mapped anew each time, which takes longer than to copy the pages of a look-up.
    """

    def __init__(self, url: URL) -> None:
        self._connection = sqlite3.connect(
            str(url.database), isolation_level=None, check_same_thread=False
        )
        kept = Path(str(url.database)).stat().st_size // 1024 // _KEPT_SHARE
        kept = min(max(kept, _LEAST_KEPT), _MOST_KEPT)
        for pragma in ("query_only=ON", f"cache_size=-{kept}"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._waiting = _Waiting()
        self._loop = asyncio.get_running_loop()

    def find(self, number: str) -> asyncio.Future[Found]:
        """Ask with all the others of this turn."""
        if not self._waiting:
            self._loop.call_soon(self._answer)
        return self._waiting.add(number)

    def shed(self) -> bool:
        """See `Lookups.shed`: a file's is not counted."""
        return False

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _answer(self) -> None:
        round_ = self._waiting.take()
        personal, old = _divided(round_.numbers())
        try:
            rows = self._rows(_SQLITE_PERSONAL, personal) + self._rows(_SQLITE_OLD, old)
        except sqlite3.Error as error:
            _log.warning("look-ups failed: %s", error)
            round_.fail()
        else:
            round_.tell(grouped([*personal, *old], map(Hit._make, rows)))

    def _rows(self, statement: str, numbers: list[str]) -> list[list[Any]]:
        if not numbers:
            return []
        asked = _encode(numbers).decode()
        [(row,)] = self._connection.execute(statement, (asked,)).fetchall()
        return _decode_rows(row)


class PostgresLookups:
    """One connection: what is asked while an answer is under way is asked together next."""

    def __init__(self, url: URL, connections: Connections | None) -> None:
        self._connections = connections
        self._dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._waiting = _Waiting()
        self._arrived = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_idle = False
        self._loop = asyncio.get_running_loop()

    async def find(self, number: str) -> Found:
        """Ask with the next round; once more if the connection is gone (a fork ends idle ones)."""
        try:
            return await self._ask(number)
        except errors.UnavailableError as error:
            if error.problem is not failures.STORAGE_UNAVAILABLE:
                raise
            return await self._ask(number)

    def shed(self) -> bool:
        """Give the connection up if nobody is using it, from whichever thread; say if so."""
        if not self._is_idle:
            return False
        self._is_idle = False
        with contextlib.suppress(RuntimeError):  # as below
            self._loop.call_soon_threadsafe(self._arrived.set)  # with nobody who waits
        return True

    def close(self) -> None:
        """End the task, from whichever thread; it closes the connection."""
        with contextlib.suppress(RuntimeError):  # the loop is closed, and all in it with it
            self._loop.call_soon_threadsafe(self._cancel)

    def _ask(self, number: str) -> asyncio.Future[Found]:
        future = self._waiting.add(number)
        self._arrived.set()
        if self._task is None:
            self._task = self._loop.create_task(self._serve())
        return future

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _serve(self) -> None:
        """Answer round after round, until nobody has asked for a while or the database is gone."""
        import asyncpg  # noqa: PLC0415 - an extra that SQLite does without

        round_ = self._waiting
        try:
            async with self._connected() as connection:
                while await self._is_asked():
                    round_ = self._waiting.take()
                    round_.tell(await _find_many(connection, round_.numbers()))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("look-ups lost their connection: %s", type(error).__name__)
        except errors.UnavailableError as error:  # there was none to be had
            self._waiting.take().fail(error)
        finally:
            self._task = None
            round_.fail()
            self._waiting.take().fail()

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[asyncpg.Connection[Any]]:
        """Give a connection, counted with all others for as long as it is open."""
        import asyncpg  # noqa: PLC0415 - as above

        counted, connect = self._connections, partial(asyncpg.connect, self._dsn)
        connection = await (connect() if counted is None else counted.opened_soon(connect))
        try:
            yield connection
        finally:
            connection.terminate()
            if counted is not None:
                counted.give()

    async def _is_asked(self) -> bool:
        if not self._waiting:
            self._arrived.clear()
            self._is_idle = True
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), _IDLE_SECONDS)
            self._is_idle = False
        return bool(self._waiting)


async def _find_many(connection: asyncpg.Connection[Any], numbers: list[str]) -> dict[str, Found]:
    personal, old = _divided(numbers)
    rows: list[Any] = []
    if personal:
        rows += await connection.fetch(POSTGRES_MANY.personal, personal)
    if old:
        rows += await connection.fetch(POSTGRES_MANY.old, old)
    return grouped(numbers, map(Hit._make, rows))


def _divided(numbers: list[str]) -> tuple[list[str], list[str]]:
    """Return personal numbers and old ones."""
    personal = [number for number in numbers if len(number) == _PERSONAL]
    return personal, [number for number in numbers if len(number) != _PERSONAL]


def _in_one_row(statement: str) -> str:
    """Return the statement that gives all rows of a `Hit`'s columns as one JSON array."""
    columns = ", ".join(f"c{place}" for place in range(len(Hit._fields)))
    as_json = f"json_group_array(json_array({columns}))"
    return f"WITH hit ({columns}) AS ({statement}) SELECT {as_json} FROM hit"  # noqa: S608 - ours


_SQLITE_PERSONAL: Final = _in_one_row(SQLITE_MANY.personal)
_SQLITE_OLD: Final = _in_one_row(SQLITE_MANY.old)
_encode: Final = msgspec.json.Encoder().encode
_decode_rows: Final = msgspec.json.Decoder(list[list[Any]]).decode
