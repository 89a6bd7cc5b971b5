"""The wire: one connection to PostgreSQL on which an event loop sends without waiting for answers.

By libpq's pipeline mode, through psycopg's own binding of it: psycopg's connections wait for the
socket at every statement, which costs the event loop more than the statement does.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from psycopg import AsyncConnection, errors
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg.pq.abc import PGresult

    from app.platform.scripts import Answer, Statement

_PLACE: Final = re.compile("%[bst]")
_FORMATS: Final = {"%b": PyFormat.BINARY, "%t": PyFormat.TEXT, "%s": PyFormat.AUTO}
_GOOD: Final = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)

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
        self._prepared: dict[str, bytes] = {}
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
        self._loop.remove_reader(self._socket)
        if self._is_writing:
            self._loop.remove_writer(self._socket)
        await self._connection.close()

    def send(self, statement: Statement) -> None:
        """Send a statement whose rows nobody wants."""
        self._put(statement, None)

    async def ask(self, statement: Statement) -> Answer:
        """Send a statement and wait for its rows. Raises what went wrong, here or before."""
        answer: _Waiting = self._loop.create_future()
        self._put(statement, answer)
        self._pg.send_flush_request()
        self._flush()
        result = await answer
        transformer = Transformer(self._connection)
        transformer.set_pgresult(result)
        return transformer.load_rows(0, result.ntuples, tuple)

    def sync(self) -> asyncio.Future[Any]:
        """End the pipeline; the future is there when all that was sent is done, or has failed."""
        end: _Waiting = self._loop.create_future()
        self._pg.pipeline_sync()
        self._due.append(end)
        self._flush()
        return end

    def _put(self, statement: Statement, waiting: _Waiting | None) -> None:
        if self._error is not None:
            raise self._error
        sql, formats = _numbered(statement.sql)
        transformer = Transformer(self._connection)
        values = transformer.dump_sequence(statement.values, formats)
        name = self._prepared.get(sql)
        if name is None:
            name = self._prepared[sql] = b"s%d" % len(self._prepared)
            self._pg.send_prepare(name, sql.encode(), transformer.types)
            self._due.append(None)
        self._pg.send_query_prepared(name, values, transformer.formats)
        self._due.append(waiting)

    def _flush(self) -> None:
        """Write what the socket takes, and the rest when it takes more."""
        try:
            is_more = bool(self._pg.flush())
        except errors.Error as error:
            self._fail(error)
            return
        if is_more and not self._is_writing:
            self._loop.add_writer(self._socket, self._flush)
        elif self._is_writing and not is_more:
            self._loop.remove_writer(self._socket)
        self._is_writing = is_more

    def _read(self) -> None:
        """Take what has come, and tell who waits for it."""
        pg = self._pg
        try:
            pg.consume_input()
            while self._due and not pg.is_busy():
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
        self._loop.remove_reader(self._socket)
        due, self._due = self._due, deque()
        for waiting in due:
            if waiting is not None and not waiting.done():
                waiting.set_exception(self._error)
        self._on_loss()


@cache
def _numbered(sql: str) -> tuple[str, list[PyFormat]]:
    """Return psycopg's placeholders as PostgreSQL's own, and in which form each value goes."""
    formats = [_FORMATS[place] for place in _PLACE.findall(sql)]
    numbers = iter(range(1, len(formats) + 1))
    return _PLACE.sub(lambda _: f"${next(numbers)}", sql), formats
