"""Whether reconciling ten million rows takes ten times the time of one million, and no memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks import apart, figures
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator

_PEOPLE: Final = (1_000_000, 5_000_000, 10_000_000)


def run(bench: Bench) -> Iterator[Figure]:
    """Reconcile files of three sizes, each against as many citizens, in parts."""
    per_row: dict[int, list[float]] = {}
    peaks: dict[int, list[float]] = {}
    for full in _PEOPLE:
        people = bench.effort.many(full, least=1000)
        title = f"{people:,} rows and citizens"
        spent = _spent(bench, people, title)
        per_row[full] = [each.processor_seconds / people * 1e6 for each in spent]
        peaks[full] = [each.peak_mib for each in spent]
        seconds = tuple(each.seconds for each in spent)
        yield Figure(name=title, values=seconds, unit="s")
        processor = tuple(each.processor_seconds for each in spent)
        yield Figure(name=f"{title}, processor time", values=processor, unit="s")
        yield Figure(name=f"{title}, of that a row", values=tuple(per_row[full]), unit="µs")
        yield Figure(name=f"{title}, memory at its peak", values=tuple(peaks[full]), unit="MiB")
    small, _, large = _PEOPLE
    yield figures.ratio(
        "a row of the largest / of the smallest",
        per_row[large],
        per_row[small],
        figures.at_most(1.3),
    )
    yield figures.ratio(
        "memory of the largest / of the smallest",
        peaks[large],
        peaks[small],
    )


def _spent(bench: Bench, people: int, title: str) -> list[apart.Spent]:
    with bench.homes.folder() as folder:
        bench.say(f"making {title}")
        at = str(folder / "field")
        apart.run("benchmarks.linkage.fields:making", at, str(people))
        bench.say(f"reconciling {title}")
        order = ("benchmarks.linkage.ours:parts", at, str(folder / "parts"), str(people))
        return [apart.run(*order) for _ in range(bench.effort.runs)]


BENCHMARK = Benchmark(
    name="linearity",
    title="Reconciliations of one, five and ten million rows",
    how="Each file, 22 % of it dirty, against as many citizens, from Parquet to Parquet in parts"
    " of a million people, as a server does it: registry and file are dealt out to files by number"
    " and by year of birth, and compared part by part.",
    run=run,
)
