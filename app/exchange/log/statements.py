"""The statements of every append, in each driver's own SQL: the writer's hottest path.

SQLAlchemy's constructs would cost more than the leaves themselves. `bare` gives the connection
that such statements run on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from app.exchange.rows import Rows
from app.platform.scripts import Statement

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from app.platform.scripts import Answer, Script
    from app.platform.stores.store import Dialect


@dataclass(frozen=True, slots=True)
class _Statements:
    """One driver's statements about the head."""

    read_head: str
    first_head: str
    move_head: str


_SQLITE = _Statements(
    read_head="SELECT frontier FROM log_head WHERE id = 1",
    first_head="INSERT INTO log_head (id, size, frontier) VALUES (1, 0, ?)",
    move_head="UPDATE log_head SET size = ?, frontier = ? WHERE id = 1",
)
_POSTGRESQL = _Statements(
    # The row lock backs the writer's advisory lock: no two batches ever number from one head.
    read_head="SELECT frontier FROM log_head WHERE id = 1 FOR UPDATE",
    first_head="INSERT INTO log_head (id, size, frontier) VALUES (1, 0, %b)",
    move_head="UPDATE log_head SET size = %b, frontier = %b WHERE id = 1",
)
_OF: dict[Dialect, _Statements] = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
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

_ENTRIES = Rows(
    "leaf_entry",
    (
        ("seq", "bigint"),
        ("position", "bigint"),
        ("subject", "text"),
        ("body", "text"),
        ("hash", "bytea"),
    ),
)
_NODES = Rows("tree_node", (("level", "bigint"), ("position", "bigint"), ("hash", "bytea")))

LeafRow = tuple[int, bytes, str | None, str, str]
EntryRow = tuple[int, int, str | None, str, bytes]
NodeRow = tuple[int, int, bytes]


def bare(connection: Connection | Session) -> Connection:
    """Return the connection that a session works on, or the connection itself."""
    return connection.connection() if isinstance(connection, Session) else connection


def add_leaves(dialect: Dialect, rows: list[LeafRow]) -> Script[Answer]:
    """Insert leaves: number, hash, subject, time and text."""
    return _LEAVES.write(dialect, rows)


def add_entries(dialect: Dialect, rows: list[EntryRow]) -> Script[Answer]:
    """Insert entries of leaves: the leaf's number, position, subject, text and hash."""
    return _ENTRIES.write(dialect, rows)


def add_nodes(dialect: Dialect, rows: list[NodeRow]) -> Script[Answer]:
    """Insert nodes of the tree: level, position and hash."""
    return _NODES.write(dialect, rows)


def read_head(dialect: Dialect) -> Script[bytes | None]:
    """Return the log's frontier, kept from others until the transaction ends; None if new."""
    found = yield Statement(_OF[dialect].read_head, asks=True)
    return bytes(found[0][0]) if found else None


def first_head(dialect: Dialect, frontier: bytes) -> Script[None]:
    """Give a new log its head."""
    yield Statement(_OF[dialect].first_head, (frontier,))


def move_head(dialect: Dialect, size: int, frontier: bytes) -> Script[None]:
    """Move the head to where the last append has left the tree."""
    yield Statement(_OF[dialect].move_head, (size, frontier))
