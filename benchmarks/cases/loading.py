"""How fast a population is loaded, beside the fastest way that SQLite has itself."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.cli.worlds import spec
from app.identity import bulk as identity
from app.platform import bulk, opening
from app.registry import bulk as registry
from app.sectors import bulk as sectors
from benchmarks import figures
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure
from seed import generate
from seed.rows import arrow, reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa
    from sqlalchemy import URL

    from benchmarks.homes import Home

_PEOPLE: Final = 200_000
_DOORS: Final = (registry, identity, sectors)
_OURS: Final = "dancu's loader"
_THEIRS: Final = "INSERT … SELECT"

Batches = dict[str, list["pa.RecordBatch"]]


def run(bench: Bench) -> Iterator[Figure]:
    """Load the same rows into empty databases of the same schema, in turn."""
    people = bench.effort.many(_PEOPLE, least=1000)
    with bench.homes.empty("sqlite", people) as home, _draft(home) as source:
        bench.say(f"generating {people:,} people")
        population = _population(home)
        rows = sum(batch.num_rows for batches in population.values() for batch in batches)
        _load(source, population)
        measured = figures.interleaved(
            bench.effort.runs,
            {
                _OURS: lambda: _timed_load(bench, home, population),
                _THEIRS: lambda: _timed_copy(bench, home, source, list(population)),
            },
        )
    for name, seconds in measured.items():
        values = tuple(rows / each for each in seconds)
        yield Figure(name=name, values=values, unit="rows/s")
    # Rows per second, so that more is better, as in the goal.
    yield figures.ratio(
        f"{_OURS} / {_THEIRS}", measured[_THEIRS], measured[_OURS], figures.at_least(0.65)
    )


def _population(home: Home) -> Batches:
    """Return all rows of a population as the loader takes them, in memory."""
    schemas = {table: schema for door in _DOORS for table, schema in door.SCHEMAS.items()}
    made: Batches = {table: [] for table in schemas}
    for tables in (reference.rows(), *generate.chunks(spec(home.settings))):
        for table, schema in schemas.items():
            if table in tables:
                made[table].append(arrow.conform(tables[table], schema))
    return made


def _timed_load(bench: Bench, home: Home, population: Batches) -> float:
    bench.say(_OURS)
    with _draft(home) as url:
        began = time.perf_counter()
        _load(url, population)
        return time.perf_counter() - began


def _timed_copy(bench: Bench, home: Home, source: URL, tables: list[str]) -> float:
    bench.say(_THEIRS)
    with _draft(home) as url:
        began = time.perf_counter()
        _copy(Path(str(source.database)), Path(str(url.database)), tables)
        return time.perf_counter() - began


def _load(url: URL, population: Batches) -> None:
    with bulk.opened(url, list(population)) as loader:
        for door in _DOORS:
            for table in door.SCHEMAS:
                door.load(loader, table, population[table])


def _copy(source: Path, target: Path, tables: list[str]) -> None:
    """Do in SQL alone what the loader does: the same settings, indexes last, statistics."""
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        for setting in bulk.LOADING:
            connection.execute(f"PRAGMA {setting}")
        found = connection.execute(
            "SELECT name, tbl_name, sql FROM sqlite_master"
            " WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        indexes = [(name, made_by) for name, table, made_by in found if table in tables]
        for name, _ in indexes:
            connection.execute(f'DROP INDEX "{name}"')
        connection.execute("ATTACH ? AS source", (str(source),))
        connection.execute("BEGIN")
        for table in tables:
            connection.execute(f"INSERT INTO main.{table} SELECT * FROM source.{table}")  # noqa: S608 - our own tables' names
        connection.execute("COMMIT")
        for _, made_by in indexes:
            connection.execute(made_by)
        connection.execute("PRAGMA analysis_limit=1000")
        connection.execute("ANALYZE")
        connection.execute("PRAGMA journal_mode=WAL")


@contextmanager
def _draft(home: Home) -> Iterator[URL]:
    """Give an empty database with the schema of a world, which is thrown away."""
    with home.worlds() as worlds, worlds.store.making() as draft:
        opening.migrate(draft.url)
        yield draft.url


BENCHMARK = Benchmark(
    name="loading",
    title="Loading against SQLite's own INSERT … SELECT",
    how="The same rows of a whole population into the same empty schema: Arrow batches in memory"
    " through dancu's loader, or INSERT … SELECT from an attached file; with the same settings,"
    " with indexes made last and with statistics gathered, all of it in the time.",
    run=run,
)
