"""Making a world's population: reference tables, personas, then chunk by chunk, in order.

The same spec gives the same rows whatever the number of processes: a chunk depends on the seed,
its number and nothing else. While one chunk is being loaded the next is being made.
"""

from __future__ import annotations

import dataclasses
import os
from collections import defaultdict, deque
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from itertools import islice
from multiprocessing import get_context
from typing import TYPE_CHECKING

import pyarrow as pa

from app.identity import bulk as identity
from app.platform import bulk
from app.registry import bulk as registry
from app.sectors import bulk as sectors
from seed import chunk, limits, pieces
from seed.personas import rows as personas
from seed.pieces import Facts
from seed.rows import arrow, reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor, Future

    from sqlalchemy import URL

    from app.platform.bulk import Loader
    from seed.personas.rows import PersonaRow
    from seed.pieces import Spec
    from seed.rows.arrow import Tables

    Progress = Callable[[str, float], None]

_DOORS = (registry, identity, sectors)
#: Chunks that one process makes at the same time; each takes a quarter of a gigabyte.
_THREADS = min(os.cpu_count() or 1, 2)


@dataclasses.dataclass(frozen=True)
class Manifest:
    """What was made: rows by table, and the personas among them."""

    rows: dict[str, int]
    personas: list[PersonaRow]


def make(
    spec: Spec,
    url: URL,
    *,
    workers: int = 1,
    progress: Progress = lambda _what, _share: None,
    prepare: Callable[[], None] = lambda: None,
) -> Manifest:
    """Generate the population of `spec` into the empty database at `url`.

    `size` counts the citizens on record, of whom about one in 27 has died in the last five years;
    personas and their families come on top. `workers` is how many processes generate. `prepare`
    makes the schema, if there is none yet: it is called while the first chunk is being made.
    Raises ValueError for a start date outside the years that the UN's table covers.
    """
    counted: dict[str, int] = {}
    names = [table for door in _DOORS for table in door.SCHEMAS]
    coming = chunks(spec, workers)
    prepare()
    with bulk.opened(url, names) as loader:
        _load(loader, reference.rows(), counted)
        cast = personas.make(spec, defaultdict(lambda: 1))
        _load(loader, _as_tables(cast.rows), counted)
        total = len(chunk.sizes(spec.size))
        for number, tables in enumerate(coming):
            progress("population", number / total)
            _load(loader, tables, counted)
        progress("indexes", 1.0)
    return Manifest(rows=counted, personas=cast.personas)


def chunks(spec: Spec, workers: int = 1) -> Iterator[Tables]:
    """Give the rows of each chunk in order; the first are being made as soon as this is called."""
    _check(spec)
    facts, numbers = Facts.of(spec), iter(range(len(chunk.sizes(spec.size))))
    executor = _executor(workers, len(chunk.sizes(spec.size)))
    ahead = max(workers, _THREADS)
    coming = deque(
        executor.submit(pieces.rows, facts, number) for number in islice(numbers, ahead)
    )
    return _in_order(executor, coming, (partial(pieces.rows, facts, n) for n in numbers))


def _in_order(
    executor: Executor, coming: deque[Future[Tables]], later: Iterator[Callable[[], Tables]]
) -> Iterator[Tables]:
    """Hand out what comes, and for each piece that is taken have another made."""
    with executor:
        while coming:
            made = coming.popleft().result()
            coming.extend(executor.submit(job) for job in islice(later, 1))
            yield made


def _executor(workers: int, jobs: int) -> Executor:
    """One process makes chunks on a few threads: numpy and Arrow let go of Python's lock."""
    if workers == 1 or jobs == 1:
        return ThreadPoolExecutor(_THREADS)
    return ProcessPoolExecutor(min(workers, jobs), mp_context=get_context("spawn"))


def _check(spec: Spec) -> None:
    if not limits.FIRST_YEAR <= spec.start_date.year <= limits.LAST_YEAR:
        raise ValueError(f"a world starts between {limits.FIRST_YEAR} and {limits.LAST_YEAR}")


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
