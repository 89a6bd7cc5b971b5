"""The wire: one connection to PostgreSQL on which an event loop sends without waiting for answers.

By libpq's pipeline mode, through psycopg's own binding of it: psycopg's connections wait for the
socket at every statement, which costs the event loop more than the statement does.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from psycopg import AsyncConnection, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg.pq.abc import PGresult

    from app.platform.scripts import Answer, Statement

_PLACE: Final = re.compile("%[bst]")
_FORMATS: Final = {"%b": PyFormat.BINARY, "%t": PyFormat.TEXT, "%s": PyFormat.AUTO}

_Waiting = asyncio.Future["PGresult"]


class Wire:
    """One connection in pipeline mode; all is called on one event loop.

    After an error nothing sent before the next `sync` is done, and the connection is to be closed.
    """

    def __init__(self, connection: AsyncConnection[Any], *, on_loss: Callable[[], None]) -> None:
        """Take over a connection that is open and idle; `on_loss` tells that it is gone."""
        self._on_loss = on_loss
        self._connection = connection
        self._pg = connection.pgconn
        self._loop = asyncio.get_running_loop()
        #: By text and types: of a number PostgreSQL is told how large it is.
        self._prepared: dict[tuple[str, tuple[int, ...]], bytes] = {}
        #: Who waits for each result to come, in their order; None: nobody, unless it is an error.
        self._due: deque[_Waiting | None] = deque()
        self._error: Exception | None = None
        self._is_closed = False
        self._is_writing = False
        self._socket = self._pg.socket
        self._pg.enter_pipeline_mode()
        self._loop.add_reader(self._socket, self._read)

    @property
    def is_good(self) -> bool:
        """Whether it is open, and nothing has gone wrong on it."""
        return self._error is None and not self._is_closed

    async def close(self) -> None:
        """Close the connection; what was not committed is undone."""
        self._is_closed = True
        self._ignore()
        await self._connection.close()

    def send(self, statement: Statement) -> None:
        """Send a statement whose rows nobody wants; `flush` when there is no more to send."""
        self._put(statement, None)

    async def ask(self, statement: Statement) -> Answer:
        """Send a statement and wait for its rows. Raises what went wrong, here or before."""
        answer: _Waiting = self._loop.create_future()
        self._put(statement, answer)
        with self._noting():
            self._pg.send_flush_request()
        self.flush()
        result = await answer
        transformer = Transformer(self._connection)
        transformer.set_pgresult(result)
        return transformer.load_rows(0, result.ntuples, tuple)

    def sync(self) -> asyncio.Future[Any]:
        """End the pipeline; the future is there when all that was sent is done, or has failed."""
        end: _Waiting = self._loop.create_future()
        with self._noting():
            self._pg.pipeline_sync()
        self._due.append(end)
        self.flush()
        return end

    def flush(self) -> None:
        """Write what the socket takes, and the rest when it takes more.

        While it sends, libpq reads what the server has to say first: then the socket has nothing
        to tell, and who waits for that answer is told here.
        """
        try:
            is_more = bool(self._pg.flush())
        except errors.Error as error:
            self._fail(error)
            return
        if is_more and not self._is_writing:
            self._loop.add_writer(self._socket, self.flush)
        elif self._is_writing and not is_more:
            self._loop.remove_writer(self._socket)
        self._is_writing = is_more
        self._loop.call_soon(self._take_all)

    def _put(self, statement: Statement, waiting: _Waiting | None) -> None:
        if self._error is not None:
            raise self._error
        sql, formats = _numbered(statement.sql)
        transformer = Transformer(self._connection)
        values = transformer.dump_sequence(statement.values, formats)
        key = sql, tuple(transformer.types or ())
        name = self._prepared.get(key)
        if name is None:
            name = self._prepared[key] = b"s%d" % len(self._prepared)
            with self._noting():
                self._pg.send_prepare(name, sql.encode(), transformer.types)
            self._due.append(None)
        with self._noting():
            self._pg.send_query_prepared(name, values, transformer.formats)
        self._due.append(waiting)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        """Tell all who wait when sending finds that the connection is gone."""
        try:
            yield
        except errors.Error as error:
            self._fail(error)
            raise

    def _read(self) -> None:
        """Take in what has come."""
        try:
            self._pg.consume_input()
        except errors.Error as error:
            self._fail(error)
        else:
            self._take_all()

    def _take_all(self) -> None:
        """Tell everybody whose result is there."""
        pg = self._pg
        try:
            while self._due and not self._is_closed and not pg.is_busy():
                result = pg.get_result()
                if result is not None:  # None stands between the results of two statements
                    self._take(result)
        except errors.Error as error:
            self._fail(error)

    def _take(self, result: PGresult) -> None:
        waiting = self._due.popleft()
        if result.status == ExecStatus.FATAL_ERROR and self._error is None:
            self._error = errors.error_from_result(result)
        if waiting is None or waiting.done():  # done: the loop ends
            return
        if self._error is None:
            waiting.set_result(result)
        else:
            waiting.set_exception(self._error)

    def _fail(self, error: Exception) -> None:
        """Tell everybody that the connection is gone."""
        self._error = self._error or error
        self._ignore()
        due, self._due = self._due, deque()
        for waiting in due:
            if waiting is not None and not waiting.done():
                waiting.set_exception(self._error)
        self._on_loss()

    def _ignore(self) -> None:
        """Hear no more of the socket."""
        self._loop.remove_reader(self._socket)
        self._loop.remove_writer(self._socket)
        self._is_writing = False


@cache
def _numbered(sql: str) -> tuple[str, list[PyFormat]]:
    """Return psycopg's placeholders as PostgreSQL's own, and in which form each value goes."""
    formats = [_FORMATS[place] for place in _PLACE.findall(sql)]
    numbers = iter(range(1, len(formats) + 1))
    return _PLACE.sub(lambda _: f"${next(numbers)}", sql), formats
