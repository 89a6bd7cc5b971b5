"""What reconciliation is measured with: dirt that is where it is said to be, and a fair judge."""

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from app.matching.linkage import claims, linking
from benchmarks.linkage import country, dirt, fields, judging, ours

PEOPLE = 3_000


@pytest.fixture(scope="module")
def field(tmp_path_factory):
    folder = tmp_path_factory.mktemp("field")
    fields.making(str(folder), str(PEOPLE))()
    return fields.Field(folder)


@pytest.fixture(scope="module")
def registry(field):
    return pl.read_parquet(field.registry)


@pytest.fixture(scope="module")
def rows(field):
    sent, truth = pl.read_parquet(field.file), pl.read_parquet(field.truth)
    return pl.concat([claims.read(sent), truth], how="horizontal")


def test_there_are_as_many_rows_as_people_and_22_in_a_hundred_are_dirty(field, rows, registry):
    assert len(rows) == PEOPLE == len(registry.filter(pl.col("via") == "pin"))
    assert judging.dirty_share(field) == pytest.approx(0.22, abs=0.003)


def test_every_kind_of_dirt_is_there(registry):
    rng = np.random.default_rng(1)
    known = registry.vstack(
        registry.filter(pl.col("via") == "pin")
        .head(1)
        .with_columns(
            via=pl.lit("superseded").cast(linking.VIA), number=pl.lit(901_000_000_001, pl.UInt64)
        )
    )
    assert {dirt.CLEAN, *dirt.KINDS} == set(dirt.file(known, rng)["dirt"])


def test_a_clean_row_is_its_persons_and_a_dirty_one_is_not_as_on_record(rows, registry):
    pins = registry.filter(pl.col("via") == "pin")
    met = rows.join(pins, "person", suffix="_right")
    same = [
        pl.col(name).eq_missing(pl.col(f"{name}_right")) for name in ("number", "name", "born")
    ]
    told = met.select("dirt", is_same=pl.all_horizontal(same))
    assert told.filter(pl.col("dirt") == dirt.CLEAN)["is_same"].all()
    assert not told.filter(pl.col("dirt") != dirt.CLEAN)["is_same"].any()


def test_strangers_are_nobody_in_the_registry(rows):
    strangers = rows.filter(pl.col("dirt") == "stranger")
    assert strangers["person"].is_null().all()
    assert rows.filter(pl.col("dirt") != "stranger")["person"].is_not_null().all()


def test_the_same_country_is_dirty_in_the_same_way_each_time(tmp_path, field):
    fields.making(str(tmp_path / "again"), str(PEOPLE))()
    again = fields.Field(tmp_path / "again")
    assert_frame_equal(pl.read_parquet(again.file), pl.read_parquet(field.file))
    assert_frame_equal(pl.read_parquet(again.truth), pl.read_parquet(field.truth))


def test_parts_find_what_the_whole_finds(tmp_path, field):
    ours.whole(str(field.folder), str(tmp_path / "whole.parquet"))()
    ours.parts(str(field.folder), str(tmp_path / "parts"), "900000")()  # three of them
    whole = pl.read_parquet(tmp_path / "whole.parquet")
    assert len(whole) == PEOPLE
    assert_frame_equal(pl.read_parquet(tmp_path / "parts" / "found"), whole)


def test_dancus_links_are_judged(tmp_path, field):
    ours.whole(str(field.folder), str(tmp_path / "found.parquet"))()
    judged = judging.judge(judging.of_dancu(tmp_path / "found.parquet"), field)
    assert judged.precision > 0.999
    assert 0.97 < judged.recall < 1
    assert judged.f1 == pytest.approx(2 / (1 / judged.precision + 1 / judged.recall))


def test_thresholds_are_those_that_the_truth_says(tmp_path, field):
    """A contestant who is sure of the right and unsure of the wrong ones."""
    truth = pl.read_parquet(field.truth).with_row_index("row")
    is_stranger = pl.col("person").is_null()
    weighed = truth.select(
        "row",
        person=pl.col("person").fill_null(1),
        weight=pl.when(is_stranger).then(-pl.col("row").cast(pl.Float64)).otherwise(10.0),
    )
    at = tmp_path / "weighed.parquet"
    weighed.write_parquet(at)
    assert judging.best_weight(at, field) == 10
    assert judging.promising_weight(at, field) == 10
    assert judging.judge(judging.of_splink(at, 10), field).f1 == 1
    all_of_them = judging.judge(judging.of_splink(at, -PEOPLE), field)
    assert all_of_them.strangers_linked == 1
    assert all_of_them.precision < all_of_them.recall == 1


def test_of_one_weight_all_are_linked_or_none(tmp_path, field):
    """Somebody who is as sure of strangers as of every other person keeps no promise there."""
    truth = pl.read_parquet(field.truth).with_row_index("row")
    is_even = pl.col("row") % 2 == 0
    at = tmp_path / "weighed.parquet"
    truth.select(
        "row",
        person=pl.col("person").fill_null(1),
        weight=pl.when(pl.col("person").is_null() | is_even).then(3.0).otherwise(7.0),
    ).write_parquet(at)
    assert judging.promising_weight(at, field) == 7
    assert judging.judge(judging.of_splink(at, 7), field).strangers_linked == 0


def test_a_populations_numbers_are_all_there():
    [tables] = country.chunks(500)
    numbered = country.numbered(tables)
    counted = dict(numbered["via"].cast(pl.String).value_counts().iter_rows())
    assert counted["pin"] == tables["citizen"].num_rows == 500
    assert counted["old"] == tables["old_number"].num_rows
    assert dict(numbered.schema) == dict(linking.NUMBERED)
