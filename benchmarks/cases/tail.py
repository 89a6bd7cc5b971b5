"""The slowest answers of a server that is half busy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from benchmarks import asking, figures
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure, quantile
from benchmarks.homes import DATABASES, TITLES
from benchmarks.load import sending

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.homes import Database

_HALF: Final = 0.5
_MS: Final = 1000


def run(bench: Bench) -> Iterator[Figure]:
    """Find each database's saturation, then ask at half of that rate."""
    for database in DATABASES:
        yield from _tail(bench, database)


def _tail(bench: Bench, database: Database) -> Iterator[Figure]:
    title, seconds = TITLES[database], bench.effort.seconds
    rates: list[float] = []
    medians: list[float] = []
    slowest: list[float] = []
    with asking.world(bench, database) as world, world.served([1]) as [server]:
        for _ in range(bench.effort.runs):
            bench.say(f"{title}: saturation, then half of it")
            rates.append(server.load(seconds).per_second * _HALF)
            ordered = sending.ordered_latencies(server.load(seconds, rates[-1]))
            medians.append(quantile(ordered, 0.5) * _MS)
            slowest.append(quantile(ordered, 0.99) * _MS)
    yield Figure(name=f"{title}, asked", values=tuple(rates), unit="requests/s")
    yield Figure(name=f"{title}, p50", values=tuple(medians), unit="ms")
    yield Figure(name=f"{title}, p99", values=tuple(slowest), unit="ms")
    yield figures.ratio(f"{title}, p99 / p50", slowest, medians, figures.at_most(6))


BENCHMARK = Benchmark(
    name="tail",
    title="The slowest answers at half of saturation",
    how="Saturation is what 32 connections get out of the server without a pause. Then requests"
    " are due at random moments (Poisson) at half of that rate, and each is timed from the moment"
    " it was due, whether or not a connection was free.",
    run=run,
)
