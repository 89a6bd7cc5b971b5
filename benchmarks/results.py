"""Results: what one run of a benchmark gave, saved as JSON, the last of each kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from benchmarks.bench import Effort
from benchmarks.figures import Figure
from benchmarks.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One benchmark's figures and how they came about; `made_on` is a date."""

    benchmark: str
    title: str
    how: str
    figures: list[Figure]
    effort: Effort
    seconds: float
    command: str
    made_on: str
    machine: Machine

    @property
    def missed(self) -> list[Figure]:
        """The figures that do not meet their goals."""
        return [figure for figure in self.figures if figure.is_met is False]


def save(result: Result, folder: Path) -> None:
    """Keep the result as the benchmark's last one."""
    folder.mkdir(parents=True, exist_ok=True)
    told = msgspec.json.format(msgspec.json.encode(result), indent=1)
    (folder / f"{result.benchmark}.json").write_bytes(told + b"\n")


def saved(folder: Path, names: Iterable[str]) -> list[Result]:
    """Return the last results of these benchmarks, as far as there are any, in that order."""
    files = (folder / f"{name}.json" for name in names)
    return [msgspec.json.decode(file.read_bytes(), type=Result) for file in files if file.exists()]
