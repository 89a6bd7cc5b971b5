"""Has a world made, served and asked: what the benchmarks of verifications have in common."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmarks import questions
from benchmarks.homes import TITLES
from benchmarks.load import sending
from benchmarks.load.orders import Order
from benchmarks.servers import running

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.bench import Bench
    from benchmarks.homes import Database, Home
    from benchmarks.load.orders import Report
    from benchmarks.questions import Asking
    from benchmarks.servers.running import Server

#: Citizens of a world that is asked about: those of a first start.
PEOPLE: Final = 50_000


@dataclass(frozen=True)
class Asked:
    """One server of dancu, what it is asked, and in which form it answers."""

    server: Server
    asking: Asking
    accept: str = questions.PLAIN

    def load(self, seconds: float, rate: float | None = None, *, is_strict: bool = True) -> Report:
        """Load the server, check a sample of its answers, and return the report."""
        port = self.server.port
        requests = self.asking.requests(port, self.asking.token(port), self.accept)
        order = Order(
            host=running.HOST,
            port=port,
            requests=requests,
            first=self.asking.first,
            seconds=seconds,
            rate=rate,
        )
        report = sending.carry_out(order, is_strict=is_strict)
        self.asking.first = report.next
        self.asking.check(port, report.samples)
        return report


@dataclass(frozen=True)
class Bare:
    """The bare server, and the very requests that another gets."""

    server: Server
    requests: list[bytes]

    def load(self, seconds: float) -> Report:
        """Load the server and return the report."""
        port = self.server.port
        return sending.carry_out(
            Order(host=running.HOST, port=port, requests=self.requests, seconds=seconds)
        )


@dataclass(frozen=True)
class AskedWorld:
    """A world in a home of its own, and questions about its people."""

    home: Home
    asking: Asking

    @contextmanager
    def served(self, workers: Sequence[int]) -> Iterator[list[Asked]]:
        """Give one server for each number of workers, all on this world."""
        with ExitStack() as stack:
            starting = (running.dancu(self.home.variables(workers=many)) for many in workers)
            yield [Asked(stack.enter_context(server), self.asking) for server in starting]


@contextmanager
def world(bench: Bench, database: Database) -> Iterator[AskedWorld]:
    """Give a new world of the usual size."""
    bench.say(f"{TITLES[database]}: making a world")
    people = bench.effort.many(PEOPLE, least=1000)
    with bench.homes.with_world(database, people) as home:
        with home.worlds() as worlds:
            asking = questions.of(worlds.open(worlds.settings.default_world), people)
        yield AskedWorld(home, asking)


@contextmanager
def bare_beside(asked: Asked) -> Iterator[Bare]:
    """Give a bare server that gets the requests of a server of dancu."""
    token = asked.asking.token(asked.server.port)
    with running.bare() as server:
        yield Bare(server, asked.asking.requests(server.port, token, asked.accept))
