"""Comparing: the steps of a reconciliation.

1. The registry is read, as one state, and laid out in parts: by number and by year of birth.
2. The file is read and laid out by number. Rows without a number are dealt out evenly.
3. Part by part, rows are compared with their numbers' bearers, and what is left with whom it may
   mean (`app.matching.linkage`).
4. What this caller may be told is written as CSV and Parquet (`telling`).

Steps 1 to 3 are done here, or on the server's Spark cluster (`spreading`), by the same functions.
Here, memory holds one part, of about `_A_PART` people, and a few numbers for each row.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import polars as pl

from app.exchange.jobs.work import RESULTS, Trade
from app.exchange.reconciling import asking, files, spreading, telling
from app.exchange.reconciling.files import write
from app.matching.linkage import claims as claims_
from app.matching.linkage import linking
from app.matching.linkage.census import Census
from app.registry import numbered

if TYPE_CHECKING:
    from pathlib import Path

    from app.exchange.jobs.work import Work

#: People of one part, about; each has 1.7 numbers.
_A_PART: Final = 400_000


def _parts(work: Work) -> int:
    return 1 + work.world.spec.size // _A_PART


def _steps(work: Work) -> None:
    # 1 to 3.
    if asking.engine(work.asked) == "spark":
        spreading.compare(work, _parts(work))
    else:
        _compare(work)
    # 4.
    work.tell("results", 0.8)
    work.once(RESULTS, partial(telling.write, work))


def _compare(work: Work) -> None:
    parts = _parts(work)
    # 1.
    work.tell("registry", 0.0)
    work.once("registry", partial(_lay_out_registry, work))
    census = _census(work.folder / "registry" / "numbers")
    # 2.
    work.tell("file", 0.2)
    work.once("claims", partial(_lay_out_file, work))
    # 3.
    for part in range(parts):
        work.tell("numbers", 0.3 + 0.3 * part / parts)
        work.once(f"numbers-{part}", partial(_by_number, work, part, census))
    for part in range(parts):
        work.tell("search", 0.6 + 0.2 * part / parts)
        work.once(f"years-{part}", partial(_by_year, work, part, census))


# 1 and 2


def _lay_out_registry(work: Work, into: Path) -> None:
    for number, part in enumerate(numbered.parts(work.world)):
        _deal(part, pl.col("number"), _parts(work), into / "numbers", number)
        _deal(part, pl.col("born") // 10_000, _parts(work), into / "years", number)
        work.tell("registry", min(0.19, 0.2 * number * len(part) / (1.7 * work.world.spec.size)))


def _lay_out_file(work: Work, into: Path) -> None:
    for number, (readable, lost) in enumerate(files.claims(*files.upload(work))):
        # A null is no number like another: it would bring all such rows into one part.
        salted = pl.coalesce(pl.col("number"), pl.col("row").cast(pl.UInt64))
        _deal(readable, salted, _parts(work), into, number)
        write(lost, into / "lost" / f"{number}.arrow")


def _deal(frame: pl.DataFrame, key: pl.Expr, parts: int, into: Path, number: int) -> None:
    dealt = frame.with_columns(part=(key % parts).cast(pl.Int64))
    for (part,), of_part in dealt.partition_by("part", as_dict=True, include_key=False).items():
        write(of_part, into / str(part) / f"{number}.arrow")


def _of_part(folder: Path, empty: pl.DataFrame) -> pl.DataFrame:
    """Return what was dealt to a part, in the order in which it was."""
    found = sorted(folder.glob("*.arrow"), key=lambda file: int(file.stem))
    return pl.concat([empty, *(pl.read_ipc(file) for file in found)])


def _census(folder: Path) -> Census:
    census = Census()
    for file in sorted(folder.rglob("*.arrow")):
        part = pl.read_ipc(file, columns=["via", "name_key"])
        census.add(part.filter(pl.col("via") == "pin")["name_key"])
    return census


# 3

_NOBODY: Final = pl.DataFrame(schema=linking.NUMBERED)
_NO_CLAIM: Final = pl.DataFrame(schema=claims_.CLAIMS)


def _by_number(work: Work, part: int, census: Census, into: Path) -> None:
    people = _of_part(work.folder / "registry" / "numbers" / str(part), _NOBODY)
    claims = _of_part(work.folder / "claims" / str(part), _NO_CLAIM)
    settled, rest = linking.by_number(claims, people, census)
    write(settled, into / "found.arrow")
    rest.write_ipc(into / "rest.arrow")


def _by_year(work: Work, part: int, census: Census, into: Path) -> None:
    is_here = pl.col("born") // 10_000 % _parts(work) == part
    rests = [
        pl.read_ipc(work.folder / f"numbers-{each}" / "rest.arrow") for each in range(_parts(work))
    ]
    people = _of_part(work.folder / "registry" / "years" / str(part), _NOBODY)
    found = linking.search(pl.concat([rest.filter(is_here) for rest in rests]), people, census)
    write(found, into / "found.arrow")


TRADE: Final = Trade(
    asking=asking.ASKING,
    steps=_steps,
    entries=telling.entries,
    summary=telling.summary,
)
