"""How fast people come into being, beside the usual library for made-up data."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final
from unittest import mock

from faker import Faker

from app.cli.worlds import spec
from app.platform.settings import Settings
from benchmarks import figures
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure
from seed import generate, register

if TYPE_CHECKING:
    from collections.abc import Iterator

_PEOPLE: Final = 200_000
_FAKED: Final = 5_000


def run(bench: Bench) -> Iterator[Figure]:
    """Measure both in this process, without a database."""
    people = bench.effort.many(_PEOPLE, least=1000)
    faked = bench.effort.many(_FAKED, least=100)
    bench.say(f"{people:,} people, and {faked:,} of Faker's")
    measured = figures.interleaved(
        bench.effort.runs,
        {
            "people": lambda: _people(people),
            "all": lambda: _generated(people),
            "Faker": lambda: _faked(faked),
        },
    )
    yield Figure(name="dancu, people", values=measured["people"], unit="people/s")
    yield Figure(name="dancu, with all registers", values=measured["all"], unit="people/s")
    yield Figure(name="Faker vi_VN, four fields", values=measured["Faker"], unit="people/s")
    yield figures.ratio(
        "dancu, people / Faker", measured["people"], measured["Faker"], figures.at_least(20)
    )
    yield figures.ratio("dancu, with all registers / Faker", measured["all"], measured["Faker"])


def _people(people: int) -> float:
    """Generate what the population database itself holds, and no other keeper's register."""
    with mock.patch.object(register, "chunk_rows", return_value={}):
        return _generated(people)


def _generated(people: int) -> float:
    """Generate a whole population and let go of it; return people per second."""
    began = time.perf_counter()
    world = spec(Settings(default_size=people))
    made = sum(tables["citizen"].num_rows for tables in generate.chunks(world))
    return made / (time.perf_counter() - began)


def _faked(people: int) -> float:
    """Have Faker make up name, birth date, address and phone; return people per second."""
    faker = Faker("vi_VN")
    faker.seed_instance(1)
    began = time.perf_counter()
    for _ in range(people):
        faker.name()
        faker.date_of_birth()
        faker.address()
        faker.phone_number()
    return people / (time.perf_counter() - began)


BENCHMARK = Benchmark(
    name="generation",
    title="Generation alone against Faker",
    how="All rows of a population (citizens, households, residences, kinship, numbers, cards,"
    " accounts) as Arrow tables, and the same with the registers of all other keepers, in one"
    " process of two threads and without loading them, against Faker's vi_VN name, birth date,"
    " address and phone number.",
    run=run,
)
