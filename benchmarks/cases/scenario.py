"""How long a test story's file of a million rows takes to be written, and how much memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks import apart
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROWS: Final = 1_000_000
#: The files of campaigns: those with the most rows of all.
_STORIES: Final = ("sim-cleanup", "credit-file")


def run(bench: Bench) -> Iterator[Figure]:
    """Write the files of both stories, of a world with as many citizens as rows."""
    rows = bench.effort.many(_ROWS, least=1000)
    bench.say(f"making a world of {rows:,} citizens")
    with bench.homes.with_world("sqlite", rows) as home, bench.homes.folder() as folder:
        for story in _STORIES:
            bench.say(f"writing {rows:,} rows of {story}")
            order = ("benchmarks.writing:story", str(home.folder), str(folder), story, str(rows))
            spent = [apart.run(*order) for _ in range(bench.effort.runs)]
            seconds = tuple(each.seconds for each in spent)
            yield Figure(name=f"{story}, {rows:,} rows", values=seconds, unit="s")
            processor = tuple(each.processor_seconds for each in spent)
            yield Figure(name=f"{story}, processor time", values=processor, unit="s")
            peaks = tuple(each.peak_mib for each in spent)
            yield Figure(name=f"{story}, memory at its peak", values=peaks, unit="MiB")


BENCHMARK = Benchmark(
    name="scenario",
    title="Files of test stories, a million rows each",
    how="`dancu scenario` begins a run: reading everybody, drawing and soiling the rows, and"
    " writing extract and truth as CSV and Parquet. On SQLite, in a world of as many citizens;"
    " each in a process of its own.",
    run=run,
)
