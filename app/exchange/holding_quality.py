"""A register's entries held against the registry, as columns: how many are how good.

What is counted is said in `data_quality`.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from app.matching import names
from app.matching.findings import Verdict
from app.matching.numbers import classify
from app.registry import lookup
from app.sectors import holdings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

#: The columns of `holdings.Holding`.
HOLDINGS: Final = {"number": pl.String, "name": pl.String, "in_force": pl.Boolean}
_NONE: Final = pl.DataFrame(schema=HOLDINGS)
_BEARERS: Final = dict.fromkeys(("number", "via", "full_name", "state"), pl.String)
#: Takes these out of a row of `lookup.Hit`.
_who: Final = itemgetter(*map(lookup.Hit._fields.index, _BEARERS))
#: Numbers that are looked up at a time.
_SLICE: Final = 50_000


class Counts(NamedTuple):
    """Of so many entries, and so many in force: how many are right, complete, clean and live."""

    rows: int
    in_force: int
    right: int
    complete: int
    clean: int
    live: int


def read(session: Session, register: str) -> pl.DataFrame:
    """Read a register's entries as `HOLDINGS`; KeyError for no such register."""
    slices = (
        pl.DataFrame(list(map(tuple, rows)), schema=HOLDINGS, orient="row")
        for rows in holdings.slices(session, register)
    )
    return pl.concat((_NONE, *slices))


def bearers(session: Session, entries: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Look up every number in tables of `HOLDINGS`: a row for each that leads to somebody.

    number; people: how many bear or bore it; and of one of them: via, full_name and state as in
    `lookup.Hit`.
    """
    numbers = pl.concat((_NONE, *entries)).select("number").unique()
    asked = (lookup.hits(session, part["number"]) for part in numbers.iter_slices(_SLICE))
    found = pl.concat(
        pl.DataFrame(list(map(_who, rows)), schema=_BEARERS, orient="row") for rows in ((), *asked)
    )
    return found.group_by("number").agg(pl.len().alias("people"), pl.all().first())


def count(entries: pl.DataFrame, bearers: pl.DataFrame) -> Counts:
    """Count `HOLDINGS` by who bears or bore their numbers."""
    met = entries.join(bearers, on="number", how="left")
    is_one = pl.col("people") == 1
    is_present = is_one & (pl.col("via") == "pin") & (pl.col("state") == "alive")
    is_alike = is_one & (pl.col("name").is_null() | (pl.col("name") == pl.col("full_name")))
    unlike = met.filter(is_one & (pl.col("name") != pl.col("full_name")))
    nobodys = met.filter(pl.col("people").is_null())["number"]
    counted = met.select(
        in_force=pl.col("in_force").sum(),
        alike=is_alike.sum(),
        found=pl.col("people").count(),
        one=is_one.sum(),
        live=(pl.col("in_force") & is_present).sum(),
    ).row(0, named=True)
    return Counts(
        rows=met.height,
        in_force=counted["in_force"],
        right=counted["alike"] + _are_named(unlike),
        complete=counted["found"],
        # What is a key of the registry is in form.
        clean=counted["one"] + sum(classify(number) is not None for number in nobodys),
        live=counted["live"],
    )


def _are_named(entries: pl.DataFrame) -> int:
    """How many names that are not written alike are the person's all the same."""
    written = zip(entries["name"], entries["full_name"], strict=True)
    return sum(names.compare_name(*pair).verdict is Verdict.MATCH for pair in written)
