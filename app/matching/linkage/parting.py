"""Parting: a registry and a file that are larger than memory, in parts that belong together.

1. `lay_out_registry` and `lay_out_claims` deal what comes out to folders: by number, and people by
   the year of birth, too. Rows without a number are dealt out evenly.
2. `by_number` takes stage 1 of `linking` for one part, and deals what is left by year of birth.
3. `by_year` takes stage 2 for one part.

Memory holds one part. Each step writes into a folder of its own and reads those of steps before,
so that a run can stop between any two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from app.matching.linkage import claims as claims_
from app.matching.linkage import linking
from app.matching.linkage.census import Census

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from app.matching.linkage.weighing import Scale

#: Where verdicts are in the folder of a step.
FOUND: Final = "found.arrow"
#: Rows that are dealt out together.
_HEAP: Final = 500_000
_NUMBERS, _YEARS, _LOST, _REST = "numbers", "years", "lost", "rest"
_BIRTH_YEAR = pl.col("born") // 10_000
_NOBODY: Final = pl.DataFrame(schema=linking.NUMBERED)
_NO_CLAIM: Final = pl.DataFrame(schema=claims_.CLAIMS)


def lay_out_registry(registry: Iterable[pl.DataFrame], parts: int, into: Path) -> None:
    """Deal out frames of `linking.NUMBERED`."""
    for number, frame in enumerate(_gathered(registry)):
        _deal(frame, pl.col("number"), parts, into / _NUMBERS, number)
        _deal(frame, _BIRTH_YEAR, parts, into / _YEARS, number)


def readable_parts(
    batches: Iterable[pl.DataFrame],
) -> Iterator[tuple[pl.DataFrame, pl.DataFrame]]:
    """Yield a file's rows as claims that can be compared, and what is found of the others."""
    rows = 0
    for batch in batches:
        yield linking.readable_of(claims_.read(batch, first_row=rows))
        rows += len(batch)


def lay_out_claims(batches: Iterable[pl.DataFrame], parts: int, into: Path) -> None:
    """Read and deal out frames of `claims.COLUMNS`; what cannot be read has its verdict."""
    for number, (readable, lost) in enumerate(readable_parts(_gathered(batches))):
        # A null is no number like another: it would bring all such rows into one part.
        salted = pl.coalesce(pl.col("number"), pl.col("row").cast(pl.UInt64))
        _deal(readable, salted, parts, into, number)
        write(lost, into / _LOST / f"{number}.arrow")


def census_of(registry: Path) -> Census:
    """Count the people of a registry that was laid out."""
    census = Census()
    for folder in (registry / _NUMBERS).iterdir():
        part = pl.scan_ipc(folder / "*.arrow").filter(pl.col("via") == "pin").select("name_key")
        census.add(part.collect()["name_key"])
    return census


def by_number(
    registry: Path, claims: Path, part: tuple[int, int], census: Census, into: Path
) -> None:
    """Take stage 1 for a part, `(2, 7)` the third of seven: verdicts, and what is left by year."""
    number, parts = part
    people = _of_part(registry / _NUMBERS / str(number), _NOBODY)
    settled, rest = linking.by_number(_of_part(claims / str(number), _NO_CLAIM), people, census)
    write(settled, into / FOUND)
    _deal(rest, _BIRTH_YEAR, parts, into / _REST, number)


def by_year(registry: Path, numbers: Iterable[Path], part: int, scale: Scale, into: Path) -> None:
    """Take stage 2 for a part; `numbers` are the folders of stage 1, all of them."""
    left = [file for folder in numbers for file in (folder / _REST / str(part)).glob("*.arrow")]
    if not left:
        write(pl.DataFrame(schema=linking.FOUND), into / FOUND)
        return
    people = _of_part(registry / _YEARS / str(part), _NOBODY)
    rest = pl.concat([pl.read_ipc(file) for file in sorted(left)])
    write(linking.search(rest, people, scale), into / FOUND)


def _gathered(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield frames in heaps of `_HEAP` rows: dealt one by one they would be a million files."""
    heap: list[pl.DataFrame] = []
    for frame in frames:
        heap.append(frame)
        if sum(map(len, heap)) >= _HEAP:
            yield pl.concat(heap)
            heap = []
    if heap:
        yield pl.concat(heap)


def _deal(frame: pl.DataFrame, key: pl.Expr, parts: int, into: Path, number: int) -> None:
    dealt = frame.with_columns(part=(key % parts).cast(pl.Int64))
    for (part,), of_part in dealt.partition_by("part", as_dict=True, include_key=False).items():
        write(of_part, into / str(part) / f"{number}.arrow")


def write(frame: pl.DataFrame, file: Path) -> None:
    """Write a part, for what comes next."""
    file.parent.mkdir(parents=True, exist_ok=True)
    frame.write_ipc(file)


def _of_part(folder: Path, empty: pl.DataFrame) -> pl.DataFrame:
    """Return what was dealt to a part, in the order in which it was."""
    found = sorted(folder.glob("*.arrow"), key=lambda file: int(file.stem))
    return pl.concat([empty, *(pl.read_ipc(file) for file in found)], rechunk=True)
