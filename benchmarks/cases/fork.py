"""How long a world of 50,000 takes to be forked, at rest and while it answers."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from app.sandbox import worlds as lives
from benchmarks import asking
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure, at_most
from benchmarks.homes import DATABASES, TITLES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.asking import Asked
    from benchmarks.homes import Database, Home

#: Verifications a second while a world is forked: far from saturation, and never a pause.
_RATE: Final = 200.0
_LOAD_SECONDS: Final = 3.0
_BEFORE_SECONDS: Final = 1.0


def run(bench: Bench) -> Iterator[Figure]:
    """Fork at rest and under load, on both databases."""
    for database in DATABASES:
        yield from _forked(bench, database)


def _forked(bench: Bench, database: Database) -> Iterator[Figure]:
    title, numbers = TITLES[database], range(bench.effort.runs)
    with asking.world(bench, database) as world:
        bench.say(f"{title}: forking at rest")
        at_rest = tuple(_fork(world.home, f"rest-{number}") for number in numbers)
        bench.say(f"{title}: forking under load")
        with world.served([1]) as [server]:
            under_load = [_fork_under_load(world.home, server, number) for number in numbers]
    goal = at_most(1)
    yield Figure(name=f"{title}, at rest", values=at_rest, unit="s", goal=goal)
    seconds, refused = zip(*under_load, strict=True)
    yield Figure(name=f"{title}, while it answers", values=seconds, unit="s", goal=goal)
    yield Figure(name=f"{title}, asked to come again meanwhile", values=refused, unit="of 600")


def _fork_under_load(home: Home, server: Asked, number: int) -> tuple[float, float]:
    """Fork while the world is asked; return the seconds, and how many were told to come again."""
    with ThreadPoolExecutor(1) as loading:
        load = loading.submit(server.load, _LOAD_SECONDS, _RATE, is_strict=False)
        time.sleep(_BEFORE_SECONDS)
        seconds = _fork(home, f"load-{number}")
        return seconds, float(load.result().refused)


def _fork(home: Home, name: str) -> float:
    """Fork the default world as `dancu world fork` does, and delete the fork."""
    with home.worlds() as worlds:
        began = time.perf_counter()
        lives.fork(worlds, worlds.settings.default_world, name)
        seconds = time.perf_counter() - began
        lives.delete(worlds, name)
        return seconds


BENCHMARK = Benchmark(
    name="fork",
    title="Forking a world of 50,000",
    how="`dancu world fork` without the start of the process: at rest, and while a server answers"
    " 200 verifications a second in the same world. What is told to come again (503) is counted.",
    run=run,
)
