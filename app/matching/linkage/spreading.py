"""Spreading: the same linkage on Spark, for files and registries that outgrow one machine.

Rows and people are brought together by the number, then by the year of birth. Spark hands each
part to a worker as Arrow, and `linking` judges it there: no rule is written a second time, and the
answers are those of one machine. Three steps:

1. The names are counted where the registry's files are; the census goes to every worker.
2. Rows with their numbers' bearers: what is settled, and what stays open.
3. What stays open, with everybody born in the same year.

Both tables are folders of Parquet that the driver and every worker can read; so is the result.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl
import pyarrow as pa

from app.matching.linkage import linking
from app.matching.linkage.census import COUNTED, Census, counted
from app.matching.linkage.claims import CLAIMS
from app.matching.linkage.weighing import Scale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pyspark.broadcast import Broadcast
    from pyspark.sql import DataFrame, SparkSession

#: Parquet and Spark have fewer types: a number fits without its sign, and a label is text.
_PLAIN: Final[Mapping[pl.DataType, tuple[pl.DataType, pa.DataType, str]]] = {
    pl.UInt64(): (pl.Int64(), pa.int64(), "long"),
    pl.Int64(): (pl.Int64(), pa.int64(), "long"),
    pl.UInt32(): (pl.Int64(), pa.int64(), "long"),
    pl.UInt8(): (pl.Int32(), pa.int32(), "int"),
    pl.Int32(): (pl.Int32(), pa.int32(), "int"),
    pl.Float64(): (pl.Float64(), pa.float64(), "double"),
    pl.String(): (pl.String(), pa.string(), "string"),
    linking.VIA: (pl.String(), pa.string(), "string"),
}
#: What step 2 gives: rows that are settled have a verdict, the others have their claims.
_HALF: Final = {**linking.FOUND, **linking.OPEN}
_BY_NUMBER, _BY_YEAR = "by-number", "by-year"


#: What `run` writes, as Arrow's IPC.
FOUND_FILE: Final = "found.arrow"


class SparkAbsentError(Exception):
    """Spark is not installed, or does not start: the message says which, and nothing personal."""


class Tables(NamedTuple):
    """Folders of Parquet: `claims.CLAIMS` and `linking.NUMBERED`, as `plain` writes them."""

    claims: Path
    numbered: Path


def run(master: str, tables: Tables, parts: int, strictness: int, into: Path) -> None:
    """Link on a cluster, and write `linking.FOUND` to `FOUND_FILE` in `into`.

    `parts` is into how many the numbers are divided: one has to fit into a worker, as does
    everybody of one year of birth. Raises `SparkAbsentError`.
    """
    with _session(master) as spark:
        _link(spark, tables, parts, strictness, into)
    _found(into).write_ipc(into / FOUND_FILE)


@contextmanager
def _session(master: str) -> Iterator[SparkSession]:
    """Give a session on a cluster, and stop it in the end. Raises `SparkAbsentError`.

    Whatever else there is to say of a cluster stands in Spark's own `spark-defaults.conf`.
    """
    if importlib.util.find_spec("pyspark") is None:
        raise SparkAbsentError("pyspark is not installed: `make spark`, or dancu[spark]")
    from pyspark.errors import PySparkException  # noqa: PLC0415 - an extra
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra

    for name, value in _environment(master).items():
        os.environ.setdefault(name, value)
    building = SparkSession.builder.master(master).appName("dancu")
    for name, value in _SETTINGS.items():
        building = building.config(name, value)
    try:
        spark = building.getOrCreate()
    except (PySparkException, OSError, RuntimeError) as error:
        raise SparkAbsentError(f"Spark does not start on {master}; is Java there?") from error
    except Exception as error:
        if type(error).__module__.startswith("py4j."):  # what Java raised
            raise SparkAbsentError(f"Spark does not start on {master}") from error
        raise
    try:
        yield spark
    finally:
        spark.stop()


_SETTINGS: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


def _environment(master: str) -> dict[str, str]:
    """Return what Java is started with, where nothing else is set."""
    same_python = {"PYSPARK_PYTHON": sys.executable}
    if not master.startswith("local"):
        return same_python
    scratch = Path(tempfile.gettempdir()) / "dancu-spark"
    return same_python | {"SPARK_LOCAL_IP": "127.0.0.1", "SPARK_WORKER_DIR": str(scratch)}


def _link(spark: SparkSession, tables: Tables, parts: int, strictness: int, into: Path) -> None:
    """Take the three steps."""
    from pyspark.sql import functions as f  # noqa: PLC0415 - an extra

    spark.conf.set("spark.sql.shuffle.partitions", str(max(parts, 2)))
    claims, numbered = (spark.read.parquet(_address(folder)) for folder in tables)
    # 1.
    census = spark.sparkContext.broadcast(_census(numbered))
    # 2. A null is no number like another: it would bring all such rows into one part.
    of_rows = f.pmod(f.coalesce("number", "row"), f.lit(parts))
    of_people = f.pmod("number", f.lit(parts))
    half = claims.groupBy(of_rows).cogroup(numbered.groupBy(of_people))
    half_file = _address(into / _BY_NUMBER)
    half.applyInArrow(settling(census), _ddl(_HALF)).write.parquet(half_file)
    # 3.
    rest = spark.read.parquet(half_file).filter("verdict is null")
    year = f.floor(f.col("born") / 10_000)
    met = rest.groupBy(year).cogroup(numbered.groupBy(year))
    searched = met.applyInArrow(searching(census, strictness), _ddl(linking.FOUND))
    searched.write.parquet(_address(into / _BY_YEAR))


def _address(folder: Path) -> str:
    return folder.absolute().as_uri()


def _found(folder: Path) -> pl.DataFrame:
    half = pl.scan_parquet(folder / _BY_NUMBER / "*.parquet")
    settled = half.filter(pl.col("verdict").is_not_null())
    searched = pl.scan_parquet(folder / _BY_YEAR / "*.parquet")
    return pl.concat([each.select(list(linking.FOUND)) for each in (settled, searched)]).collect()


def plain(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return a frame of a schema as Parquet and Spark can hold it; absent columns are null."""
    kinds = {name: _PLAIN[kind][0] for name, kind in schema.items()}
    absent = [pl.lit(None, kind).alias(n) for n, kind in kinds.items() if n not in frame.columns]
    return frame.with_columns(absent).select(pl.col(n).cast(kind) for n, kind in kinds.items())


# What runs on the workers


def settling(census: Broadcast[Census]) -> Callable[[pa.Table, pa.Table], pa.Table]:
    """Return step 2 for one part: its rows, its numbers with their bearers."""

    def settle(rows: pa.Table, people: pa.Table) -> pa.Table:
        settled, rest = linking.by_number(
            _frame(rows, CLAIMS), _frame(people, linking.NUMBERED), census.value
        )
        return _table(pl.concat([plain(each, _HALF) for each in (settled, rest)]), _HALF)

    return settle


def searching(
    census: Broadcast[Census], strictness: int
) -> Callable[[pa.Table, pa.Table], pa.Table]:
    """Return step 3 for one year of birth: the rows that stay open, everybody born then."""

    def search(rest: pa.Table, people: pa.Table) -> pa.Table:
        searched = linking.search(
            _frame(rest, linking.OPEN),
            _frame(people, linking.NUMBERED),
            Scale(census.value, strictness),
        )
        return _table(searched, linking.FOUND)

    return search


def _counted(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Step 1 for one part of the registry."""
    for batch in batches:
        keys = pl.DataFrame(pa.Table.from_batches([batch]))["name_key"]
        yield from _table(counted(keys), COUNTED).to_batches()


def _census(numbered: DataFrame) -> Census:
    people = numbered.filter("via = 'pin'").select("name_key")
    at_places = people.mapInArrow(_counted, _ddl(COUNTED)).groupBy("place").sum("people")
    added = pl.DataFrame(at_places.toArrow()).rename({"sum(people)": "people"})
    census = Census()
    census.add_counted(added.cast(pl.Schema(COUNTED)))
    return census


def _frame(table: pa.Table, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return Spark's table as `linking` knows it; a side that has nothing may have no columns."""
    if not table.num_rows:
        return pl.DataFrame(schema=schema)
    return pl.DataFrame(table).select(pl.col(name).cast(kind) for name, kind in schema.items())


def _table(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pa.Table:
    kinds = pa.schema([(name, _PLAIN[kind][1]) for name, kind in schema.items()])
    return plain(frame, schema).to_arrow().cast(kinds)


def _ddl(schema: Mapping[str, pl.DataType]) -> str:
    return ", ".join(f"{name} {_PLAIN[kind][2]}" for name, kind in schema.items())
