"""The four statements of every append, in each driver's own SQL: the writer's hottest path.

SQLAlchemy's constructs would cost more than the leaves themselves. `bare` gives the connection
that such statements run on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Statements:
    """One driver's four; `add_leaves` takes many rows on SQLite, five arrays on PostgreSQL."""

    read_head: str
    first_head: str
    move_head: str
    add_leaves: str


SQLITE = Statements(
    read_head="SELECT frontier FROM log_head WHERE id = 1",
    first_head="INSERT INTO log_head (id, size, frontier) VALUES (1, 0, ?)",
    move_head="UPDATE log_head SET size = ?, frontier = ? WHERE id = 1",
    add_leaves="INSERT INTO leaf (seq, hash, subject, recorded_at, body) VALUES (?, ?, ?, ?, ?)",
)
#: %b sends values in PostgreSQL's binary form: as text, arrays would take three times as long.
POSTGRESQL = Statements(
    # The row lock backs the writer's advisory lock: no two batches ever number from one head.
    read_head="SELECT frontier FROM log_head WHERE id = 1 FOR UPDATE",
    first_head="INSERT INTO log_head (id, size, frontier) VALUES (1, 0, %b)",
    move_head="UPDATE log_head SET size = %b, frontier = %b WHERE id = 1",
    add_leaves=(
        "INSERT INTO leaf (seq, hash, subject, recorded_at, body) SELECT * FROM "
        "unnest(%b::bigint[], %b::bytea[], %b::text[], %b::text[], %b::text[])"
    ),
)

LeafRow = tuple[int, bytes, str | None, str, str]


def bare(connection: Connection | Session) -> Connection:
    """Return the connection that a session works on, or the connection itself."""
    return connection.connection() if isinstance(connection, Session) else connection


def add_leaves(connection: Connection, rows: list[LeafRow]) -> None:
    """Insert leaves: number, hash, subject, time and text."""
    if connection.dialect.name == "postgresql":
        columns = tuple(list(column) for column in zip(*rows, strict=True))
        connection.exec_driver_sql(POSTGRESQL.add_leaves, columns)
    else:
        connection.exec_driver_sql(SQLITE.add_leaves, rows)


def read_head(connection: Connection) -> bytes | None:
    """Return the log's frontier, kept from others until the transaction ends; None if new."""
    raw = connection.exec_driver_sql(_of(connection).read_head).scalar()
    return None if raw is None else bytes(raw)


def first_head(connection: Connection, frontier: bytes) -> None:
    """Give a new log its head."""
    connection.exec_driver_sql(_of(connection).first_head, (frontier,))


def move_head(connection: Connection, size: int, frontier: bytes) -> None:
    """Move the head to where the last append has left the tree."""
    connection.exec_driver_sql(_of(connection).move_head, (size, frontier))


def _of(connection: Connection) -> Statements:
    return POSTGRESQL if connection.dialect.name == "postgresql" else SQLITE
