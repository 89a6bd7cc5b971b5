"""Thirty learners at once: how soon pages and calls are answered; none disturbs another."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final, Self

import httpx

from app.sandbox import operator
from benchmarks import figures, learning
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure
from benchmarks.homes import DATABASES, TITLES
from benchmarks.servers import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.homes import Database
    from benchmarks.learning import Played

_LEARNERS: Final = 30
_PEOPLE: Final = 2_000
_NAME: Final = "class"
_LESSONS: Final = (
    "first-token",
    "verify",
    "mismatch-or-unknown",
    "fields-and-purpose",
    "consent",
    "find-the-insider",
    "prove-it-with-the-log",
)
_MEDIAN, _TAIL = 0.5, 0.95
#: How often the trainer's board is looked at meanwhile.
_LOOK_SECONDS: Final = 5.0
#: How long a learner takes after each page: to read it, people take longer.
_THINKING: Final = 1.0


def run(bench: Bench) -> Iterator[Figure]:
    """Play a class on both databases."""
    for database in DATABASES:
        yield from _played(bench, database)


def _played(bench: Bench, database: Database) -> Iterator[Figure]:
    title, learners = TITLES[database], bench.effort.many(_LEARNERS, least=3)
    bench.say(f"{title}: opening a class of {learners}")
    with bench.homes.with_world(database, _PEOPLE) as home:
        token = operator.token(home.folder)
        port = running.free_port()
        base = f"http://127.0.0.1:{port}"
        with running.launched(running.dancu_command(port), port, home.variables()) as server:
            server.wait()
            began = time.perf_counter()
            with learning.taught(base, token, _NAME, learners) as codes:
                yield Figure(
                    name=f"{title}, opening a class of {learners}",
                    values=(time.perf_counter() - began,),
                    unit="s",
                )
                bench.say(f"{title}: {learners} learners in {len(_LESSONS)} lessons")
                began = time.perf_counter()
                with _Board(base, token) as board:
                    all_of_them = learning.play(base, codes, _LESSONS, thinking=_THINKING)
                seconds = time.perf_counter() - began
    yield Figure(name=f"{title}, all lessons of all", values=(seconds,), unit="s")
    yield from _told(title, all_of_them, board)


def _told(title: str, played: list[Played], board: _Board) -> Iterator[Figure]:
    waits = {
        "a page": [wait for each in played for wait in each.pages],
        "a call": [wait for each in played for wait in each.calls],
        "the trainer’s board": board.waits,
    }
    for what, seconds in waits.items():
        ordered = sorted(seconds)
        for share in (_MEDIAN, _TAIL):
            value = 1000 * figures.quantile(ordered, share)
            yield Figure(name=f"{title}, {what}, p{100 * share:.0f}", values=(value,), unit="ms")
    unfinished = sum(len(_LESSONS) - len(each.finished) for each in played)
    wrong = sum(len(each.foreign) + len(each.lost) for each in played)
    none = figures.at_most(0)
    refused = (len(board.refused),)
    yield Figure(
        name=f"{title}, looks at the board refused", values=refused, unit="looks", goal=none
    )
    yield Figure(
        name=f"{title}, lessons not passed", values=(unfinished,), unit="lessons", goal=none
    )
    yield Figure(
        name=f"{title}, calls in another’s log or in none",
        values=(wrong,),
        unit="calls",
        goal=none,
    )


class _Board:
    """The trainer, who looks at the board every few seconds."""

    def __init__(self, base: str, token: str) -> None:
        self._address = f"{base}/control/v1/classes/{_NAME}"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.waits: list[float] = []
        self.refused: list[str] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while True:
            began = time.perf_counter()
            answer = httpx.get(self._address, headers=self._headers, timeout=120)
            if answer.is_error:
                self.refused.append(answer.text)
            self.waits.append(time.perf_counter() - began)
            if self._stop.wait(_LOOK_SECONDS):
                return


BENCHMARK = Benchmark(
    name="classroom",
    title="Thirty learners at once",
    how="A class of thirty, each with a world of 2,000, on one server with its usual settings."
    " Scripted learners come in by their codes and go through seven lessons at once, by pages and"
    " calls, with a second after each page; the trainer's board is looked at every five seconds."
    " Learners and server share the two cores.",
    run=run,
)
