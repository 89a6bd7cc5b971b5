"""The registry's side: every number of a whole population, streamed into one Parquet file."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast
from unittest import mock

import polars as pl

from app.cli.worlds import spec
from app.matching.linkage.linking import NUMBERED
from app.platform.settings import Settings
from seed import generate, register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seed.rows.arrow import Tables

#: A birth date as `NUMBERED` has it, from the columns of the table of citizens.
_BORN = (
    pl.col("birth_year").cast(pl.Int32) * 10_000
    + pl.col("birth_month").cast(pl.Int32).fill_null(0) * 100
    + pl.col("birth_day").cast(pl.Int32).fill_null(0)
)


def chunks(people: int) -> Iterator[Tables]:
    """Generate a population without the registers of other keepers, chunk by chunk."""
    with mock.patch.object(register, "chunk_rows", return_value={}):
        yield from generate.chunks(spec(Settings(default_size=people)))


def numbered(tables: Tables) -> pl.DataFrame:
    """Return `linking.NUMBERED` of one chunk: each number, of whatever kind, with its bearer."""
    citizens = _frame(tables, "citizen").select(
        "pin", person="id", name="full_name", name_key="name_key", born=_BORN
    )
    superseded = _frame(tables, "superseded_number").select(number="pin", person="citizen_id")
    old = _frame(tables, "old_number").select("number", person="citizen_id")
    bearers = citizens.drop("pin")
    kinds = {
        "pin": citizens.rename({"pin": "number"}),
        "superseded": superseded.join(bearers, "person"),
        "old": old.join(bearers, "person"),
    }
    return pl.concat(
        of_kind.with_columns(via=pl.lit(via)).select(
            pl.col(name).cast(kind) for name, kind in NUMBERED.items()
        )
        for via, of_kind in kinds.items()
    )


def _frame(tables: Tables, name: str) -> pl.DataFrame:
    return cast("pl.DataFrame", pl.from_arrow(tables[name]))
