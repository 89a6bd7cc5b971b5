"""Sheets: tables on their way to a spreadsheet."""

from __future__ import annotations

from typing import Final

import polars as pl

_FORMULA: Final = "^[=+\\-@\t\r]"


def harmless(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table for CSV in which no cell begins a formula of a spreadsheet."""
    text = pl.col(pl.String)
    return table.with_columns(
        pl.when(text.str.contains(_FORMULA)).then("'" + text).otherwise(text).name.keep()
    )
