"""A raw equality join in DuckDB as a contestant: by the number as it stands, and nothing more.

It tells whom the number leads to and whether name and birth date are written alike: no errors are
understood, and a row whose number leads to nobody stays without an answer.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import polars as pl

from app.matching.linkage import claims
from benchmarks.linkage.fields import Field

if TYPE_CHECKING:
    from collections.abc import Callable


def whole(folder: str, out: str) -> Callable[[], None]:
    """Go from Parquet to Parquet; the birth date, which is text in the file, is left out."""
    field = Field(Path(folder))
    query = f"""
        COPY (
            SELECT f.number, r.person, r.via, r.name = f.full_name AS same_name
            FROM '{field.file}/*.parquet' f
            LEFT JOIN '{field.registry}/*.parquet' r ON f.number::UBIGINT = r.number
        ) TO '{out}' (FORMAT parquet)"""  # noqa: S608 - our own folders
    return lambda: _execute(duckdb.connect(), query)


def loaded(folder: str) -> Callable[[], None]:
    """Go from DuckDB's own tables to one of them; what an agency wrote is read before."""
    field, connection = Field(Path(folder)), duckdb.connect()
    claimed = claims.read(pl.read_parquet(field.file)).to_arrow()
    registry = f"SELECT number, person, via, name, born FROM '{field.registry}/*.parquet'"  # noqa: S608 - our own folders
    connection.register("claimed", claimed)
    _execute(connection, f"CREATE TABLE registry AS {registry}")
    _execute(connection, "CREATE TABLE claims AS SELECT * FROM claimed")
    query = """
        CREATE TABLE found AS
        SELECT f.row, r.person, r.via, r.name = f.name AS same_name, r.born = f.born AS same_day
        FROM claims f LEFT JOIN registry r ON f.number = r.number"""
    return lambda: _execute(connection, query)


def _execute(connection: duckdb.DuckDBPyConnection, query: str) -> None:
    connection.execute(query)
