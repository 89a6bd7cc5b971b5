"""Health insurance, licences, vehicles and social insurance, as they come with a population."""

from __future__ import annotations

import datetime as dt
import time

import polars as pl
import pytest

from seed import pieces, register
from seed.rows import whole

FACTS = pieces.Facts(3, 250_000, dt.date(2026, 1, 1), "reserved")
TABLES = {
    "health_insurance": "number",
    "driver_licence": "number",
    "vehicle": "plate",
    "social_insurance": "number",
}


@pytest.fixture(scope="module")
def chunks():
    return [pieces.rows(FACTS, number) for number in range(2)]


def joined(chunks, table):
    return pl.concat([pl.from_arrow(chunk[table]) for chunk in chunks])


@pytest.fixture(scope="module")
def alive(chunks):
    return joined(chunks, "citizen").filter(pl.col("state") == "alive")


@pytest.mark.parametrize(("table", "number"), TABLES.items())
def test_no_number_is_given_twice_and_the_block_is_reserved(chunks, table, number):
    entries = joined(chunks, table)
    patterns = {
        "health_insurance": r"^(TE1|HS4|DN4|GD4|HT3|HN2)\d{2}99\d{8}$",
        "driver_licence": r"^99[0-3]\d{9}$",
        "vehicle": r"^10[A-Z][1-9A-Z]-\d{5}$",
        "social_insurance": r"^99\d{8}$",
    }
    assert entries[number].is_unique().all()
    assert entries[number].str.contains(patterns[table]).all()
    assert entries["id"].is_unique().all()


@pytest.mark.parametrize("table", TABLES)
def test_entries_stand_under_a_number_that_somebody_has_or_had(chunks, table):
    entries = joined(chunks, table)
    old = joined(chunks, "old_number")["number"]
    known = pl.concat([joined(chunks, "citizen")["pin"], old])
    assert entries["holder_number"].is_in(known.implode()).all()
    other = entries["holder_name"].is_not_null().mean()
    assert 0.004 < other < 0.012


def test_some_old_entries_still_stand_under_an_old_number(chunks):
    vehicles = joined(chunks, "vehicle")
    old = vehicles.filter(pl.col("holder_number").str.len_chars() == 9)
    assert 0.001 < old.height / vehicles.height < 0.08
    assert old["registered_on"].max() < dt.date(2016, 1, 1)


def test_as_many_have_each_as_is_published_or_estimated(chunks, alive):
    people = alive.height
    adults = alive.filter(pl.col("birth_year") <= 2007).height
    insured = joined(chunks, "health_insurance").filter(pl.col("state") != "ended").height
    assert 0.89 < insured / people < 0.95
    assert 0.45 < joined(chunks, "driver_licence").height / adults < 0.72
    vehicles = joined(chunks, "vehicle")
    assert 0.5 < vehicles.filter(pl.col("kind") == "motorcycle").height / adults < 0.7
    assert 0.05 < vehicles.filter(pl.col("kind") == "car").height / adults < 0.11
    paying = joined(chunks, "social_insurance").filter(pl.col("state") == "paying").height
    assert 0.15 < paying / people < 0.24


def test_nobody_drives_or_works_too_young_or_after_death(chunks):
    citizens = joined(chunks, "citizen")
    for table, since in (
        ("driver_licence", "issued_on"),
        ("vehicle", "registered_on"),
        ("social_insurance", "joined_on"),
    ):
        entries = joined(chunks, table).join(citizens, left_on="holder_number", right_on="pin")
        ages = entries[since].dt.year() - entries["birth_year"]
        assert ages.min() >= 18
        assert entries[since].max() < FACTS.start_date
        assert set(entries["state_right"].unique()) <= {
            "alive",
            "missing",
            "emigrated",
            "under_review",
        }


def test_terms_are_in_order(chunks):
    cards = joined(chunks, "health_insurance")
    assert (cards["valid_from"] <= cards["valid_to"]).all()
    ended = cards.filter(pl.col("state") == "ended")
    assert (ended["valid_to"] < FACTS.start_date).all()
    licences = joined(chunks, "driver_licence").with_columns(pl.col("classes").cast(pl.String))
    motorcycles = licences.filter(pl.col("classes") == "A1")
    assert motorcycles["expires_on"].null_count() == motorcycles.height
    others = licences.filter(pl.col("classes") != "A1")
    assert (others["expires_on"] > others["issued_on"]).all()
    assert licences["points"].is_between(2, 12).all()
    new = licences.filter(pl.col("issued_on") >= dt.date(2025, 1, 1))
    assert not new["classes"].str.contains("B2").any()


def test_a_child_is_in_the_childrens_group(chunks, alive):
    cards = joined(chunks, "health_insurance").join(alive, left_on="holder_number", right_on="pin")
    small = cards.filter(pl.col("birth_year") >= 2021)
    assert (small["number"].str.slice(0, 3) == "TE1").all()
    assert small.height > 0


def test_all_of_them_together_cost_little(monkeypatch):
    made = []
    monkeypatch.setattr(register, "chunk_rows", lambda each: made.append(each) or {})
    pieces.rows(FACTS, 0)
    [chunk] = made
    assert isinstance(chunk, whole.Whole)
    names = ("health-insurance", "driver-licences", "vehicles", "social-insurance")
    took = []
    for _ in range(3):
        began = time.process_time()
        for name in names:
            register.all_of_them()[name].chunk(chunk)
        took.append(time.process_time() - began)
    # 100,000 people and more in a chunk: the promise is for 50,000.
    assert min(took) * 50_000 / len(chunk.chunk) < 0.3
