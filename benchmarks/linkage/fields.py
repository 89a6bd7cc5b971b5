"""Fields: a folder with a registry, an agency's file of it, and apart from both the truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from benchmarks.linkage import country, dirt

if TYPE_CHECKING:
    from collections.abc import Callable

#: Rows that are shuffled together.
_SLAB: Final = 1_000_000
_SEED: Final = 22


@dataclass(frozen=True)
class Field:
    """Folders of Parquet files, read in the order of their names.

    `registry` has `linking.NUMBERED`, `file` has `dirt.FILE`, and `truth`, which no contestant is
    given, `person` and `dirt` of each row of the file.
    """

    folder: Path

    @property
    def registry(self) -> Path:
        """The numbers of everybody."""
        return self.folder / "registry"

    @property
    def file(self) -> Path:
        """What the agency sends."""
        return self.folder / "file"

    @property
    def truth(self) -> Path:
        """Whom each row means, and what is wrong with it."""
        return self.folder / "truth"

    def parts(self, name: str) -> list[Path]:
        """Return the files of one of the three folders."""
        return sorted((self.folder / name).glob("*.parquet"))


def making(folder: str, people: str) -> Callable[[], None]:
    """Return what makes a field, for a process of its own."""
    return lambda: _make(Field(Path(folder)), int(people))


def _make(field: Field, people: int) -> None:
    """Write registry, file and truth of so many citizens and as many rows, chunk by chunk.

    The rows stand in no order: a million of them are shuffled at a time.
    """
    rng = np.random.default_rng(_SEED)
    for each in (field.registry, field.file, field.truth):
        each.mkdir(parents=True)
    waiting: list[pl.DataFrame] = []
    for number, tables in enumerate(country.chunks(people)):
        numbered = country.numbered(tables)
        numbered.write_parquet(_part(field.registry, number))
        waiting.append(dirt.file(numbered, rng))
        if sum(map(len, waiting)) >= _SLAB:
            _deal(waiting, rng, field)
            waiting = []
    if waiting:
        _deal(waiting, rng, field)


def _deal(rows: list[pl.DataFrame], rng: np.random.Generator, field: Field) -> None:
    """Shuffle rows and divide them into what is sent and what is true."""
    number = len(field.parts("file"))
    together = pl.concat(rows)
    dealt = together[rng.permutation(len(together))]
    dealt.select(dirt.FILE).write_parquet(_part(field.file, number))
    dealt.select("person", "dirt").write_parquet(_part(field.truth, number))


def _part(folder: Path, number: int) -> Path:
    return folder / f"{number:04}.parquet"
