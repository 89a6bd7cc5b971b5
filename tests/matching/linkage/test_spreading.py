"""Linkage on Spark: part by part on its workers, the answers of one machine, row by row."""

from types import SimpleNamespace

import polars as pl
import pyarrow as pa
import pytest

from app.matching.linkage import claims, linking, spreading
from app.matching.linkage.census import Census
from tests.matching.linkage import people
from tests.support import spark

PARTS = 3


@pytest.fixture(scope="module")
def registry():
    """People, some with a second number, on paper and cancelled."""
    crowd = people.make(20_000, seed=1)
    now = people.numbered(crowd)
    old = now.filter(pl.col("person") % 4 == 0).with_columns(
        number=pl.col("number") % 10**9, via=pl.lit("old", linking.VIA)
    )
    gone = now.filter(pl.col("person") % 9 == 0).with_columns(
        number=pl.col("number") + 10**11, via=pl.lit("superseded", linking.VIA)
    )
    return pl.concat([now, old, gone])


@pytest.fixture(scope="module")
def rows(registry):
    """A file of them in which every kind of thing is wrong; some are nobody, some unreadable."""
    of = pl.col("person")
    sample = registry.sample(6_000, seed=2).with_row_index("nth")
    nth = pl.col("nth")
    text = sample.select(
        number=pl.when(nth % 13 == 0)
        .then(None)
        .when(nth % 7 == 0)
        .then(pl.col("number") + 7)
        .otherwise(pl.col("number"))
        .cast(pl.String),
        full_name=pl.when(nth % 11 == 0)
        .then(pl.lit("Vương An"))
        .when(nth % 5 == 0)
        .then(pl.col("name_key"))
        .when(nth % 101 == 0)
        .then(pl.lit(""))
        .otherwise("name"),
        birth_date=(pl.col("born") + pl.when((nth + of) % 6 == 0).then(10_000).otherwise(0))
        .cast(pl.String)
        .str.replace(r"^(....)(..)(..)$", "$1-$2-$3"),
    )
    return claims.read(text)


@pytest.fixture(scope="module", params=[10, 1])
def strictness(request):
    """From how many bits a person is found."""
    return request.param


@pytest.fixture(scope="module")
def whole(rows, registry, strictness):
    """What one machine finds."""
    return linking.link(rows, registry, strictness)


def test_the_file_has_every_verdict(whole):
    assert set(whole["verdict"]) == {each.value for each in linking.Verdict}


def test_the_workers_parts_give_what_the_whole_gives(rows, registry, whole, strictness):
    """What Spark calls on its workers, called here with what Spark hands over."""
    census = Census()
    census.add(registry.filter(pl.col("via") == "pin")["name_key"])
    readable, lost = linking.readable_of(rows)
    ours = spreading.plain(readable, claims.CLAIMS)
    theirs = spreading.plain(registry, linking.NUMBERED)
    number = pl.coalesce("number", "row") % PARTS
    half = _parts(spreading.settling(SimpleNamespace(value=census)), ours, theirs, number)
    rest = half.filter(pl.col("verdict").is_null())
    year = pl.col("born") // 10_000
    search = spreading.searching(SimpleNamespace(value=census), strictness)
    searched = _parts(search, rest, theirs, year, theirs_by=year)
    settled = half.filter(pl.col("verdict").is_not_null()).select(searched.columns)
    found = pl.concat([lost, settled, searched]).sort("row")
    assert found.equals(whole)


def _parts(step, ours, theirs, ours_by, theirs_by=None):
    """Hand each part to a step; a side that has nothing of it has no columns, as Spark's."""
    by = pl.col("number") % PARTS if theirs_by is None else theirs_by
    left = ours.with_columns(part=ours_by).partition_by("part", as_dict=True)
    right = theirs.with_columns(part=by).partition_by("part", as_dict=True)
    made = [
        step(*(side[key].to_arrow() if key in side else pa.table({}) for side in (left, right)))
        for key in left.keys() | right.keys()
    ]
    return pl.DataFrame(pa.concat_tables(made))


@spark.needed
def test_a_cluster_gives_what_one_machine_gives(tmp_path, rows, registry, whole, strictness):
    tables = spreading.Tables(tmp_path / "claims", tmp_path / "numbered")
    readable, lost = linking.readable_of(rows)
    held = ((readable, claims.CLAIMS), (registry, linking.NUMBERED))
    for folder, (frame, schema) in zip(tables, held, strict=True):
        folder.mkdir()
        for number, part in enumerate(spreading.plain(frame, schema).iter_slices(5_000)):
            part.write_parquet(folder / f"{number}.parquet")
    into = tmp_path / "found"
    into.mkdir()
    spreading.run(spark.CLUSTER, tables, PARTS, strictness, into)
    found = pl.concat([lost, pl.read_ipc(into / spreading.FOUND_FILE)]).sort("row")
    assert found.equals(whole)


def test_without_a_cluster_it_is_said_that_there_is_none(tmp_path):
    with pytest.raises(spreading.SparkAbsentError):
        spreading.run("nowhere", spreading.Tables(tmp_path, tmp_path), 1, 10, tmp_path)
