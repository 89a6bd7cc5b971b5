"""Many rows by one statement, in each driver's own SQL: for what every call writes.

A statement per row costs more than the row: SQLite's driver lets go of the interpreter at each
step, and whoever waits for it pays for getting it back.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.platform.scripts import Statement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.platform.scripts import Answer, Script
    from app.platform.stores.store import Dialect

#: Rows of one statement on SQLite, whose driver keeps a hundred statements prepared.
_MOST_TOGETHER: Final = 32
#: Types that SQLite's driver does not know.
_TIMES: Final = ("date", "timestamptz")
_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Rows:
    """Where rows go: `columns` gives each its PostgreSQL type, in the order of a row's values.

    Names are written as given: quote those that are words of SQL.
    """

    table: str
    columns: tuple[tuple[str, str], ...]
    on_conflict: str = ""

    def write(self, dialect: Dialect, rows: Sequence[Sequence[Any]]) -> Script[Answer]:
        """Write the rows, of which there is at least one; values are text, numbers and times.

        Bytes go into columns of type bytea, and nothing else does.

        SQLite gets a list of values for each row, PostgreSQL all of them as one JSON array.
        What `on_conflict` says is to be returned is.
        """
        asks = "RETURNING" in self.on_conflict
        if dialect == "postgresql":
            return (yield Statement(_for_postgresql(self), (self._as_json(rows),), asks))
        has_times = any(kind in _TIMES for _, kind in self.columns)
        returned: list[Sequence[Any]] = []
        for start in range(0, len(rows), _MOST_TOGETHER):
            some = rows[start : start + _MOST_TOGETHER]
            values = chain.from_iterable(some)
            stored = tuple(map(_as_stored, values) if has_times else values)
            returned += yield Statement(_for_sqlite(self, len(some)), stored, asks)
        return returned

    def _as_json(self, rows: Sequence[Sequence[Any]]) -> str:
        names = [name.strip('"') for name, _ in self.columns]
        bytea = [at for at, (_, kind) in enumerate(self.columns) if kind == "bytea"]
        given = []
        for row in rows:
            values = dict(zip(names, row, strict=True))
            for at in bytea:
                values[names[at]] = "\\x" + row[at].hex()
            given.append(values)
        return _encode(given).decode()


def _as_stored(value: object) -> object:
    """Return a value as SQLite has it: a date is ISO text, and so is a time, which is in UTC."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return value.isoformat() if isinstance(value, dt.date) else value


@cache
def _for_sqlite(rows: Rows, many: int) -> str:
    values = f"({', '.join('?' * len(rows.columns))})"
    return f"{_into(rows)} VALUES {', '.join([values] * many)} {rows.on_conflict}"


@cache
def _for_postgresql(rows: Rows) -> str:
    columns = ", ".join(f"{name} {kind}" for name, kind in rows.columns)
    given = f"json_to_recordset(%t::json) AS given ({columns})"
    return f"{_into(rows)} SELECT * FROM {given} {rows.on_conflict}"  # noqa: S608 - ours


def _into(rows: Rows) -> str:
    return f"INSERT INTO {rows.table} ({', '.join(name for name, _ in rows.columns)})"
