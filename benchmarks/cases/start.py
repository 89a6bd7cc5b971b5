"""How soon the server is there: with a world, and without one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.platform.settings import Settings
from benchmarks import figures
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure
from benchmarks.servers import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.homes import Home

_BARE: Final = "bare uvicorn"
_OURS: Final = "dancu serve"
_BANNER: Final = "dancu serve, to its banner"
_FIRST: Final = "dancu serve in an empty folder"


def run(bench: Bench) -> Iterator[Figure]:
    """Start servers in turn, each time to the first answer of 200 or to the banner."""
    people = bench.effort.many(Settings().default_size, least=1000)
    bench.say("making a world")
    with bench.homes.with_world("sqlite", people) as home:
        _to_answer(bench, _OURS, home)  # which leaves the bytecode of all modules behind
        measured = figures.interleaved(
            bench.effort.runs,
            {
                _BARE: lambda: _to_answer(bench, _BARE, None),
                _OURS: lambda: _to_answer(bench, _OURS, home),
                _BANNER: lambda: _to_banner(bench, home),
                _FIRST: lambda: _first(bench, people),
            },
        )
    goals = {_BANNER: figures.at_most(3), _FIRST: figures.at_most(5)}
    for name, seconds in measured.items():
        yield Figure(name=name, values=seconds, unit="s", goal=goals.get(name))
    yield figures.ratio(f"{_OURS} / {_BARE}", measured[_OURS], measured[_BARE], figures.at_most(6))


def _to_answer(bench: Bench, name: str, home: Home | None) -> float:
    """Return the seconds to the first 200 of dancu on a home, or of the bare server."""
    bench.say(name)
    port = running.free_port()
    command = running.bare_command(port) if home is None else running.dancu_command(port)
    with running.launched(command, port, home.variables() if home else None) as server:
        return server.wait()


def _to_banner(bench: Bench, home: Home) -> float:
    bench.say(_BANNER)
    port = running.free_port()
    with running.launched(running.dancu_command(port), port, home.variables()) as server:
        return server.wait_for_banner()


def _first(bench: Bench, people: int) -> float:
    """Return the seconds that it takes with the default world still to be made."""
    with bench.homes.empty("sqlite", people) as home:
        return _to_answer(bench, _FIRST, home)


BENCHMARK = Benchmark(
    name="start",
    title="Starts",
    how="From the start of the process to the first 200 of `GET /health`, or to the banner."
    " Bytecode and files are warm. The first start in an empty folder makes the default world of"
    " 50,000 citizens, all processes included.",
    run=run,
)
