"""Worlds as databases of one PostgreSQL server: `dancu_<name>` each.

A world's name has no underscore, so `dancu__making_…`, `dancu__kept_…` and `dancu__backup_…` are
nobody's. Locks are advisory locks in the server's maintenance database: they end with whoever
holds them.
"""

from __future__ import annotations

import time
import uuid
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from app.platform import clock, engines, failures, names
from app.platform.stores.store import DRAIN_SECONDS, EXISTS, IN_USE, LOCK_SECONDS, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL

    from app.platform.stores.store import Dialect, Draft

_PREFIX = "dancu_"
_MAKING = "dancu__making_"
_DOOMED = "dancu__doomed_"
_KEPT = "dancu__kept_"
_BACKUP = "dancu__backup_"
_POLL_SECONDS = 0.02
#: What the server says of a name that is another's: the second, if both took it at one moment.
_TAKEN = (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation)

Admin = psycopg.Connection[tuple[object, ...]]


class PostgresDraft:
    """A database that has no world's name yet."""

    def __init__(self, store: PostgresStore, admin: Admin, database: str) -> None:
        self._store = store
        self._admin = admin
        self._database = database
        self.url = engines.postgres_url(store.server, database)

    def publish(self, name: str) -> None:
        """See `Draft.publish`: a rename, which the server refuses over another database."""
        try:
            _rename(self._admin, self._database, _PREFIX + name)
        except _TAKEN as error:
            raise EXISTS.error(f"world {name}") from error

    def replace(self, name: str) -> None:
        """See `Draft.replace`: two renames in one transaction, then the old database goes."""
        doomed = _DOOMED + uuid.uuid4().hex
        _drain(self._admin, _PREFIX + name)
        try:
            with self._admin.transaction():
                _rename(self._admin, _PREFIX + name, doomed)
                _rename(self._admin, self._database, _PREFIX + name)
        except BaseException:
            _admit(self._admin, _PREFIX + name)
            raise
        _drop(self._admin, doomed)

    def keep(self, key: str) -> None:
        """See `Draft.keep`."""
        partial = _MAKING + uuid.uuid4().hex
        _try_lock(self._admin, partial)  # a sweep beside this takes what nobody holds
        _copy(self._admin, self._database, partial)
        try:
            _rename(self._admin, partial, _KEPT + key)
        except _TAKEN:
            _drop(self._admin, partial)  # another made the same at the same time


class PostgresStore:
    """The worlds on one server; the role must be allowed to create databases."""

    dialect: Dialect = "postgresql"

    def __init__(self, server: str) -> None:
        self.server = server
        url = make_url(server).set(drivername="postgresql")
        self._conninfo = url.render_as_string(hide_password=False)

    def names(self) -> list[str]:
        """See `Store.names`."""
        with self._admin() as admin:
            found = (database.removeprefix(_PREFIX) for database in _databases(admin, _PREFIX))
            return sorted(name for name in found if names.is_valid(name))

    def url(self, name: str) -> URL:
        """See `Store.url`."""
        with self._admin() as admin:
            if not _exists(admin, _PREFIX + name):
                raise UNKNOWN.error(f"world {name}")
        return engines.postgres_url(self.server, _PREFIX + name)

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """See `Store.lock`."""
        with self._admin() as admin:
            deadline = time.monotonic() + LOCK_SECONDS
            while not _try_lock(admin, _PREFIX + name):
                if time.monotonic() >= deadline:
                    raise IN_USE.error(f"world {name}", retry_after=5)
                time.sleep(_POLL_SECONDS)
            yield

    @contextmanager
    def making(self) -> Iterator[PostgresDraft]:
        """See `Store.making`: ordered by bytes, as SQLite does and as no locale decides."""
        with self._draft() as (admin, database):
            admin.execute(
                sql.SQL(
                    "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' "
                    "LC_COLLATE 'C' LC_CTYPE 'C'"
                ).format(sql.Identifier(database))
            )
            yield PostgresDraft(self, admin, database)

    @contextmanager
    def copying(self, name: str) -> Iterator[PostgresDraft]:
        """See `Store.copying`."""
        source = _PREFIX + name
        with self._draft() as (admin, database):
            if not _exists(admin, source):
                raise UNKNOWN.error(f"world {name}")
            with self.lock(name):
                _drain(admin, source)
                try:
                    _copy(admin, source, database)
                finally:
                    _admit(admin, source)
            yield PostgresDraft(self, admin, database)

    @contextmanager
    def copying_kept(self, key: str) -> Iterator[PostgresDraft | None]:
        """See `Store.copying_kept`."""
        with self._draft() as (admin, database):
            if not _exists(admin, _KEPT + key):
                yield None
                return
            _copy(admin, _KEPT + key, database)
            yield PostgresDraft(self, admin, database)

    def kept(self) -> list[str]:
        """See `Store.kept`."""
        with self._admin() as admin:
            return [database.removeprefix(_KEPT) for database in _databases(admin, _KEPT)]

    def discard(self, key: str) -> None:
        """See `Store.discard`."""
        with self._admin() as admin:
            _drop(admin, _KEPT + key)

    def back_up(self, name: str, label: str) -> str:
        """See `Store.back_up`: a database beside it, in which nobody works."""
        stamp = clock.now().strftime("%y%m%d%H%M%S")
        database = f"{_BACKUP}{label}_{stamp}_{name}"[:63]
        with self._admin() as admin:
            _drain(admin, _PREFIX + name)
            try:
                _copy(admin, _PREFIX + name, database)
            finally:
                _admit(admin, _PREFIX + name)
        return database

    def drop(self, name: str) -> None:
        """See `Store.drop`."""
        with self._admin() as admin:
            if not _exists(admin, _PREFIX + name):
                raise UNKNOWN.error(f"world {name}")
            _drop(admin, _PREFIX + name)

    def sweep(self) -> None:
        """See `Store.sweep`: what can be locked has no maker, and no copier, any more."""
        with self._admin() as admin:
            for database in (*_databases(admin, _MAKING), *_databases(admin, _DOOMED)):
                if _try_lock(admin, database):
                    _drop(admin, database)
            for database in _closed_databases(admin):
                if _try_lock(admin, database):
                    _admit(admin, database)

    def close(self) -> None:
        """See `Store.close`: nothing is held."""

    @contextmanager
    def _admin(self) -> Iterator[Admin]:
        try:
            admin = engines.patiently(
                lambda: psycopg.connect(self._conninfo, autocommit=True, connect_timeout=10)
            )
        except psycopg.OperationalError as error:
            raise failures.STORAGE_UNAVAILABLE.error(retry_after=failures.RETRY_SECONDS) from error
        with admin:
            yield admin

    @contextmanager
    def _draft(self) -> Iterator[tuple[Admin, str]]:
        """Give a name for a database that is dropped at the end if it still has it."""
        database = _MAKING + uuid.uuid4().hex
        with self._admin() as admin:
            _try_lock(admin, database)  # nobody else knows this name
            try:
                yield admin, database
            finally:
                _drop(admin, database)


def _databases(admin: Admin, prefix: str) -> list[str]:
    rows = admin.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY 1", [prefix]
    )
    return [str(name) for (name,) in rows]


def _closed_databases(admin: Admin) -> list[str]:
    rows = admin.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) AND NOT datallowconn",
        [_PREFIX],
    )
    return [str(name) for (name,) in rows]


def _exists(admin: Admin, database: str) -> bool:
    return admin.execute("SELECT FROM pg_database WHERE datname = %s", [database]).rowcount == 1


def _copy(admin: Admin, source: str, target: str) -> None:
    admin.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(target), sql.Identifier(source)
        )
    )


def _rename(admin: Admin, old: str, new: str) -> None:
    admin.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(old), sql.Identifier(new))
    )


def _drop(admin: Admin, database: str) -> None:
    admin.execute(
        sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database))
    )


def _admit(admin: Admin, database: str) -> None:
    admin.execute(
        sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(sql.Identifier(database))
    )


def _drain(admin: Admin, database: str) -> None:
    """Refuse new connections; end the present ones, those at work when they are done."""
    admin.execute(
        sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(sql.Identifier(database))
    )
    deadline = time.monotonic() + DRAIN_SECONDS
    while True:
        patient = time.monotonic() < deadline
        ended = admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = %s "
            "AND (state = 'idle' OR backend_type = 'autovacuum worker' OR NOT %s)",
            [database, patient],
        ).rowcount
        if ended == 0 and not _connected(admin, database):
            return
        time.sleep(_POLL_SECONDS)


def _connected(admin: Admin, database: str) -> bool:
    found = admin.execute("SELECT FROM pg_stat_activity WHERE datname = %s LIMIT 1", [database])
    return found.rowcount > 0


def _try_lock(admin: Admin, database: str) -> bool:
    key = int.from_bytes(sha256(database.encode()).digest()[:8], "big", signed=True)
    row = admin.execute("SELECT pg_try_advisory_lock(%s)", [key]).fetchone()
    return row is not None and row[0] is True


if TYPE_CHECKING:
    _draft: type[Draft] = PostgresDraft
