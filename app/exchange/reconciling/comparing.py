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

from app.exchange.jobs.work import RESULTS, Trade
from app.exchange.reconciling import asking, files, spreading, telling
from app.matching.linkage import parting
from app.matching.linkage.weighing import Scale
from app.registry import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import polars as pl

    from app.exchange.jobs.work import Work
    from app.matching.linkage.census import Census

#: People of one part, about; each has 1.7 numbers.
_A_PART: Final = 1_000_000


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
    census = parting.census_of(work.folder / "registry")
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
    parting.lay_out_registry(_people(work), _parts(work), into)


def _people(work: Work) -> Iterator[pl.DataFrame]:
    for number, part in enumerate(numbered.parts(work.world)):
        yield part
        work.tell("registry", min(0.19, 0.2 * number * len(part) / (1.7 * work.world.spec.size)))


def _lay_out_file(work: Work, into: Path) -> None:
    parting.lay_out_claims(files.read(*files.upload(work)), _parts(work), into)


# 3


def _by_number(work: Work, part: int, census: Census, into: Path) -> None:
    laid = work.folder / "registry", work.folder / "claims"
    parting.by_number(*laid, (part, _parts(work)), census, into)


def _by_year(work: Work, part: int, census: Census, into: Path) -> None:
    numbers = [work.folder / f"numbers-{each}" for each in range(_parts(work))]
    scale = Scale(census, asking.strictness(work.asked))
    parting.by_year(work.folder / "registry", numbers, part, scale, into)


TRADE: Final = Trade(
    asking=asking.ASKING,
    steps=_steps,
    entries=telling.entries,
    summary=telling.summary,
)
