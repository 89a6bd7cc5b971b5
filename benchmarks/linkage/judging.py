"""Judging: what contestants linked, held against the truth that they were not given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from app.matching.linkage.words import FOUND
from benchmarks.linkage import dirt

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.linkage.fields import Field

#: Of people who are not in the registry, so many at most are to be taken for others.
PROMISE: Final = 1 / 1_000


class Quality(NamedTuple):
    """How good links are: of those made, of those that should be, and both; and of strangers."""

    precision: float
    recall: float
    f1: float
    strangers_linked: float


def of_dancu(found: Path) -> pl.DataFrame:
    """Return the links of dancu's verdicts, `row` and `person`.

    A row with another person's number is linked where it is said whom it means instead.
    """
    says_who = (pl.col("number_slip") == "other_persons_number") | pl.col("verdict").is_in(FOUND)
    links = pl.scan_parquet(found).filter(says_who & pl.col("person").is_not_null())
    return links.select("row", "person").collect()


def of_splink(weighed: Path, at_least: float) -> pl.DataFrame:
    """Return the links of Splink's best candidates from a weight on."""
    links = pl.scan_parquet(weighed).filter(pl.col("weight") >= at_least)
    return links.select(pl.col("row", "person").cast(pl.Int64)).collect()


def best_weight(weighed: Path, field: Field) -> float:
    """Return the threshold that gives Splink its best F1: only who has the truth can know it."""
    ranked = _ranked(weighed, field)
    meant = _truth(field)["person"].count()
    f1 = 2 * pl.col("is_right").cum_sum() / (pl.int_range(1, pl.len() + 1) + meant)
    return float(ranked.select(pl.col("weight").get(f1.arg_max())).item())


def promising_weight(weighed: Path, field: Field) -> float:
    """Return the lowest threshold at which Splink takes no more strangers than `PROMISE`."""
    ranked = _ranked(weighed, field)
    strangers = _truth(field)["person"].null_count()
    so_far = ranked.with_columns(linked=pl.col("is_stranger").cum_sum())
    # Of one weight all are linked, or none.
    broken = so_far.filter(pl.col("linked") > PROMISE * strangers)["weight"].max()
    kept = ranked if broken is None else ranked.filter(pl.col("weight") > broken)
    return float(kept["weight"].min())  # type: ignore[arg-type]  # there are rows


def judge(links: pl.DataFrame, field: Field) -> Quality:
    """Return the quality of links."""
    truth = _truth(field)
    meant = truth["person"].count()
    told = links.join(truth, "row", suffix="_meant")
    right = int((told["person"] == told["person_meant"]).sum())
    precision, recall = right / max(len(links), 1), right / meant
    return Quality(
        precision=precision,
        recall=recall,
        f1=2 * right / (len(links) + meant),
        strangers_linked=told["person_meant"].null_count() / truth["person"].null_count(),
    )


def dirty_share(field: Field) -> float:
    """Return the share of rows in which something is wrong."""
    return float((_truth(field)["dirt"] != dirt.CLEAN).mean())  # type: ignore[arg-type]  # a share


def _ranked(weighed: Path, field: Field) -> pl.DataFrame:
    """Return Splink's candidates, the surest first, and what is true of them."""
    candidates = pl.read_parquet(weighed).cast({"row": pl.Int64, "person": pl.Int64})
    return (
        candidates.join(_truth(field), "row", suffix="_meant")
        .sort("weight", "row", descending=[True, False])
        .with_columns(
            is_right=(pl.col("person") == pl.col("person_meant")).fill_null(value=False),
            is_stranger=pl.col("person_meant").is_null(),
        )
    )


def _truth(field: Field) -> pl.DataFrame:
    return pl.read_parquet(field.truth).select(
        pl.int_range(pl.len(), dtype=pl.Int64).alias("row"), "person", "dirt"
    )
