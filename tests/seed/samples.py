"""Populations as Polars tables: the rows as they go through the bulk doors."""

from __future__ import annotations

import dataclasses
import datetime as dt

import polars as pl

from seed import pieces


@dataclasses.dataclass(frozen=True)
class Spec:
    seed: int = 7
    size: int = 30_000
    start_date: dt.date = dt.date(2026, 1, 1)
    pin_style: str = "reserved"


def tables_of(spec, number=0):
    """One chunk of a world, dictionary-encoded texts written out."""
    return {
        name: pl.DataFrame(pl.from_arrow(batch)).with_columns(
            pl.col(pl.Categorical).cast(pl.String)
        )
        for name, batch in pieces.rows(spec, number).items()
    }
