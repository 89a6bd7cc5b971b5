"""A reconciliation beside Splink, the usual library for linking records, training included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks import apart, figures
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure
from benchmarks.linkage import fields, judging

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.linkage.judging import Quality

_PEOPLE: Final = 1_000_000
_BEST: Final = "Splink at its best threshold"
_PROMISING: Final = "Splink where it keeps dancu's promise"


def run(bench: Bench) -> Iterator[Figure]:
    """Make a dirty file, have both link it in turn, and judge their links by the truth."""
    people = bench.effort.many(_PEOPLE, least=1000)
    with bench.homes.folder() as folder:
        bench.say(f"making {people:,} dirty rows")
        field = fields.Field(folder / "field")
        apart.run("benchmarks.linkage.fields:making", str(field.folder), str(people))
        bench.say("linking")
        found, weighed = folder / "found.parquet", folder / "weighed.parquet"
        at = str(field.folder)
        measured = apart.race(
            bench.effort.runs,
            {
                "dancu": ("benchmarks.linkage.ours:whole", at, str(found)),
                "Splink": ("benchmarks.linkage.splinking:whole", at, str(weighed)),
            },
        )
        quality = _judged(field, found, weighed)
    yield Figure(name="rows and citizens", values=(people / 1e6,), unit="million")
    yield from _times(measured)
    yield from _qualities(quality)


def _times(measured: dict[str, tuple[apart.Spent, ...]]) -> Iterator[Figure]:
    for name, spent in measured.items():
        yield Figure(name=name, values=tuple(each.seconds for each in spent), unit="s")
        processor = tuple(each.processor_seconds for each in spent)
        yield Figure(name=f"{name}, processor time", values=processor, unit="s")
        peaks = tuple(each.peak_mib for each in spent)
        yield Figure(name=f"{name}, memory at its peak", values=peaks, unit="MiB")
    ours, theirs = measured["dancu"], measured["Splink"]
    goal = figures.at_least(8)
    yield figures.ratio(
        "Splink / dancu, processor time",
        [each.processor_seconds for each in theirs],
        [each.processor_seconds for each in ours],
        goal,
    )
    yield figures.ratio(
        "Splink / dancu", [each.seconds for each in theirs], [each.seconds for each in ours], goal
    )


def _judged(field: fields.Field, found: Path, weighed: Path) -> dict[str, Quality]:
    thresholds = {
        _BEST: judging.best_weight(weighed, field),
        _PROMISING: judging.promising_weight(weighed, field),
    }
    links = {name: judging.of_splink(weighed, weight) for name, weight in thresholds.items()}
    told = {"dancu": judging.of_dancu(found), **links}
    return {name: judging.judge(made, field) for name, made in told.items()}


def _qualities(quality: dict[str, Quality]) -> Iterator[Figure]:
    for name, judged in quality.items():
        shares = {
            "precision": judged.precision,
            "recall": judged.recall,
            "F1": judged.f1,
            "strangers taken for others": judged.strangers_linked,
        }
        for what, share in shares.items():
            yield Figure(name=f"{name}, {what}", values=(share * 100,), unit="%")
    ours = quality["dancu"].f1
    for name in (_PROMISING, _BEST):
        theirs = quality[name].f1
        yield figures.ratio(f"F1 of dancu / {name}", [ours], [theirs], figures.at_least(1))


BENCHMARK = Benchmark(
    name="splink",
    title="A million dirty rows beside Splink",
    how="The same file and registry for both, from Parquet to Parquet; Splink on DuckDB, set up as"
    " its documentation has it, with its training in the time"
    " (`benchmarks/linkage/splinking.py` says by which blocks, comparisons and levels)."
    " A link is right if the row means that person. dancu decides by itself, and promises that of"
    " people who are not in the registry at most one in a thousand is taken for somebody else;"
    " a name and a birthday without a number are therefore often `ambiguous` to it."
    " Splink's threshold is found with the truth: once where its F1 is best, and"
    " once where it keeps that promise, too.",
    run=run,
)
