"""What a look-up costs in a registry of ten million, beside one of a hundred thousand."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from typing import TYPE_CHECKING, Final

import numpy as np
from sqlalchemy import text

from app.api import hot_lookups
from benchmarks import figures
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.platform.worlds import World
    from benchmarks.homes import Home

_SMALL: Final = 100_000
_LARGE: Final = 10_000_000
_NUMBERS: Final = 10_000
#: Numbers asked for at once, as by so many connections.
_TOGETHER: Final = 32
_US: Final = 1_000_000
_PIN = text("SELECT pin FROM citizen WHERE id >= :id ORDER BY id LIMIT 1")
_LAST = text("SELECT max(id) FROM citizen")


def run(bench: Bench) -> Iterator[Figure]:
    """Make both registries, then look up random numbers in turn."""
    sizes = [bench.effort.many(size, least=1000) for size in (_SMALL, _LARGE)]
    bench.say(f"making registries of {sizes[0]:,} and {sizes[1]:,}")
    with (
        bench.homes.with_world("sqlite", sizes[0]) as small,
        bench.homes.with_world("sqlite", sizes[1]) as large,
    ):
        bench.say("looking up")
        contestants = {
            f"of {size:,}": _measure(bench, home)
            for size, home in zip(sizes, (small, large), strict=True)
        }
        measured = figures.interleaved(bench.effort.runs, contestants)
    for name, seconds in measured.items():
        yield Figure(name=f"a look-up {name}", values=_each(seconds), unit="µs")
    in_small, in_large = measured.values()
    yield figures.ratio("large / small", in_large, in_small, figures.at_most(1.3))


def _measure(bench: Bench, home: Home) -> Callable[[], float]:
    """Return what times look-ups of numbers that are drawn anew for each run."""
    count = bench.effort.many(_NUMBERS, least=100)
    runs = iter(range(bench.effort.runs))

    def once() -> float:
        with home.worlds() as worlds:
            world = worlds.open(worlds.settings.default_world)
            numbers = _numbers(world, count, seed=next(runs))
            return asyncio.run(_look_up(world, numbers))

    return once


def _numbers(world: World, count: int, *, seed: int) -> list[str]:
    stream = np.random.default_rng(seed)
    with world.session() as session:
        last = session.execute(_LAST).scalar_one()
        ids = stream.integers(1, last, size=count, endpoint=True).tolist()
        return [session.execute(_PIN, {"id": each}).scalar_one() for each in ids]


async def _look_up(world: World, numbers: list[str]) -> float:
    """Look all numbers up as the hot route does, twice; return the seconds of the second time."""
    with closing(hot_lookups.of(world.url)) as lookups:
        seconds = 0.0
        for _ in range(2):
            began = time.perf_counter()
            for start in range(0, len(numbers), _TOGETHER):
                together = numbers[start : start + _TOGETHER]
                found = await asyncio.gather(*map(lookups.find, together))
                if not all(each.only for each in found):
                    raise AssertionError("a number on record was not found")
            seconds = time.perf_counter() - began
        return seconds / len(numbers)


def _each(seconds: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(each * _US for each in seconds)


BENCHMARK = Benchmark(
    name="lookup",
    title="A look-up in ten million against one in a hundred thousand",
    how="10,000 random numbers, drawn anew for each run, by the hot route's own look-ups on"
    " SQLite, 32 at a time. Each number is looked up once before it is timed, so that the registry"
    " is warm. Both registries are whole populations.",
    run=run,
)
