"""How long a year of a world's life takes, and how long others wait meanwhile.

Others are a thread that writes, and systems that verify over HTTP while the server they ask lets
the year pass.
"""

from __future__ import annotations

import threading
import time
from array import array
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Final

import msgspec

from app.sandbox import clock
from app.sandbox import worlds as lives
from benchmarks import asking, questions, relying
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure, at_most, quantile
from benchmarks.homes import DATABASES, TITLES
from benchmarks.load import sending
from benchmarks.load.orders import Order
from benchmarks.servers.running import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.platform.world import World
    from app.platform.worlds import Worlds
    from benchmarks.asking import Asked
    from benchmarks.homes import Database

_PEOPLE: Final = 50_000
_PAUSE_SECONDS: Final = 0.02
_MS: Final = 1_000
#: What one may take of the writer's time.
_SLICE_MS: Final = 50
#: Verifications a second while a year passes: far below what the server can.
_RATE: Final = 50.0
_LOAD_SECONDS: Final = 1.0
_PATIENCE_SECONDS: Final = 1_200
_SHARES: Final = (0.5, 0.95, 0.99)


def run(bench: Bench) -> Iterator[Figure]:
    """Advance forks of one world by a year, then a world that is served, on both databases."""
    for database in DATABASES:
        yield from _lived(bench, database)
        yield from _asked(bench, database)


def _lived(bench: Bench, database: Database) -> Iterator[Figure]:
    title, size = TITLES[database], bench.effort.many(_PEOPLE, least=500)
    with bench.homes.with_world(database, size) as home, home.worlds() as worlds:
        bench.say(f"{title}: a year")
        measured = [_a_year(worlds, f"year-{number}") for number in range(bench.effort.runs)]
    seconds, processor, longest, hardest, waits = zip(*measured, strict=True)
    yield Figure(name=f"{title}, a year", values=seconds, unit="s")
    yield Figure(name=f"{title}, a year's processor time", values=processor, unit="s")
    yield Figure(
        name=f"{title}, the longest slice", values=longest, unit="ms", goal=at_most(_SLICE_MS)
    )
    yield Figure(name=f"{title}, a slice's processor time at most", values=hardest, unit="ms")
    yield Figure(name=f"{title}, another write meanwhile, p99", values=waits, unit="ms")


def _a_year(worlds: Worlds, name: str) -> tuple[float, float, float, float, float]:
    """Return a year's seconds, the processor's, then milliseconds.

    Those are of the longest slice, of the writer's work on one at most, of another's write.
    """
    lives.fork(worlds, worlds.settings.default_world, name)
    world, ended = worlds.open(name), threading.Event()
    waits: list[float] = []
    other = threading.Thread(target=_write, args=(world, ended, waits))
    other.start()
    began = time.process_time()
    try:
        lived = clock.advance(worlds, name, clock.target(world.today, years=1))
        processor = time.process_time() - began
    finally:
        ended.set()
        other.join()
        lives.delete(worlds, name)
    waited = quantile(sorted(waits), 0.99) * _MS
    return lived.seconds, processor, lived.longest * _MS, lived.hardest * _MS, waited


def _asked(bench: Bench, database: Database) -> Iterator[Figure]:
    """Let a year pass in the server that is asked, once: a second one would be of others."""
    title = TITLES[database]
    with asking.world(bench, database) as world, world.served([1]) as [asked]:
        with world.home.worlds() as worlds:
            default = worlds.open(worlds.settings.default_world)
            token = relying.operator_token(world.home.folder, default)
        bench.say(f"{title}: verifications while a year passes")
        passing = threading.Thread(target=_pass_a_year, args=(asked.server.port, token))
        passing.start()
        latencies = array("d")
        while passing.is_alive():
            latencies.extend(_verified(asked))
        passing.join()
    ordered = sorted(latencies)
    for share in _SHARES:
        name = f"{title}, a verification meanwhile, p{share * 100:.0f}"
        yield Figure(name=name, values=(quantile(ordered, share) * _MS,), unit="ms")


def _pass_a_year(port: int, token: str) -> None:
    """Have the server advance its clock, and wait for the answer."""
    connection = HTTPConnection(HOST, port, timeout=_PATIENCE_SECONDS)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", "/control/v1/clock", msgspec.json.encode({"years": 1}), headers)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 200:
        raise questions.WrongAnswerError(said.decode(errors="replace"))


def _verified(asked: Asked) -> array[float]:
    """Verify for a second; people die meanwhile, so answers are not compared with those before."""
    port = asked.server.port
    order = Order(
        host=HOST,
        port=port,
        requests=asked.asking.requests(port, asked.asking.token(port), asked.accept),
        first=asked.asking.first,
        seconds=_LOAD_SECONDS,
        warm_up=0.0,
        rate=_RATE,
    )
    report = sending.carry_out(order, is_strict=False)
    asked.asking.first = report.next
    return sending.ordered_latencies(report)


def _write(world: World, ended: threading.Event, waits: list[float]) -> None:
    """Write nothing, again and again, and take down how long each time took."""
    while True:
        began = time.perf_counter()
        world.writer.submit(lambda _session: None)
        waits.append(time.perf_counter() - began)
        if ended.wait(_PAUSE_SECONDS):
            return


BENCHMARK = Benchmark(
    name="clock",
    title="A year of 50,000 citizens",
    how="`dancu clock advance --years 1` without the start of the process, on forks of one world."
    " Meanwhile another thread writes nothing fifty times a second, and waits its turn. Then a"
    " server is asked for fifty verifications a second while it lets a year pass; each is timed"
    " from the moment it was due.",
    run=run,
)
