"""Making a world's population: reference tables, personas, then chunk by chunk, in order.

The same spec gives the same rows whatever the number of processes: a chunk depends on the seed,
its number and nothing else. While one chunk is being loaded the next is being made.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections import defaultdict, deque
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Protocol

import pyarrow as pa

from app.identity import bulk as identity
from app.platform import bulk
from app.platform.streams import stream
from app.registry import bulk as registry
from seed import ages, chunk, dates
from seed.numbers import Share
from seed.personas import rows as personas
from seed.rows import arrow, reference
from seed.rows import whole as rows
from seed.rows.ids import Ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

    from sqlalchemy import URL

    from app.platform.bulk import Loader
    from seed.personas.rows import PersonaRow
    from seed.rows.arrow import Tables

    Progress = Callable[[str, float], None]

_DOORS = (registry, identity)


class Spec(Protocol):
    """What gives a population: seed, size, start date and pin style (and the code's version)."""

    @property
    def seed(self) -> int: ...
    @property
    def size(self) -> int: ...
    @property
    def start_date(self) -> dt.date: ...
    @property
    def pin_style(self) -> str: ...


@dataclasses.dataclass(frozen=True)
class Manifest:
    """What was made: rows by table, and the personas among them."""

    rows: dict[str, int]
    personas: list[PersonaRow]


def make(
    spec: Spec, url: URL, *, workers: int = 1, progress: Progress = lambda _what, _share: None
) -> Manifest:
    """Generate the population of `spec` into the empty database at `url`.

    `size` counts the citizens on record, of whom about one in 27 has died in the last five years;
    personas and their families come on top. Raises ValueError for a start date outside the years
    that the UN's table covers.
    """
    counted: dict[str, int] = {}
    names = [table for door in _DOORS for table in door.SCHEMAS]
    with bulk.opened(url, names) as loader:
        _load(loader, reference.rows(), counted)
        cast = personas.make(spec, defaultdict(lambda: 1))
        _load(loader, _as_tables(cast.rows), counted)
        total = len(chunk.sizes(spec.size))
        for number, tables in enumerate(chunks(spec, workers)):
            progress("population", number / total)
            _load(loader, tables, counted)
        progress("indexes", 1.0)
    return Manifest(rows=counted, personas=cast.personas)


def chunks(spec: Spec, workers: int = 1) -> Iterator[Tables]:
    """Give the rows of each chunk in order, a few chunks ahead of who takes them."""
    _check(spec)
    sizes = chunk.sizes(spec.size)
    with _executor(workers, len(sizes)) as executor:
        waiting: deque[Any] = deque()
        for number in range(len(sizes)):
            waiting.append(executor.submit(tables, _Facts.of(spec), number))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


@dataclasses.dataclass(frozen=True)
class _Facts:
    """A spec that can be sent to another process."""

    seed: int
    size: int
    start_date: dt.date
    pin_style: str

    @classmethod
    def of(cls, spec: Spec) -> _Facts:
        return cls(spec.seed, spec.size, spec.start_date, spec.pin_style)


def tables(spec: Spec, number: int) -> Tables:
    """Return all rows of one chunk of a world, by table."""
    sizes = chunk.sizes(spec.size)
    streams = functools.partial(stream, spec.seed, "population", number)
    made = chunk.make(streams, sizes[number], dates.number(spec.start_date))
    share = Share(spec.seed, number, len(sizes), spec.pin_style)
    return rows.tables(streams, made, share, Ids(number, sum(sizes[:number])))


def _executor(workers: int, jobs: int) -> Executor:
    """One worker is a thread beside the loading, which waits for the database most of the time."""
    if workers == 1 or jobs == 1:
        return ThreadPoolExecutor(1)
    return ProcessPoolExecutor(min(workers, jobs), mp_context=get_context("spawn"))


def _check(spec: Spec) -> None:
    if not ages.FIRST_YEAR <= spec.start_date.year <= ages.LAST_YEAR:
        raise ValueError(f"a world starts between {ages.FIRST_YEAR} and {ages.LAST_YEAR}")


def _as_tables(cast: dict[str, list[dict[str, object]]]) -> Tables:
    """Write the cast's rows as Arrow batches; their ids are those kept for them (`rows.ids`)."""
    schemas = {table: schema for door in _DOORS for table, schema in door.SCHEMAS.items()}
    return {
        table: pa.RecordBatch.from_pylist(found, schemas[table]) for table, found in cast.items()
    }


def _load(loader: Loader, found: Tables, counted: dict[str, int]) -> None:
    for door in _DOORS:
        for table, schema in door.SCHEMAS.items():
            if table in found:
                batch: pa.RecordBatch = arrow.conform(found[table], schema)
                counted[table] = counted.get(table, 0) + door.load(loader, table, [batch])
