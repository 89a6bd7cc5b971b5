"""Engines: how a world's database is opened for reading and for its one writer."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import URL, create_engine, event, exc, make_url
from sqlalchemy.pool import NullPool, QueuePool
from sqlalchemy.util.queue import Empty

from app.platform import clock, failures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Dialect, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

    from app.platform.stores.store import Dialect as DialectName

T = TypeVar("T")

#: How long SQLite waits for another process's write to the same file.
BUSY_SECONDS = 15.0
#: How long a caller waits for a connection to come free.
WAIT_SECONDS = 10.0
#: How long at a stretch: what was shed meanwhile, nobody gives back.
_TURN_SECONDS = 0.05
#: Pages the write-ahead log gathers (8 MB) before a commit copies them into the file: fewer,
#: longer pauses would show in the slowest answers, more would cost every answer.
WAL_PAGES = 2048


# Of its coming and going SQLAlchemy's pool tells at the level of what a server tells of requests.
logging.getLogger(f"{__name__}._Pool").setLevel(logging.WARNING)


class _Pool(QueuePool):
    """A pool that sheds what is idle, and that can be over for good while some are in use.

    SQLAlchemy's own `dispose` forgets those: they come back to a pool nobody looks at any more.
    """

    _is_over = False
    #: Called when a connection has been closed, whichever way it came to that.
    on_close: Callable[[], None] | None = None

    def retire(self) -> None:
        """Close what is idle now, and the rest as it comes back."""
        self._is_over = True
        self.dispose()

    def shed(self) -> bool:
        """Close a connection that nobody is using; say whether there was one."""
        was_open = False
        while not was_open:
            try:
                idle = self._pool.get(block=False)
            except Empty:
                return False
            was_open = idle.dbapi_connection is not None
            try:
                idle.close()
            finally:
                self._dec_overflow()
        return True

    def _close_connection(self, connection: DBAPIConnection, *, terminate: bool = False) -> None:
        try:
            super()._close_connection(connection, terminate=terminate)
        finally:
            if self.on_close is not None:
                self.on_close()

    def _do_get(self) -> ConnectionPoolEntry:
        late = exc.TimeoutError()
        for _ in turns():
            try:
                return super()._do_get()
            except exc.TimeoutError as error:
                late = error
        raise late

    def _do_return_conn(self, record: ConnectionPoolEntry) -> None:
        super()._do_return_conn(record)
        if self._is_over:  # asked after the return: either this or `retire` finds it there
            self.dispose()


def retire(engine: Engine) -> None:
    """Close the engine's idle connections now, those in use when they are given back."""
    if isinstance(engine.pool, _Pool):
        engine.pool.retire()


def watch(engine: Engine, on_close: Callable[[], None]) -> None:
    """Have it told when a connection has been closed, one whose set-up failed too."""
    if isinstance(engine.pool, _Pool):
        engine.pool.on_close = on_close


def shed(engine: Engine) -> bool:
    """Close one of its connections that nobody is using; say whether there was one."""
    return isinstance(engine.pool, _Pool) and engine.pool.shed()


def sqlite_url(path: Path) -> URL:
    """Return the address of an SQLite file."""
    return URL.create("sqlite", database=str(path))


def postgres_url(server: str, database: str) -> URL:
    """Return the address of `database` on the server that `server` (any scheme) points to."""
    return make_url(server).set(drivername="postgresql+psycopg", database=database)


def reader(url: URL, connections: int) -> Engine:
    """Return an engine whose connections cannot write; at most `connections` at once."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, connections, "BEGIN", "PRAGMA query_only=ON")
    # One state for the whole of a session, as SQLite gives.
    options = (
        "-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read"
    )
    return _postgres(url, connections, {"options": options})


def passing(url: URL) -> Engine:
    """Return an engine that keeps no connection: to look at a world that is not open."""
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True)

    @event.listens_for(engine, "do_connect")
    def connect(
        dialect: Dialect, _record: object, args: list[object], named: dict[str, object]
    ) -> DBAPIConnection:
        return patiently(lambda: dialect.connect(*args, **named))

    return engine


def patiently(connect: Callable[[], T]) -> T:
    """Connect; where the server has no room for one more, wait until it has."""
    for _ in turns():
        try:
            return connect()
        except Exception as error:
            if not failures.is_full(error):
                raise
        time.sleep(_TURN_SECONDS)
    raise failures.EXHAUSTED.error(retry_after=failures.RETRY_SECONDS)


def turns() -> Iterator[None]:
    """Yield as often as somebody may try who has waited no longer than for `WAIT_SECONDS`."""
    until_ns = clock.monotonic_ns() + int(WAIT_SECONDS * 1e9)
    yield
    while clock.monotonic_ns() < until_ns:
        yield


def writer(url: URL, *, patient: bool = True) -> Engine:
    """Return an engine of one connection that takes SQLite's write lock as it begins.

    If another process has that, a patient one waits for `BUSY_SECONDS`; any other fails at once.
    """
    if url.get_backend_name() == "sqlite":
        return _sqlite(url, 1, "BEGIN IMMEDIATE", wait=BUSY_SECONDS if patient else 0.0)
    return _postgres(url, 1, {})


def dialect(of: Engine | Connection) -> DialectName:
    """Return which database's statements an engine or a connection understands."""
    return "postgresql" if of.dialect.name == "postgresql" else "sqlite"


def run(
    connection: Connection, statement: str, values: Sequence[object] = ()
) -> Sequence[Sequence[Any]]:
    """Run a statement in the driver's own SQL, straight on the driver; return its rows, if any.

    For what every call writes: SQLAlchemy's part would cost more than the statement. What goes
    wrong is the driver's own error, which `failures` knows, too.
    """
    driver: Any = connection.connection.driver_connection
    cursor = driver.execute(statement, values)
    return [] if cursor.description is None else cursor.fetchall()


def _sqlite(
    url: URL, connections: int, begin: str, *pragmas: str, wait: float = BUSY_SECONDS
) -> Engine:
    engine = create_engine(
        url,
        poolclass=_Pool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_TURN_SECONDS,
        # The driver's own BEGIN comes late and never covers DDL: transactions are ours to begin.
        connect_args={"isolation_level": None, "timeout": wait, "check_same_thread": False},
        hide_parameters=True,  # errors end up in the log
    )
    settings = (
        "PRAGMA journal_mode=WAL",
        "PRAGMA synchronous=FULL",  # a commit is on the disk when it returns, not soon after
        "PRAGMA foreign_keys=ON",
        f"PRAGMA wal_autocheckpoint={WAL_PAGES}",
        "PRAGMA journal_size_limit=67108864",  # what a bulk write leaves is given back
        "PRAGMA cache_size=-16000",
        "PRAGMA temp_store=MEMORY",
        *pragmas,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        for setting in settings:
            cursor.execute(setting)
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgres(url: URL, connections: int, connect_args: dict[str, Any]) -> Engine:
    return create_engine(
        url,
        poolclass=_Pool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_TURN_SECONDS,
        # A fork drains its source by ending idle connections; the next caller must not notice.
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={"application_name": "dancu", "connect_timeout": 10, **connect_args},
    )
