"""Health insurance, licences, vehicles, social insurance and land, as a population has them."""

from __future__ import annotations

import datetime as dt
import time

import polars as pl
import pytest

from seed import holding, pieces, register
from seed.rows import whole

FACTS = pieces.Facts(3, 250_000, dt.date(2026, 1, 1), "reserved")
TABLES = {
    "health_insurance": "number",
    "driver_licence": "number",
    "vehicle": "plate",
    "social_insurance": "number",
    "land_certificate": "number",
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
        "land_certificate": r"^Z[A-Y] \d{6}$|^ZZ \d{8}$",
    }
    assert entries[number].is_unique().all()
    assert entries[number].str.contains(patterns[table]).all()
    assert entries["id"].is_unique().all()


@pytest.mark.parametrize("table", TABLES)
def test_entries_stand_under_a_number_that_somebody_has_or_had(chunks, table):
    entries = joined(chunks, table)
    named = [("citizen", "pin"), ("superseded_number", "pin"), ("old_number", "number")]
    known = pl.concat([joined(chunks, name)[column] for name, column in named])
    typed_well = entries["holder_number"].is_in(known.implode()).mean()
    assert 0.995 < typed_well < 0.9995
    other = (
        entries["holder_name"].cast(pl.String).is_in(holding._OTHERS).fill_null(value=False).mean()
    )
    assert 0.004 < other < 0.012
    assert 0.02 < entries["holder_name"].is_not_null().mean() < 0.045


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
        known = set(entries["state_right"].unique())
        if table == "social_insurance":  # pensions of whose end nobody told
            known -= {"dead"}
        assert known <= {"alive", "missing", "emigrated", "under_review"}


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
    took = []
    for _ in range(3):
        began = time.process_time()
        for each in register.all_of_them().values():
            each.chunk(chunk)
        took.append(time.process_time() - began)
    # 100,000 people and more in a chunk: the promise is for 50,000.
    assert min(took) * 50_000 / len(chunk.chunk) < 0.5


def test_a_certificate_is_for_a_house_that_there_is_and_each_house_has_one_at_most(chunks):
    land, homes = joined(chunks, "land_certificate"), joined(chunks, "household")
    assert homes["house_id"].is_unique().all()
    assert (
        homes["house_id"].str.contains(r"^\d{5}[0-8]\d{5}$|^\d{5}9[0-8]\d{4}$|^\d{5}99[0-8]").all()
    )
    assert land["house_id"].is_unique().all()
    assert land["house_id"].is_in(homes["house_id"].implode()).all()
    # 88 % have a house of their own (census of 2019), 96 % of those a certificate.
    assert 0.80 < land.height / homes.height < 0.89


def test_a_house_is_the_familys_that_lives_in_it_or_of_somebody_before(chunks):
    land = joined(chunks, "land_certificate").with_columns(pl.col("state").cast(pl.String))
    people = joined(chunks, "citizen").select("id", "pin", "birth_year", "state")
    people = people.with_columns(pl.col("state").cast(pl.String))
    owned = land.join(people, left_on="holder_number", right_on="pin", suffix="_of_holder")
    homes = joined(chunks, "household").select(pl.col("id").alias("household_id"), "house_id")
    members = joined(chunks, "household_member").select("household_id", "citizen_id")
    at_home = owned.join(homes, on="house_id").join(
        members, left_on=["household_id", "id_of_holder"], right_on=["household_id", "citizen_id"]
    )
    assert at_home["number"].n_unique() / owned.height > 0.85
    dead = owned.filter(pl.col("state_of_holder") == "dead").height / owned.height
    assert 0.002 < dead < 0.05
    assert (owned["issued_on"].dt.year() - owned["birth_year"]).min() >= 18
    assert owned["issued_on"].max() < FACTS.start_date
    both = land.filter(pl.col("co_holder_number").is_not_null())
    assert both["issued_on"].min() >= dt.date(2004, 7, 1)
    assert 0.2 < both.height / land.height < 0.6
    assert (both["co_holder_number"] != both["holder_number"]).all()
    disputed = land.filter(pl.col("state") == "disputed").height / land.height
    assert 0.002 < disputed < 0.015
