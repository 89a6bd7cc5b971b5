"""What a scenario is: what a tester is told of it, and the functions that make it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

import app.scenarios.stories
from app.platform import discovery, errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from app.scenarios.parameters import Difficulty, Parameters
    from app.scenarios.population import Population
    from app.scenarios.secrecy import Draws
    from app.scenarios.solving import Solver

UNKNOWN = errors.declare(
    code="scenario-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có kịch bản này",
    title_en="There is no such scenario",
    next_vi="GET /v1/scenarios liệt kê các kịch bản.",
    next_en="GET /v1/scenarios lists the scenarios.",
)

Kind = Literal["text", "date", "integer", "class", "number", "score"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a file: of the agency's, or of the answer.

    `class`: one of `values`. `number`: a personal number of 12 digits, or nothing. `score`: a
    number from 0 to 1. `values` maps what may stand there to what it means.
    """

    name: str
    kind: Kind
    vi: str
    en: str
    values: Mapping[str, str] = field(default_factory=dict)


#: How many rows of a kind go together at least and at most, by difficulty.
Groups: TypeAlias = "Mapping[Difficulty, tuple[int, int]]"


def always(low: int, high: int) -> Groups:
    """Return groups that are equally large at every difficulty."""
    return {"easy": (low, high), "normal": (low, high), "hard": (low, high)}


def what_to_do(actions: Mapping[str, str]) -> Column:
    """Return the answer that costs go by: one of these actions, by what each means."""
    return Column(
        name="action", kind="class", vi="Xử lý thế nào", en="What to do.", values=actions
    )


@dataclass(frozen=True, slots=True)
class Chance:
    """Which answer is a probability, and which action refuses what was applied for."""

    answer: str
    refused: str


@dataclass(frozen=True, slots=True)
class Made:
    """What a story made, row by row: the agency's file, and the truth about it.

    `key` has a column for each answer that is a class or a number, and besides: `situation` (what
    the costs go by), `exact` (whether all agrees with the registry letter by letter) and
    `signature` (an integer: what an agency with the registry's answers can see of the row; rows of
    one signature cannot be told apart, which is what bounds every score). Where costs are shares
    of a sum, `stake` is that sum; where a probability is asked for, `probabilities` says what
    else there has to be. `past` are rows of before, whose outcome testers may see.
    """

    extract: pl.DataFrame
    key: pl.DataFrame
    past: pl.DataFrame | None = None


class Make(Protocol):
    """Makes the file and its truth of the people; the same arguments give the same."""

    def __call__(self, people: Population, draws: Draws, asked: Parameters) -> Made:
        """Return both tables in one order of rows, which is not the order they are given out."""
        ...


class Solve(Protocol):
    """The reference solution: the agency's file in, the answer out, by the public interface."""

    def __call__(self, solver: Solver, extract: pl.DataFrame) -> pl.DataFrame:
        """Return `record_id` and a column for each answer."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A test story.

    `client` and `purpose` are whose story it is: any other system may start it as well. `mix`
    are the shares of the kinds of rows, the rest is `match`; of the kinds in `groups` so many go
    together, and fewer make none. `costs[situation][action]` is what a
    row costs, in thousand đồng; `action` is the answer it depends on; `blocks` is which action
    begins the legal calendar of a block (`blocking.complain` adds what it needs). `naive` are the
    actions of who takes the registry at its letter: for a row that agrees in all, for any other.
    `promised` is the least score of the reference solution with the default parameters.

    Where `stake` names a column of the file (đồng), costs are per cent of it. `past` are the
    columns of a second file, of rows whose outcome is known. Who has `yes` in the file's column
    `consent` agreed that the agency reads the fields of `consents`: it is recorded, and its id is
    written there.
    """

    name: str
    title_vi: str
    title_en: str
    story_vi: str
    story_en: str
    law: str
    client: str
    purpose: str
    columns: tuple[Column, ...]
    answers: tuple[Column, ...]
    mix: Mapping[str, float]
    groups: Mapping[str, Groups] = field(default_factory=dict)
    costs: Mapping[str, Mapping[str, int]]
    action: str
    blocks: str | None = None
    stake: str | None = None
    chance: Chance | None = None
    past: tuple[Column, ...] = ()
    consents: tuple[str, ...] = ()
    naive: tuple[str, str]
    promised: int
    make: Make
    solve: Solve

    def absent(self, asked: Parameters) -> list[str]:
        """Return the kinds of rows of which a file of this size has none, its rows being too few.

        Nobody learns by it what is in the file: it follows from the parameters alone.
        """
        alone: Groups = always(1, 1)
        return [
            name
            for name, rows in asked.counts().items()
            if asked.mix.get(name) and rows < self.groups.get(name, alone)[asked.difficulty][0]
        ]

    @property
    def classes(self) -> tuple[Column, ...]:
        """The answers that are judged by a truth of their own: all classes but the action."""
        return tuple(
            each for each in self.answers if each.kind == "class" and each.name != self.action
        )

    @property
    def actions(self) -> tuple[str, ...]:
        """What may be done with a row."""
        return tuple(next(iter(self.costs.values())))


@cache
def all_of_them() -> Mapping[str, Scenario]:
    """Return every scenario by name."""
    return discovery.declarations(app.scenarios.stories, "SCENARIO", Scenario)


def find(name: str) -> Scenario:
    """Return a scenario. Raises `scenario-unknown`."""
    found = all_of_them().get(name)
    if found is None:
        raise UNKNOWN.error()
    return found
