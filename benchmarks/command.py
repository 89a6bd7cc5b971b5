"""The command: runs the benchmarks that are named, or all, and shows and saves what they gave."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from app.platform import clock, discovery
from benchmarks import cases, machine, results, telling
from benchmarks.bench import Bench, Benchmark, Effort
from benchmarks.homes import Homes
from benchmarks.results import Result

_HERE: Final = Path(__file__).parent
#: On the same disk as worlds are, and out of git.
_RESULTS: Final = _HERE / "results"
_PAGE: Final = _HERE / "RESULTS.md"


def main() -> None:
    """Run the command."""
    typer.run(run)


def run(
    names: Annotated[
        list[str] | None, typer.Argument(help="Benchmarks to run; all if none is named.")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="Runs of each contestant.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.1, help="Seconds of load in a run.")] = 3.0,
    scale: Annotated[
        float, typer.Option(min=0.0001, max=1, help="Share of the full populations.")
    ] = 1.0,
    *,
    write: Annotated[
        bool, typer.Option("--write", help="Write RESULTS.md from all that is saved.")
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="End with status 1 if a goal is missed.")
    ] = False,
) -> None:
    """Measure dancu's speed. Goals are ratios of one run; seconds are only told."""
    known = discovery.declarations(cases, "BENCHMARK", Benchmark)
    effort = Effort(runs=runs, seconds=seconds, scale=scale)
    made = [_measured(benchmark, effort) for benchmark in _chosen(known, names or [])]
    if write:
        _PAGE.write_text(telling.page(results.saved(_RESULTS, known)), encoding="utf-8")
    if strict and any(result.missed for result in made):
        raise typer.Exit(1)


def _chosen(known: dict[str, Benchmark], names: list[str]) -> list[Benchmark]:
    unknown = [name for name in names if name not in known]
    if unknown:
        raise typer.BadParameter(f"{', '.join(unknown)}; there are {', '.join(known)}")
    return [known[name] for name in names or known]


def _measured(benchmark: Benchmark, effort: Effort) -> Result:
    """Run one benchmark, show what it gave, and save it."""
    console = Console(emoji=False, markup=False)
    began = time.perf_counter()
    _RESULTS.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="homes-", dir=_RESULTS) as folder,
        Homes(Path(folder)) as homes,
        console.status(benchmark.title) as status,
    ):

        def say(what: str) -> None:
            status.update(f"{benchmark.title}: {what}")

        figures = list(benchmark.run(Bench(effort, homes, say)))
    result = Result(
        benchmark=benchmark.name,
        title=benchmark.title,
        how=benchmark.how,
        figures=figures,
        effort=effort,
        seconds=time.perf_counter() - began,
        command=_command(benchmark, effort),
        made_on=clock.now().date().isoformat(),
        machine=machine.here(),
    )
    console.print(telling.table(result))
    results.save(result, _RESULTS)
    return result


def _command(benchmark: Benchmark, effort: Effort) -> str:
    """Return the command that makes this result again."""
    usual = Effort()
    chosen = [
        f"--{name}={getattr(effort, name):g}"
        for name in Effort.__struct_fields__
        if getattr(effort, name) != getattr(usual, name)
    ]
    return " ".join(["python -m benchmarks", benchmark.name, *chosen])
