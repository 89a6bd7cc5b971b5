"""The registers that come with a population: numbers, holders, shares."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import polars as pl
import pytest

from app.sectors import register as kept
from app.sectors.organisations import check_digit
from seed import pieces, register
from seed.personas import rows
from seed.registers import organisations
from tests.seed.test_each_persona import Spec

FACTS = pieces.Facts(3, 250_000, dt.date(2026, 1, 1), "reserved")


@pytest.fixture(scope="module")
def chunks():
    return [pieces.rows(FACTS, number) for number in range(2)]


def joined(chunks, table):
    return pl.concat([pl.from_arrow(chunk[table]) for chunk in chunks])


def test_every_register_has_its_rows_and_every_file_its_register():
    assert set(register.all_of_them()) <= set(kept.all_of_them())
    made = rows.make(Spec(dt.date(2026, 1, 1), "reserved"), defaultdict(lambda: 1)).rows
    for name in register.all_of_them():
        tables = {model.__tablename__ for model in kept.all_of_them()[name].tables}
        assert tables & set(made), f"the cast has nothing in {name}"


def test_no_number_is_given_twice(chunks):
    assert joined(chunks, "subscriber")["number"].is_unique().all()
    assert joined(chunks, "organisation")["tax_code"].is_unique().all()
    # Nor one of the cast.
    assert not joined(chunks, "subscriber")["number"].str.starts_with("0999990").any()


def test_an_adult_has_about_one_number_and_a_third(chunks):
    citizens = joined(chunks, "citizen").filter(pl.col("state") == "alive")
    adults = citizens.filter(pl.col("birth_year") <= 2007).height
    in_use = joined(chunks, "subscriber").filter(pl.col("state") == "active").height
    assert 1.2 < in_use / adults < 1.4


def test_most_numbers_are_in_the_name_of_who_is_reached_by_them(chunks):
    citizens = joined(chunks, "citizen").filter(pl.col("phone").is_not_null())
    citizens = citizens.with_columns(pl.col("phone").cast(pl.String))
    found = citizens.join(joined(chunks, "subscriber"), left_on="phone", right_on="number")
    assert found.height == citizens.height
    own = (found["pin"] == found["holder_number"]).mean()
    old = (found["holder_number"].str.len_chars() == 9).mean()
    assert 0.85 < own < 0.95
    assert 0.01 < old < 0.08


def test_numbers_stand_under_a_number_that_somebody_had_that_day(chunks):
    subscribers = joined(chunks, "subscriber")
    known = pl.concat(
        [
            joined(chunks, "citizen")["pin"],
            joined(chunks, "superseded_number")["pin"],
            joined(chunks, "old_number")["number"],
        ]
    )
    assert subscribers["holder_number"].is_in(known.implode()).all()
    old = joined(chunks, "old_number").group_by("number").agg(pl.col("issued_on").min())
    dated = subscribers.join(old, left_on="holder_number", right_on="number")
    assert (dated["issued_on"] <= dated["activated_on"]).all()
    assert subscribers["activated_on"].max() < FACTS.start_date


def test_tax_codes_are_of_the_reserved_block_and_check(chunks):
    codes = joined(chunks, "organisation")["tax_code"]
    assert codes.str.starts_with("99").all()
    assert all(check_digit(code[:9]) == int(code[9]) for code in codes)
    assert check_digit(organisations.cast_tax_code(1)[:9]) is not None


def test_representatives_are_adults_of_this_country(chunks):
    found = joined(chunks, "organisation").join(
        joined(chunks, "citizen"), left_on="representative_number", right_on="pin"
    )
    assert found.height == joined(chunks, "organisation").height
    assert (found["birth_year"] <= 2002).all()
    assert (found["state_right"] != "dead").all()
    assert (found["state_since"] >= found["registered_on"]).all()
