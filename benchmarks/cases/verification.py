"""A whole verification against a bare answer, both on one kind of server."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from benchmarks import asking, figures, questions
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure, Goal
from benchmarks.homes import TITLES, Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from benchmarks.asking import Asked, Bare

_BARE: Final = "bare ASGI"
_SIGNED: Final = "with signed answers"


def run(bench: Bench) -> Iterator[Figure]:
    """Measure SQLite, then PostgreSQL with one worker and with two."""
    yield from _compared(bench, "sqlite", {1: figures.at_least(0.15)})
    yield from _compared(bench, "postgresql", {1: figures.at_least(0.10), 2: None})


def _compared(
    bench: Bench, database: Database, workers: Mapping[int, Goal | None]
) -> Iterator[Figure]:
    """Measure the bare server and one of dancu for each number of workers, side by side."""
    titles = [_title(database, many) for many in workers]
    with (
        asking.world(bench, database) as world,
        world.served(list(workers)) as servers,
        asking.bare_beside(servers[0]) as bare,
    ):
        signed = f"{titles[0]}, {_SIGNED}"
        loaded: dict[str, Asked | Bare] = {
            _BARE: bare,
            **dict(zip(titles, servers, strict=True)),
            signed: replace(servers[0], accept=questions.SIGNED),
        }
        contestants = {name: _rate(bench, name, server) for name, server in loaded.items()}
        measured = figures.interleaved(bench.effort.runs, contestants)
    for name, values in measured.items():
        yield Figure(name=name, values=values, unit="requests/s")
    for title, goal in zip(titles, workers.values(), strict=True):
        yield figures.ratio(f"{title} / {_BARE}", measured[title], measured[_BARE], goal)
    yield figures.ratio(f"{signed} / {_BARE}", measured[signed], measured[_BARE])
    one, *more = titles
    for title in more:
        # What one worker does not reach is no goal of its own: only to be better than one.
        better = figures.at_least(1.0)
        yield figures.ratio(f"{title} / one", measured[title], measured[one], better)


def _rate(bench: Bench, name: str, server: Asked | Bare) -> Callable[[], float]:
    def once() -> float:
        bench.say(name)
        return server.load(bench.effort.seconds).per_second

    return once


def _title(database: Database, workers: int) -> str:
    return f"{TITLES[database]}, {workers} worker{'s' if workers > 1 else ''}"


BENCHMARK = Benchmark(
    name="verification",
    title="A whole verification against bare ASGI",
    how="32 connections, each of which asks again as soon as it has its answer. Everything is on:"
    " token, gate, quota, look-up, comparison, durable leaf with signed receipt, metrics, request"
    " log with bodies, access log; where it is said, the answer is signed, too. A sample of the"
    " answers is checked with the published keys. Both servers: uvicorn, uvloop, httptools. Both"
    " get the same requests.",
    run=run,
)
