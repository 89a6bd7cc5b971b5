"""What a benchmark is, and what it is given: its effort, a place to work in, and a voice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from benchmarks.figures import Figure
    from benchmarks.homes import Homes


class Effort(msgspec.Struct, frozen=True, kw_only=True):
    """How much is done: `runs` of each contestant, `seconds` of load in each, shares of people.

    `scale` multiplies populations and counts; goals are meant at 1.
    """

    runs: int = 5
    seconds: float = 3.0
    scale: float = 1.0

    def many(self, full: int, *, least: int = 1) -> int:
        """Return a count at this scale, `least` at least."""
        return max(least, round(full * self.scale))


@dataclass(frozen=True)
class Bench:
    """One run of the command, as its benchmarks see it."""

    effort: Effort
    homes: Homes
    say: Callable[[str], None]


@dataclass(frozen=True)
class Benchmark:
    """One benchmark: what it shows in a sentence, and the function that measures it."""

    name: str
    title: str
    how: str
    run: Callable[[Bench], Iterable[Figure]]
