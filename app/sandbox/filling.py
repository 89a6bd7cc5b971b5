"""Filling: an existing world gets what later versions of the generator make.

Each part adds rows and changes none. Its rows carry ids that only spec and part give, so a filling
that was cut short is simply done again: what is there already is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.dialects import postgresql, sqlite

from app.platform import engines, founding, sequences
from app.platform.database import Base
from app.platform.progress import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import pyarrow as pa
    from sqlalchemy.orm import Session

    from app.platform.progress import Progress
    from app.platform.worlds import Worlds, WorldSpec

#: Rows that are written between two commits: a few milliseconds' worth.
SLICE_ROWS = 500


@dataclass(frozen=True)
class Part:
    """What one later version adds: `rows` gives batches by table, referred-to tables first."""

    name: str
    since: str
    rows: Callable[[WorldSpec], Iterator[tuple[str, pa.RecordBatch]]]


#: What the versions after the first add, oldest first: the first made everything there is so far.
PARTS: tuple[Part, ...] = ()


def names() -> list[str]:
    """Return the names of all parts: what a world made now has from the start."""
    return [part.name for part in PARTS]


def fill(
    worlds: Worlds,
    name: str,
    parts: Sequence[Part] = PARTS,
    *,
    progress: Progress = silent,
) -> list[str]:
    """Add the parts that world `name` has not; return their names, none if it has all.

    It may be served meanwhile. A part counts as added with the last of its rows.
    """
    world = worlds.open(name)
    missing = [part for part in parts if part.name not in world.facts.parts]
    for number, part in enumerate(missing):
        progress(part.name, number / len(missing))
        touched: set[str] = set()
        for table, batch in part.rows(world.spec):
            touched.add(table)
            world.writer.bulk(_slices(table, batch))
        world.writer.submit(partial(_note, part=part, touched=touched))
    progress("all parts", 1.0)
    if missing:
        world.refresh()
    return [part.name for part in missing]


def _note(session: Session, part: Part, touched: set[str]) -> None:
    sequences.count_on(session, sorted(touched))
    founding.add_part(session, part.name)


def _slices(table: str, batch: pa.RecordBatch) -> Iterator[Callable[[Session], None]]:
    for start in range(0, batch.num_rows, SLICE_ROWS):
        rows = batch.slice(start, SLICE_ROWS).to_pylist()
        yield partial(_insert, table=table, rows=rows)


def _insert(session: Session, table: str, rows: list[dict[str, object]]) -> None:
    """Insert what is not there yet."""
    on_postgres = engines.dialect(session.get_bind()) == "postgresql"
    insert = postgresql.insert if on_postgres else sqlite.insert
    session.execute(insert(Base.metadata.tables[table]).on_conflict_do_nothing(), rows)
