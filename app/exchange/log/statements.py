"""The statements of every append, in each driver's own SQL: the writer's hottest path.

SQLAlchemy's constructs would cost more than the leaves themselves. `bare` gives the connection
that such statements run on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.exchange.rows import Rows
from app.platform import engines

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Statements:
    """One driver's statements about the head."""

    read_head: str
    first_head: str
    move_head: str


SQLITE = Statements(
    read_head="SELECT frontier FROM log_head WHERE id = 1",
    first_head="INSERT INTO log_head (id, size, frontier) VALUES (1, 0, ?)",
    move_head="UPDATE log_head SET size = ?, frontier = ? WHERE id = 1",
)
POSTGRESQL = Statements(
    # The row lock backs the writer's advisory lock: no two batches ever number from one head.
    read_head="SELECT frontier FROM log_head WHERE id = 1 FOR UPDATE",
    first_head="INSERT INTO log_head (id, size, frontier) VALUES (1, 0, %b)",
    move_head="UPDATE log_head SET size = %b, frontier = %b WHERE id = 1",
)
_LEAVES = Rows(
    "leaf",
    (
        ("seq", "bigint"),
        ("hash", "bytea"),
        ("subject", "text"),
        ("recorded_at", "text"),
        ("body", "text"),
    ),
)

LeafRow = tuple[int, bytes, str | None, str, str]


def bare(connection: Connection | Session) -> Connection:
    """Return the connection that a session works on, or the connection itself."""
    return connection.connection() if isinstance(connection, Session) else connection


def add_leaves(connection: Connection, rows: list[LeafRow]) -> None:
    """Insert leaves: number, hash, subject, time and text."""
    _LEAVES.write(connection, rows)


def read_head(connection: Connection) -> bytes | None:
    """Return the log's frontier, kept from others until the transaction ends; None if new."""
    found = engines.run(connection, _of(connection).read_head)
    return bytes(found[0][0]) if found else None


def first_head(connection: Connection, frontier: bytes) -> None:
    """Give a new log its head."""
    engines.run(connection, _of(connection).first_head, (frontier,))


def move_head(connection: Connection, size: int, frontier: bytes) -> None:
    """Move the head to where the last append has left the tree."""
    engines.run(connection, _of(connection).move_head, (size, frontier))


def _of(connection: Connection) -> Statements:
    return POSTGRESQL if connection.dialect.name == "postgresql" else SQLITE
