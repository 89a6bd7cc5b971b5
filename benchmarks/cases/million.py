"""A million citizens, from an empty folder to the first answer."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from benchmarks import memory, questions
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure
from benchmarks.homes import DATABASES, TITLES
from benchmarks.servers import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.homes import Database, Home

_PEOPLE: Final = 1_000_000


def run(bench: Bench) -> Iterator[Figure]:
    """Start a server that has to make its world first, once on each database."""
    people = bench.effort.many(_PEOPLE, least=1000)
    for database in DATABASES:
        yield from _first_answer(bench, database, people)


def _first_answer(bench: Bench, database: Database, people: int) -> Iterator[Figure]:
    title = f"{TITLES[database]}, {people:,} citizens"
    bench.say(title)
    port = running.free_port()
    command = running.dancu_command(port)
    with (
        bench.homes.empty(database, people) as home,
        running.launched(command, port, home.variables()) as server,
        memory.watched(server.process.pid) as peak,
    ):
        made = server.wait()
        asked = _ask(home, port)
    yield Figure(name=f"{title}, to the first answer", values=(made + asked,), unit="s")
    if peak.mib:
        yield Figure(name=f"{title}, memory at its peak", values=(peak.mib,), unit="MiB")


def _ask(home: Home, port: int) -> float:
    """Get a token and have one person verified; return the seconds of that."""
    with home.worlds() as worlds:
        asking = questions.of(worlds.open(worlds.settings.default_world), most=2)
    began = time.perf_counter()
    asking.ask_once(port)
    return time.perf_counter() - began


BENCHMARK = Benchmark(
    name="million",
    title="A million citizens, from nothing to the first answer",
    how="`dancu serve` in an empty home folder, told to make a world of that size: until a bank"
    " has its token and its first verification. Memory is that of the process and all it starts,"
    " pages they share counted for each.",
    run=run,
)
