"""Numbered: every number that leads to somebody, with whom it leads to, read as whole columns.

For what compares the registry with a file of a million rows: by one statement, so that it is one
state of the registry, and in parts, so that memory does not grow with the population.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

import polars as pl
from sqlalchemy import select

from app.matching.linkage.linking import NUMBERED
from app.registry.models import Citizen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from app.platform.world import World

#: Rows of a part, about.
_ROWS: Final = 100_000
#: Bytes of PostgreSQL's CSV in a part, about.
_BYTES: Final = 8 << 20
_PERSON: Final = """c.id, c.full_name, c.name_key, c.birth_year * 10000
    + COALESCE(c.birth_month, 0) * 100 + COALESCE(c.birth_day, 0)"""
_QUERY: Final = f"""
SELECT c.pin, 'pin', {_PERSON} FROM citizen c
UNION ALL SELECT s.pin, 'superseded', {_PERSON}
    FROM superseded_number s JOIN citizen c ON c.id = s.citizen_id
UNION ALL SELECT o.number, 'old', {_PERSON}
    FROM old_number o JOIN citizen c ON c.id = o.citizen_id
"""  # noqa: S608 - our own columns
_NAMES: Final = ["number", "via", "person", "name", "name_key", "born"]


def parts(world: World) -> Iterator[pl.DataFrame]:
    """Yield `linking.NUMBERED` of everybody on record, whatever became of them."""
    read = _sqlite(world) if world.dialect == "sqlite" else _postgresql(world)
    for part in read:
        yield part.rename(dict(zip(part.columns, _NAMES, strict=True))).select(
            pl.col(name).cast(kind) for name, kind in NUMBERED.items()
        )


def states(session: Session) -> pl.DataFrame:
    """Return `person` and `state` of all who are on record and not alive and well there."""
    found = session.execute(select(Citizen.id, Citizen.state).where(Citizen.state != "alive"))
    schema = {"person": pl.Int64, "state": pl.String}
    return pl.DataFrame([tuple(row) for row in found], schema=schema, orient="row")


def pins(world: World, people: pl.Series) -> pl.DataFrame:
    """Return `person` and `pin`, the number of 12 digits, of these people as it is now."""
    wanted = people.to_frame("person")
    current = [
        part.filter(pl.col("via") == "pin")
        .join(wanted, "person", "semi")
        .select("person", "number")
        for part in parts(world)
    ]
    return pl.concat([wanted.clear().with_columns(number=pl.lit(0, pl.UInt64)), *current]).select(
        "person", pin=pl.col("number").cast(pl.String).str.zfill(12)
    )


def _sqlite(world: World) -> Iterator[pl.DataFrame]:
    # By the connections that the world has: a second SQLite library in one process (ADBC brings
    # its own) would drop the first one's locks, and remove the journal under it as it closes
    # (sqlite.org/howtocorrupt.html, 2.2).
    with world.session() as session:
        rows = session.connection().exec_driver_sql(_QUERY).cursor
        while part := rows.fetchmany(_ROWS):
            yield pl.DataFrame(part, schema=_NAMES, orient="row", infer_schema_length=None)


def _postgresql(world: World) -> Iterator[pl.DataFrame]:
    statement = f"COPY ({_QUERY}) TO STDOUT (FORMAT csv)"
    with world.session() as session:
        driver = session.connection().connection.driver_connection
        with driver.cursor() as cursor, cursor.copy(statement) as copied:  # type: ignore[union-attr]  # psycopg's
            block = bytearray()
            for lines in copied:  # each holds whole rows
                block += lines
                if len(block) > _BYTES:
                    yield _read(block)
                    block.clear()
            if block:
                yield _read(block)


def _read(block: bytearray) -> pl.DataFrame:
    return pl.read_csv(io.BytesIO(block), has_header=False, new_columns=_NAMES, infer_schema=False)
