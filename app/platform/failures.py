"""Failures of a database told as problems: what is full, what is gone, what will pass."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.platform import errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from app.platform.errors import DancuError

STORAGE_FULL = errors.declare(
    code="storage-full",
    kind="unavailable",
    fault_of="simulation",
    title_vi="Ổ đĩa đã đầy; không có gì được ghi",
    title_en="The disk is full; nothing was written",
    next_vi="Giải phóng dung lượng cho thư mục dữ liệu rồi gửi lại yêu cầu.",
    next_en="Free some space where the worlds are kept, then send the request again.",
)
STORAGE_UNAVAILABLE = errors.declare(
    code="storage-unavailable",
    kind="unavailable",
    fault_of="simulation",
    title_vi="Cơ sở dữ liệu tạm thời không trả lời",
    title_en="The world's database does not answer at the moment",
    next_vi="Gửi lại yêu cầu sau vài giây; nếu vẫn lỗi, kiểm tra cơ sở dữ liệu.",
    next_en="Send the request again in a few seconds; if it fails again, look at the database.",
)
WRITER_BUSY = errors.declare(
    code="writer-busy",
    kind="unavailable",
    fault_of="simulation",
    title_vi="Quá nhiều yêu cầu đang chờ ghi",
    title_en="Too many requests are waiting to be written",
    next_vi="Gửi lại yêu cầu sau khoảng thời gian trong Retry-After.",
    next_en="Send the request again after the time in Retry-After.",
)
EXHAUSTED = errors.declare(
    code="connections-exhausted",
    kind="unavailable",
    fault_of="simulation",
    title_vi="Mọi kết nối cơ sở dữ liệu đều đang bận",
    title_en="All database connections are busy",
    next_vi="Gửi lại yêu cầu sau vài giây, hoặc tăng DANCU_MAX_CONNECTIONS.",
    next_en="Send the request again in a few seconds, or raise DANCU_MAX_CONNECTIONS.",
)

#: After these SQLite may have rolled all back by itself (sqlite.org/lang_transaction.html).
_SQLITE_FATAL = frozenset(
    {
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_CANTOPEN,
    }
)
_SQLITE_WAITING = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
#: Of the two-character classes: connection, insufficient resources, operator intervention, system.
_SQLSTATE_FATAL = frozenset({"08", "53", "57", "58", "XX"})
_DISK_FULL = "53100"
_TOO_MANY = "53300"
#: How PostgreSQL tells of that where the driver is given no code.
_FULL = ("too many clients", "connection slots are reserved", "too many connections")
#: 55000 comes from a database that accepts no connections: it is being forked.
_BEING_FORKED = "55000"
#: The kinds of PEP 249 that a lost connection has, by SQLAlchemy's names and every driver's.
_KINDS_OF_LOSS = frozenset({"OperationalError", "InterfaceError"})
RETRY_SECONDS = 2


def fatal_in(error: BaseException) -> BaseException | None:
    """Return the error that took the whole transaction, if it was not the statement alone.

    It is SQLAlchemy's, or the driver's own where statements go straight to the driver.

    What fails while the first failure is being cleaned up stands before it: the chain is searched.
    """
    found: BaseException | None = None
    link: BaseException | None = error
    while link is not None:
        if _is_of_database(link) and _is_fatal(link):
            found = link
        link = link.__cause__ or link.__context__
    return found


@contextmanager
def told_as_problems() -> Iterator[None]:
    """Raise the problem behind a database's error; what is about the statement stays as it is."""
    try:
        yield
    except SQLAlchemyError as error:
        problem = told(error)
        if problem is None:
            raise
        raise problem from error


def is_busy(error: BaseException) -> bool:
    """Whether another process is writing to the same SQLite file: it will pass."""
    return _is_of_database(error) and _sqlite_code(error) in _SQLITE_WAITING


def is_full(error: BaseException) -> bool:
    """Whether the database server has all the connections that it may have: it will pass."""
    if not _is_of_database(error):
        return False
    said = str(_of_driver(error))
    return _sqlstate(error) == _TOO_MANY or any(text in said for text in _FULL)


def is_in_transaction(connection: Connection) -> bool:
    """Whether the database itself is still in the transaction, and could commit it."""
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "sqlite":
        return bool(driver.in_transaction)
    return bool(driver.info.transaction_status == driver.info.transaction_status.INTRANS)


def told(error: BaseException) -> DancuError | None:
    """Return the problem behind a database's error, or None if it is about the statement."""
    if isinstance(error, PoolTimeoutError):
        return EXHAUSTED.error(retry_after=RETRY_SECONDS)
    fatal = fatal_in(error)
    if fatal is None:
        return None
    code = _sqlite_code(fatal)
    if code == sqlite3.SQLITE_FULL or _sqlstate(fatal) == _DISK_FULL:
        return STORAGE_FULL.error(retry_after=RETRY_SECONDS)
    if code in _SQLITE_WAITING:
        return WRITER_BUSY.error(retry_after=RETRY_SECONDS)
    return STORAGE_UNAVAILABLE.error(retry_after=RETRY_SECONDS)


def named(error: BaseException) -> str:
    """Return what may be written to a log: PostgreSQL's messages quote the row they are about."""
    if not _is_of_database(error):
        return f"{type(error).__name__}: {error}"
    code = getattr(_of_driver(error), "sqlite_errorname", None) or _sqlstate(error)
    return f"{type(error).__name__} {code}"


def _of_driver(error: BaseException) -> BaseException | None:
    """The driver's own error: of a statement by SQLAlchemy, or of one that went straight to it."""
    return error.orig if isinstance(error, DBAPIError) else error


def _is_of_database(error: BaseException) -> bool:
    """Whether it is SQLAlchemy's of the database, SQLite's, or psycopg's (loaded or not)."""
    return isinstance(error, DBAPIError | sqlite3.Error) or hasattr(error, "sqlstate")


def _is_fatal(error: BaseException) -> bool:
    primary = _sqlite_code(error)
    if primary is not None:
        return primary in _SQLITE_FATAL or primary in _SQLITE_WAITING
    state = _sqlstate(error)
    if state is None:
        lost = isinstance(error, DBAPIError) and error.connection_invalidated
        return lost or not _KINDS_OF_LOSS.isdisjoint(each.__name__ for each in type(error).__mro__)
    return state[:2] in _SQLSTATE_FATAL or state == _BEING_FORKED


def _sqlite_code(error: BaseException) -> int | None:
    """SQLite's primary result code: the extended ones keep it in their low byte."""
    extended = getattr(_of_driver(error), "sqlite_errorcode", None)
    return None if extended is None else int(extended) & 0xFF


def _sqlstate(error: BaseException) -> str | None:
    return getattr(_of_driver(error), "sqlstate", None)
