"""The same five give the same world: on either database, for any number of processes."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import text

from app.platform import errors
from app.platform.settings import Settings
from app.platform.worlds import Worlds
from app.sandbox import exporting
from app.sandbox import worlds as lives
from seed import limits
from seed.version import VERSION


def digest_of(spec, home, database_url=None, workers=1):
    worlds = Worlds(Settings(home=home, database_url=database_url))
    name = "same"
    try:
        lives.create(worlds, name, spec, workers=workers)
        return exporting.digest(worlds, name)
    finally:
        if name in worlds.names():
            lives.delete(worlds, name)
        worlds.close_all()


def test_the_databases_hold_the_same_world(small_spec, postgres_url, tmp_path):
    on_sqlite = digest_of(small_spec, tmp_path)
    on_postgres = digest_of(small_spec, tmp_path, postgres_url)
    assert on_sqlite.tables == on_postgres.tables
    assert on_sqlite.digest == on_postgres.digest


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 2},
        {"size": 2_001},
        {"start_date": dt.date(2024, 5, 1)},
        {"pin_style": "realistic"},
    ],
)
def test_any_other_spec_gives_another_world(small_spec, tmp_path, other):
    spec = dataclasses.replace(small_spec, size=500)
    changed = dataclasses.replace(spec, **({"size": 501} if "size" in other else other))
    assert digest_of(spec, tmp_path).digest != digest_of(changed, tmp_path).digest


@pytest.mark.slow
def test_processes_that_share_the_work_make_the_same_world(small_spec, database_url, tmp_path):
    spec = dataclasses.replace(small_spec, size=160_000)  # two chunks
    one = digest_of(spec, tmp_path, database_url)
    assert one == digest_of(spec, tmp_path, database_url, workers=2)


#: What each version of the generator makes of 5,000 people with seed 1, from 2026-01-01.
GOLDEN = {"20": "c00889259912bd98a984cb1e3ff1ca63ce8661fbbd7eb0912d3a533b141e883b"}


def test_each_version_of_the_generator_makes_the_world_it_always_made(small_spec, tmp_path):
    made = digest_of(dataclasses.replace(small_spec, size=5_000), tmp_path).digest
    assert made == GOLDEN.get(VERSION), (
        "the generator makes another world than its version did: give seed/version.py a new "
        f"VERSION, say so in CHANGELOG.md, and pin {made} for it here"
    )


def test_a_world_of_another_generator_is_not_made(worlds, small_spec):
    spec = dataclasses.replace(small_spec, generator_version=f"{VERSION}0")
    with pytest.raises(errors.ConflictError, match="generator-version-unknown"):
        lives.create(worlds, "other-version", spec)
    assert "other-version" not in worlds.names()


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({"start_date": dt.date(2015, 12, 31)}, ["start_date"]),
        ({"start_date": dt.date(2030, 1, 1)}, ["start_date"]),
        ({"size": 0}, ["size"]),
        ({"size": limits.MOST_CITIZENS + 1}, ["size"]),
        ({"seed": -1}, ["seed"]),
        ({"seed": 2**53, "size": -5}, ["seed", "size"]),
    ],
)
def test_a_world_that_cannot_be_generated_is_refused(worlds, small_spec, changed, wrong):
    spec = dataclasses.replace(small_spec, **changed)
    with pytest.raises(errors.InvalidError, match="world-spec-invalid") as caught:
        lives.create(worlds, "impossible", spec)
    assert [param.name for param in caught.value.params] == wrong
    assert "impossible" not in worlds.names()


@pytest.mark.parametrize("day", [dt.date(2016, 1, 1), dt.date(2029, 12, 31)])
def test_a_world_may_start_on_the_first_day_and_on_the_last(small_spec, tmp_path, day):
    spec = dataclasses.replace(small_spec, size=50, start_date=day)
    assert digest_of(spec, tmp_path).digest


def test_a_generated_world_is_whole(world):
    assert world.facts.untouched
    with world.session() as session:
        counts = {
            table: session.scalar(text(f"SELECT count(*) FROM {table}"))
            for table in ("citizen", "persona", "agency", "system", "access_grant")
        }
    assert counts["citizen"] >= 2_000
    assert counts["persona"] >= 30
    assert counts["agency"] > 80
