"""Judging who a row is about, by asking the registry: what all reference solutions begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

from app.scenarios import solving

if TYPE_CHECKING:
    from app.scenarios.solving import Solver

#: Of people born before, the registry often knows the year only.
_YEARS_ALONE: Final = "1985"
_PLAIN: Final = {
    "match": "match",
    "near_match": "near_match",
    "birth_date_partial": "near_match",
    "old_number_linked": "old_number",
    "ambiguous": "old_number",
    "superseded_number": "superseded_number",
    "deceased": "deceased",
}


def of_extract(solver: Solver, extract: pl.DataFrame, name: str) -> pl.DataFrame:
    """Judge every row of an agency's file whose column `name` holds the names.

    Returns the file with `verdict` and `right` as `judge` has them, `born` (the birth date in
    ISO 8601) and `known`: the right number, or the file's where none can be told.
    """
    asked = extract.select(
        number=pl.col("id_number"),
        full_name=pl.col(name),
        birth_date=solving.iso_dates(extract["birth_date"]),
    )
    right = pl.col("right")
    return extract.hstack(judge(solver, asked)).with_columns(
        born=asked["birth_date"],
        known=pl.when(right != "").then(right).otherwise(pl.col("id_number")),
    )


def judge(solver: Solver, rows: pl.DataFrame) -> pl.DataFrame:
    """Ask about every row once, and repair numbers that are nobody's.

    `rows` as in `Solver.verify`, dates in ISO 8601. Returns `verdict` (of `claims.KINDS`) and
    `right` (the personal number where it can be told, else empty), row by row.
    """
    asked = rows.unique(maintain_order=True)
    said = rows.join(
        asked.hstack(solver.verify(asked)), on=rows.columns, how="left", maintain_order="left"
    )
    foreign = (pl.col("name") == "mismatch") & (pl.col("born") == "mismatch")
    lost = (pl.col("outcome") == "not_found") | ((pl.col("outcome") == "mismatch") & foreign)
    is_lost = said.select(lost.fill_null(value=False)).to_series()
    unsure = rows.filter(is_lost).unique(maintain_order=True)
    mended = unsure.with_columns(repaired=solving.repaired(solver, unsure))
    said = said.join(mended, on=rows.columns, how="left", maintain_order="left")
    judged = said.with_columns(pl.col("repaired").fill_null("")).with_columns(
        verdict=_verdict(foreign)
    )
    return judged.select("verdict", right=_right())


def _verdict(foreign: pl.Expr) -> pl.Expr:
    outcome = pl.col("outcome")
    return (
        pl.when(pl.col("repaired") != "")
        .then(pl.lit("wrong_number"))
        .when((outcome == "birth_date_partial") & (pl.col("number").str.len_chars() == 9))
        .then(pl.lit("old_number"))
        .when((outcome == "birth_date_partial") & _is_as_on_record())
        .then(pl.lit("match"))
        .when(outcome.is_in(list(_PLAIN)))
        .then(outcome.replace_strict(_PLAIN, default=""))
        .when(outcome.is_in(["not_found", "malformed"]))
        .then(pl.lit("invented"))
        .when(foreign)
        .then(pl.lit("another_person"))
        .otherwise(pl.lit("near_match"))
    )


def _is_as_on_record() -> pl.Expr:
    """Whether less than a date is likely what the registry has: so it is of those not young."""
    born = pl.col("birth_date")
    is_month = born.str.len_chars() == len("yyyy-mm")
    return (pl.col("name") == "match") & (is_month | (born.str.head(4) < _YEARS_ALONE))


def _right() -> pl.Expr:
    is_right = pl.col("verdict").is_in(["match", "near_match"])
    return (
        pl.when(is_right & (pl.col("number").str.len_chars() == 12))
        .then(pl.col("number"))
        .otherwise(pl.col("repaired"))
    )
