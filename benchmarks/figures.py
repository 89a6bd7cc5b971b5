"""Figures: what was measured in each run, its median and spread, and the goal it should meet."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING, Literal, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_Measured = TypeVar("_Measured")
#: Unit of a figure that compares two others; only such figures have goals that are about speed.
RATIO = "×"


class Goal(msgspec.Struct, frozen=True):
    """What a figure should be: `at least` or `at most` a bound."""

    sense: Literal["at least", "at most"]
    bound: float

    def is_met_by(self, value: float) -> bool:
        """Whether the value is on the right side of the bound, or on it."""
        return value >= self.bound if self.sense == "at least" else value <= self.bound


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was measured: a value for each run, in the order of the runs."""

    name: str
    values: tuple[float, ...]
    unit: str
    goal: Goal | None = None

    @property
    def median(self) -> float:
        """The middle of the runs."""
        return statistics.median(self.values)

    @property
    def low(self) -> float:
        """The smallest of the runs."""
        return min(self.values)

    @property
    def high(self) -> float:
        """The largest of the runs."""
        return max(self.values)

    @property
    def is_met(self) -> bool | None:
        """Whether the median meets the goal; None where there is none."""
        return None if self.goal is None else self.goal.is_met_by(self.median)


def at_least(bound: float) -> Goal:
    """Return the goal of being `bound` or more."""
    return Goal("at least", bound)


def at_most(bound: float) -> Goal:
    """Return the goal of being `bound` or less."""
    return Goal("at most", bound)


def ratio(
    name: str, over: Sequence[float], under: Sequence[float], goal: Goal | None = None
) -> Figure:
    """Divide run by run, what stood side by side by what stood beside it; then take the median."""
    values = tuple(above / below for above, below in zip(over, under, strict=True))
    return Figure(name=name, values=values, unit=RATIO, goal=goal)


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` of the values do not exceed (nearest rank).

    `ordered` ascends and is not empty.
    """
    rank = max(1, math.ceil(share * len(ordered)))
    return ordered[rank - 1]


def interleaved(
    runs: int, contestants: Mapping[str, Callable[[], _Measured]]
) -> dict[str, tuple[_Measured, ...]]:
    """Run the contestants in turn, `runs` times each, and return what each run gave.

    Every other round goes backwards, so that a machine that slows down slows all of them alike.
    """
    measured: dict[str, list[_Measured]] = {name: [] for name in contestants}
    for number in range(runs):
        names = list(contestants)
        for name in names if number % 2 == 0 else reversed(names):
            measured[name].append(contestants[name]())
    return {name: tuple(values) for name, values in measured.items()}
