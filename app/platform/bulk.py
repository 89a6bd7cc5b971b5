"""Loading whole tables: Arrow batches into a database in the making, indexes and references last.

SQLite takes them through ADBC, PostgreSQL through COPY. Rows come in by the hundred thousand, so
what can be made or checked once at the end is: secondary indexes, SQLite's checks and PostgreSQL's
references. Only for drafts: the loader trades SQLite's journal for speed, and a draft that fails
is dropped.
"""

from __future__ import annotations

import io
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa
from sqlalchemy import Boolean, CheckConstraint, Date, Float, Integer, LargeBinary, String
from sqlalchemy.dialects import sqlite

from app.platform.database import Base

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import URL, Table
    from sqlalchemy.types import TypeEngine

_ARROW_TYPES: tuple[tuple[type[TypeEngine[Any]], pa.DataType], ...] = (
    (Boolean, pa.bool_()),
    (Integer, pa.int64()),
    (Float, pa.float64()),
    (Date, pa.date32()),
    (LargeBinary, pa.binary()),
    (String, pa.string()),
)


#: For a draft that nobody else sees, and that is dropped if anything fails. SQLite builds the list
#: of an `IN (…)` check anew for every statement, and a row is one: three quarters of the time of a
#: load. `_check_sqlite` reads all rows in one statement afterwards.
LOADING = (
    "journal_mode=OFF",
    "synchronous=OFF",
    "cache_size=-262144",
    "temp_store=FILE",  # what sorting ten million rows spills would be half a gigabyte in memory
    "threads=2",  # sorting for an index
    "ignore_check_constraints=ON",
)


class Loader(Protocol):
    """Appends rows to tables of one database; see `opened`."""

    def append(self, table: str, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> int:
        """Append all rows of the batches, which have that schema, and return how many they were.

        Raises the driver's error where a row breaks a constraint.
        """
        ...


def arrow_schema(table: Table) -> pa.Schema:
    """Return the Arrow schema whose columns are the table's, in its order."""
    return pa.schema(
        [pa.field(c.name, _arrow_type(c.type), nullable=bool(c.nullable)) for c in table.columns]
    )


@contextmanager
def opened(url: URL, tables: Sequence[str]) -> Iterator[Loader]:
    """Give a loader for a draft's tables; on leaving, their indexes and references are made.

    Not one transaction: a draft that was left by an exception is not to be published.
    """
    if url.get_backend_name() == "sqlite":
        with _sqlite(str(url.database), tables) as loader:
            yield loader
    else:
        with _postgres(url, tables) as loader:
            yield loader


def _arrow_type(kind: TypeEngine[Any]) -> pa.DataType:
    for sql_type, arrow_type in _ARROW_TYPES:
        if isinstance(kind, sql_type):
            return arrow_type
    message = f"no Arrow type stands for {kind!r}; add it to _ARROW_TYPES"
    raise TypeError(message)


class _SqliteLoader:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def append(self, table: str, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> int:
        """See `Loader.append`; checks are looked at when the loader is left."""
        # A day is text here. Arrow writes it ten times as fast as the driver would.
        as_text = pa.schema([_with_text_for_days(field) for field in schema])
        reader = pa.RecordBatchReader.from_batches(
            as_text, (batch.cast(as_text) for batch in batches)
        )
        with self._statement() as statement:
            statement.set_options(
                **{
                    "adbc.ingest.target_table": table,
                    "adbc.ingest.mode": "adbc.ingest.mode.append",
                }
            )
            statement.bind_stream(reader)
            return int(statement.execute_update())

    def run(self, sql: str) -> None:
        """Run a statement that returns nothing."""
        with self._statement() as statement:
            statement.set_sql_query(sql)
            statement.execute_update()

    def _statement(self) -> Any:
        from adbc_driver_manager import AdbcStatement  # noqa: PLC0415 - only where worlds are made

        return AdbcStatement(self._connection)


def _with_text_for_days(field: pa.Field[Any]) -> pa.Field[Any]:
    return field.with_type(pa.string()) if pa.types.is_date32(field.type) else field


@contextmanager
def _sqlite(path: str, tables: Sequence[str]) -> Iterator[Loader]:
    # Not `dbapi`, which imports polars: a third of a second, for nothing that is used here.
    import adbc_driver_sqlite  # noqa: PLC0415 - only where worlds are made
    from adbc_driver_manager import AdbcConnection  # noqa: PLC0415 - see above

    with closing(sqlite3.connect(path)) as connection:
        indexes = _take_sqlite_indexes(connection, tables)
    with adbc_driver_sqlite.connect(path) as database, AdbcConnection(database) as loading:
        loader = _SqliteLoader(loading)
        for setting in LOADING:
            loader.run(f"PRAGMA {setting}")
        yield loader
        with closing(_frozen(path)) as rows, ThreadPoolExecutor(1) as beside:
            checked = beside.submit(_check_sqlite, rows, tables)
            # By the connection that loaded, which still has the rows in its cache.
            for statement in indexes:
                loader.run(statement)
            checked.result()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA analysis_limit=1000")
        connection.execute("ANALYZE")
        connection.commit()
        connection.execute("PRAGMA journal_mode=WAL")


def _frozen(path: str) -> sqlite3.Connection:
    """Open a file to read what its tables have now, without locks, while indexes are made.

    Those come behind the rows, whose pages nobody touches. It knows the schema as of now, so it
    uses no index that is half made.
    """
    uri = f"{Path(path).absolute().as_uri()}?immutable=1"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
    connection.execute("SELECT name FROM sqlite_master").fetchone()
    return connection


def _check_sqlite(connection: sqlite3.Connection, tables: Sequence[str]) -> None:
    """Raise the driver's error if a row breaks a check of its table."""
    for table in tables:
        checks = {
            str(check.name): check.sqltext.compile(
                dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}
            )
            for check in Base.metadata.tables[table].constraints
            if isinstance(check, CheckConstraint)
        }
        if not checks:
            continue
        # What is NULL passes, as SQL has it.
        broken = [f"NOT ({condition})" for condition in checks.values()]
        found = connection.execute(
            f'SELECT {", ".join(broken)} FROM "{table}" WHERE {" OR ".join(broken)} LIMIT 1'  # noqa: S608 - our own schema
        ).fetchone()
        for name, is_broken in zip(checks, found or (), strict=found is not None):
            if is_broken:
                raise sqlite3.IntegrityError(f"CHECK constraint failed: {name}")


def _take_sqlite_indexes(connection: sqlite3.Connection, tables: Sequence[str]) -> list[str]:
    """Drop the tables' own indexes and return the statements that make them again."""
    found = connection.execute(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    ).fetchall()
    ours = [(name, statement) for name, table, statement in found if table in tables]
    for name, _ in ours:
        connection.execute(f'DROP INDEX "{name}"')
    connection.commit()
    return [statement for _, statement in ours]


class _PostgresLoader:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def append(self, table: str, batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> int:
        """See `Loader.append`."""
        from psycopg import sql  # noqa: PLC0415 - an extra, and heavy
        from pyarrow import csv  # noqa: PLC0415 - only where worlds are made

        statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, schema.names))
        )
        # Strings are always quoted and nulls never: '' and NULL stay apart.
        options = csv.WriteOptions(include_header=False, quoting_style="needed")
        with self._connection.cursor() as cursor:
            with cursor.copy(statement) as copy:
                for batch in batches:
                    block = io.BytesIO()
                    csv.write_csv(batch, block, options)
                    copy.write(block.getbuffer())
            return int(cursor.rowcount)


@contextmanager
def _postgres(url: URL, tables: Sequence[str]) -> Iterator[Loader]:
    import psycopg  # noqa: PLC0415 - an extra, and heavy

    conninfo = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(conninfo) as connection:
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '256MB'")
        remade = _take_postgres_extras(connection, list(tables))
        yield _PostgresLoader(connection)
        for statement in remade:
            connection.execute(statement)
        _move_sequences(connection, list(tables))
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("ANALYZE")


def _take_postgres_extras(connection: Any, tables: list[str]) -> list[str]:
    """Drop the tables' references and indexes; return the statements that make them again."""
    references = connection.execute(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) "
        "FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
        [tables],
    ).fetchall()
    for table, name, _ in references:
        connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    indexes = connection.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i "
        "WHERE i.indrelid::regclass::text = ANY(%s) AND NOT EXISTS "
        "(SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)",
        [tables],
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    return [
        *(statement for _, statement in indexes),
        *(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}"
            for table, name, definition in references
        ),
    ]


def _move_sequences(connection: Any, tables: list[str]) -> None:
    """Let rows that are added later count on from the highest id that was loaded."""
    from psycopg import sql  # noqa: PLC0415 - an extra, and heavy

    owned = connection.execute(
        "SELECT t.relname, a.attname, pg_get_serial_sequence(quote_ident(t.relname), a.attname) "
        "FROM pg_class t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 "
        "WHERE t.relkind = 'r' AND t.relname = ANY(%s) AND NOT a.attisdropped "
        "AND pg_get_serial_sequence(quote_ident(t.relname), a.attname) IS NOT NULL",
        [tables],
    ).fetchall()
    for table, column, sequence in owned:
        statement = sql.SQL("SELECT setval(%s, COALESCE(MAX({}), 0) + 1, false) FROM {}")
        connection.execute(
            statement.format(sql.Identifier(column), sql.Identifier(table)), [sequence]
        )
