"""A reconciliation beside Splink, the usual library for linking records, training included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.matching.linkage.words import LEAST_STRICT, STRICTEST
from benchmarks import apart, figures
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure
from benchmarks.linkage import fields, judging

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.linkage.judging import Quality

_PEOPLE: Final = 1_000_000
#: How many bits are enough: by default, for the promise over all names together, and the fewest.
_STRICT, _MIDDLE, _LEAST = STRICTEST, 5, LEAST_STRICT
_BEST: Final = "Splink at its best threshold"
_PROMISING: Final = "Splink where a stranger in a thousand is taken"
#: What is compared with what: both find the most, both take so few strangers.
_ALIKE: Final = {_LEAST: _BEST, _MIDDLE: _PROMISING}


def run(bench: Bench) -> Iterator[Figure]:
    """Make a dirty file, have both link it in turn, and judge their links by the truth."""
    people = bench.effort.many(_PEOPLE, least=1000)
    with bench.homes.folder() as folder:
        bench.say(f"making {people:,} dirty rows")
        field = fields.Field(folder / "field")
        apart.run("benchmarks.linkage.fields:making", str(field.folder), str(people))
        bench.say("linking")
        weighed, at = folder / "weighed.parquet", str(field.folder)
        found = {bits: folder / f"found-{bits}.parquet" for bits in (_STRICT, _MIDDLE, _LEAST)}
        ours = {
            bits: ("benchmarks.linkage.ours:whole", at, str(file), str(bits))
            for bits, file in found.items()
        }
        theirs = ("benchmarks.linkage.splinking:whole", at, str(weighed))
        measured = apart.race(bench.effort.runs, {"dancu": ours.pop(_LEAST), "Splink": theirs})
        for order in ours.values():
            apart.run(*order)
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


def _judged(field: fields.Field, found: dict[int, Path], weighed: Path) -> dict[str, Quality]:
    thresholds = {
        _BEST: judging.best_weight(weighed, field),
        _PROMISING: judging.promising_weight(weighed, field),
    }
    links = {name: judging.of_splink(weighed, weight) for name, weight in thresholds.items()}
    told = {_ours(bits): judging.of_dancu(file) for bits, file in found.items()}
    return {name: judging.judge(made, field) for name, made in (told | links).items()}


def _ours(bits: int) -> str:
    return f"dancu at a strictness of {bits}"


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
    for bits, theirs in _ALIKE.items():
        f1 = [quality[name].f1 for name in (_ours(bits), theirs)]
        title = f"F1 of {_ours(bits)} / {theirs}"
        yield figures.ratio(title, f1[:1], f1[1:], figures.at_least(1))


BENCHMARK = Benchmark(
    name="splink",
    title="A million dirty rows beside Splink",
    how="The same file and registry for both, from Parquet to Parquet; Splink on DuckDB, set up as"
    " its documentation has it, with its training in the time"
    " (`benchmarks/linkage/splinking.py` says by which blocks, comparisons and levels)."
    " A link is right if the row means that person. Strangers are people who are not in the"
    " registry. dancu decides at a strictness that the caller names: 10, the default, for which a"
    " name and a birthday without a number are often `ambiguous`; 1, where it is timed; and 5."
    " Splink's threshold is found with the truth: once where its F1 is best, and once where one"
    " stranger in a thousand is taken for somebody else; so many are at 5, too.",
    run=run,
)
