"""dancu's matcher as a contestant: every row gets its verdict, whoever it takes to find it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

import polars as pl

from app.matching.linkage import claims, linking, parting
from app.matching.linkage.weighing import Scale
from app.matching.linkage.words import STRICTEST
from benchmarks.linkage.fields import Field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: People of a part, about, and rows that are read together: as a server takes them.
_A_PART: Final = 1_000_000
_BATCH: Final = 100_000
#: Rows whose verdicts are put in order together.
_SLAB: Final = 2_000_000


def whole(folder: str, out: str, strictness: str = str(STRICTEST)) -> Callable[[], None]:
    """Go from Parquet to Parquet with all in memory."""
    field, bits = Field(Path(folder)), int(strictness)

    def run() -> None:
        read = claims.read(pl.read_parquet(field.file))
        linking.link(read, pl.read_parquet(field.registry), bits).write_parquet(out)

    return run


def loaded(folder: str) -> Callable[[], None]:
    """Go from tables in memory to a table in memory; what an agency wrote is read before."""
    field = Field(Path(folder))
    read, registry = claims.read(pl.read_parquet(field.file)), pl.read_parquet(field.registry)
    return lambda: _keep(linking.link(read, registry))


def parts(folder: str, out: str, people: str) -> Callable[[], None]:
    """Go from Parquet to Parquet in parts, as a server does; `out` is a folder, made anew."""
    field, at, many = Field(Path(folder)), Path(out), 1 + int(people) // _A_PART
    shutil.rmtree(at, ignore_errors=True)

    def run() -> None:
        registry = at / "registry"
        parting.lay_out_registry(map(pl.read_parquet, field.parts("registry")), many, registry)
        census = parting.census_of(registry)
        parting.lay_out_claims(_batches(field), many, at / "claims")
        numbers = [at / f"numbers-{part}" for part in range(many)]
        for part, into in enumerate(numbers):
            parting.by_number(registry, at / "claims", (part, many), census, into)
        for part in range(many):
            parting.by_year(registry, numbers, part, Scale(census), at / f"years-{part}")
        _write_verdicts(at)

    return run


def _batches(field: Field) -> Iterator[pl.DataFrame]:
    for file in field.parts("file"):
        yield from pl.read_parquet(file).iter_slices(_BATCH)


def _write_verdicts(at: Path) -> None:
    """Write what was found of every row, in the file's order, some of them at a time."""
    parts = [*at.glob(f"*/{parting.FOUND}"), *(at / "claims").glob("lost/*.arrow")]
    found = pl.scan_ipc(sorted(parts))
    rows = found.select(pl.len()).collect().item()
    (at / "found").mkdir()
    for number, first in enumerate(range(0, rows, _SLAB)):
        slab = found.filter(pl.col("row").is_between(first, first + _SLAB, closed="left"))
        slab.collect().sort("row").write_parquet(at / "found" / f"{number:04}.parquet")


def _keep(_found: pl.DataFrame) -> None:
    """Let go of what was made."""
