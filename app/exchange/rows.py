"""Many rows by one statement, in each driver's own SQL: for what every call writes.

A statement per row costs more than the row: SQLite's driver lets go of the interpreter at each
step, and whoever waits for it pays for getting it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Rows:
    """How rows are written: from a JSON array of arrays on SQLite, else an array per column."""

    sqlite: str
    postgresql: str

    @classmethod
    def into(cls, table: str, columns: dict[str, str], on_conflict: str = "") -> Rows:
        """Make the statement; `columns` gives each column its PostgreSQL type, in the rows' order.

        Names are written as given: quote those that are words of SQL.
        """
        names = ", ".join(columns)
        values = ", ".join(f"value ->> {place}" for place in range(len(columns)))
        arrays = ", ".join(f"%b::{kind}[]" for kind in columns.values())
        into = f"INSERT INTO {table} ({names}) SELECT"
        # WHERE keeps SQLite from reading ON CONFLICT as part of a join.
        return cls(
            sqlite=f"{into} {values} FROM json_each(?1) WHERE true {on_conflict}",
            postgresql=f"{into} * FROM unnest({arrays}) {on_conflict}",
        )

    def write(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
        """Write the rows, of which there is at least one; values are text, numbers or dates."""
        if connection.dialect.name == "postgresql":
            columns = tuple(list(column) for column in zip(*rows, strict=True))
            connection.exec_driver_sql(self.postgresql, columns)
        else:
            connection.exec_driver_sql(self.sqlite, (msgspec.json.encode(rows).decode(),))
