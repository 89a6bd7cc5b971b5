"""A reconciliation beside the least that could be done: a raw equality join of the same tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks import apart, figures
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure
from benchmarks.linkage import fields, judging

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PEOPLE: Final = 1_000_000
_OURS: Final = "benchmarks.linkage.ours"
_THEIRS: Final = "benchmarks.linkage.equality"
#: Times the join: what the project set itself.
_GOAL: Final = figures.at_most(7)


def run(bench: Bench) -> Iterator[Figure]:
    """Make a dirty file, and have it joined and reconciled in turn."""
    people = bench.effort.many(_PEOPLE, least=1000)
    with bench.homes.folder() as folder:
        bench.say(f"making {people:,} dirty rows")
        field = fields.Field(folder / "field")
        made = apart.run("benchmarks.linkage.fields:making", str(field.folder), str(people))
        bench.say("joining and reconciling")
        measured = apart.race(bench.effort.runs, _contestants(field, folder, people))
        dirty = judging.dirty_share(field) * 100
    yield Figure(name="making the file and its truth", values=(made.seconds,), unit="s")
    yield Figure(name="rows in which something is wrong", values=(dirty,), unit="%")
    for name, spent in measured.items():
        yield Figure(name=name, values=tuple(each.seconds for each in spent), unit="s")
        processor = tuple(each.processor_seconds for each in spent)
        yield Figure(name=f"{name}, processor time", values=processor, unit="s")
        if "in memory" not in name:
            peaks = tuple(each.peak_mib for each in spent)
            yield Figure(name=f"{name}, memory at its peak", values=peaks, unit="MiB")
    yield from _ratios(measured)


def _contestants(field: fields.Field, folder: Path, people: int) -> dict[str, tuple[str, ...]]:
    at = str(field.folder)
    return {
        "dancu": (f"{_OURS}:whole", at, str(folder / "found.parquet")),
        "dancu, in parts": (f"{_OURS}:parts", at, str(folder / "parts"), str(people)),
        "DuckDB's join": (f"{_THEIRS}:whole", at, str(folder / "joined.parquet")),
        "dancu, tables in memory": (f"{_OURS}:loaded", at),
        "DuckDB's join, tables in memory": (f"{_THEIRS}:loaded", at),
    }


def _ratios(measured: dict[str, tuple[apart.Spent, ...]]) -> Iterator[Figure]:
    """Compare by the processor's time, which other work on the machine changes least."""
    for ours, theirs in (
        ("dancu", "DuckDB's join"),
        ("dancu, in parts", "DuckDB's join"),
        ("dancu, tables in memory", "DuckDB's join, tables in memory"),
    ):
        over, under = measured[ours], measured[theirs]
        yield figures.ratio(
            f"{ours} / {theirs}, processor time",
            [each.processor_seconds for each in over],
            [each.processor_seconds for each in under],
            _GOAL,
        )
        yield figures.ratio(
            f"{ours} / {theirs}",
            [each.seconds for each in over],
            [each.seconds for each in under],
        )


BENCHMARK = Benchmark(
    name="equality",
    title="A million dirty rows against a million citizens, beside a raw equality join",
    how="A file of which 22 % of the rows are wrong in sixteen ways (`benchmarks/linkage/dirt.py`,"
    " made for this alone), held against every number of as many citizens. dancu gives each row a"
    " verdict with bits and reasons; in parts it does so as a server does, part by part through"
    " files. DuckDB joins both by the number and says whether the name is the same: nothing is"
    " searched for. From Parquet to Parquet, and once more with tables that are in memory"
    " already; each contestant in a process of its own.",
    run=run,
)
