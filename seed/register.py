"""What a register's file declares: rows of a chunk of people, and rows of the cast."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

from app.platform import discovery
from app.sectors import bulk
from seed import registers

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from seed.personas.roles import Ago, Role
    from seed.rows.arrow import Tables
    from seed.rows.whole import Whole

    Row = dict[str, object]


@dataclasses.dataclass(frozen=True)
class Member:
    """One of the cast, with the number they have on the start date, and the house they live in."""

    role: Role
    citizen_id: int
    pin: str
    house_id: str | None


@dataclasses.dataclass(frozen=True)
class Cast:
    """The cast as a register's file sees it: `members` by key, and the day of an `Ago`."""

    members: Mapping[str, Member]
    start: dt.date
    day: Callable[[Ago], dt.date]


@dataclasses.dataclass(frozen=True)
class Rows:
    """How a register gets its rows, by table: `chunk` by numpy, `cast` one by one.

    `name` is the register's in `app.sectors`. The cast's rows are numbered here; those of a chunk
    take their ids by `whole.ids.rows(table, count, stride)`.
    """

    name: str
    chunk: Callable[[Whole], Tables]
    cast: Callable[[Cast], Mapping[str, Sequence[Row]]]


@functools.cache
def all_of_them() -> Mapping[str, Rows]:
    """Return what every register's file declares, by name."""
    return discovery.declarations(registers, "ROWS", Rows)


def chunk_rows(whole: Whole) -> Tables:
    """Return the rows of all registers for a chunk of people."""
    return {
        table: rows for each in all_of_them().values() for table, rows in each.chunk(whole).items()
    }


def cast_rows(cast: Cast) -> dict[str, list[Row]]:
    """Return the rows of all registers for the cast, numbered; what they leave out is null."""
    return {
        table: [
            {**dict.fromkeys(bulk.SCHEMAS[table].names), "id": number, **row}
            for number, row in enumerate(rows, start=1)
        ]
        for each in all_of_them().values()
        for table, rows in each.cast(cast).items()
        if rows
    }
