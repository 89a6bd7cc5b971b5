"""Tax, schools, judgments, health books and electricity, as they come with a population."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from app.sectors.organisations import check_digit
from seed import pieces

START = dt.date(2026, 1, 1)
TABLES = {
    "tax_code": r"^(9[57]\d{8}|9\d{11})$",
    "online_shop": r"^99\d{9}$",
    "school_record": r"^99\d{8}$",
    "judicial_record": r"^99\d{8}$",
    "health_book": r"^99\d{8}$",
    "electricity_customer": r"^P[A-E]99\d{9}$",
}


@pytest.fixture(scope="module")
def tables():
    made = pieces.rows(pieces.Facts(3, 60_000, START, "reserved"), 0)
    texts = pl.selectors.categorical().cast(pl.String)
    return {
        name: pl.from_arrow(made[name]).with_columns(texts)
        for name in (*TABLES, "citizen", "household", "bank_account")
    }


@pytest.fixture(scope="module")
def people(tables):
    return tables["citizen"].select("pin", "sex", "birth_year", pl.col("state").alias("life"))


@pytest.mark.parametrize(("name", "pattern"), TABLES.items())
def test_no_number_is_given_twice_and_the_block_is_reserved(tables, name, pattern):
    assert tables[name]["number"].is_unique().all()
    assert tables[name]["number"].str.contains(pattern).all()
    assert tables[name]["id"].is_unique().all()
    assert tables[name].height > 100


def test_tax_codes_check_and_are_migrated_where_their_holder_is_as_on_record(tables, people):
    codes = tables["tax_code"]
    ten = codes.filter(pl.col("number").str.len_chars() == 10)
    assert all(check_digit(code[:9]) == int(code[9]) for code in ten["number"])
    late = codes.filter(pl.col("number").str.len_chars() == 12)
    assert late["issued_on"].min() >= dt.date(2025, 7, 1)
    assert late["number"].is_in(people["pin"].implode()).all()
    shares = dict(codes["state"].value_counts(normalize=True).iter_rows())
    assert shares["migrated"] > 0.75
    assert 0.03 < shares["to_be_corrected"] < 0.16
    assert 0.004 < shares["merged"] < 0.02
    migrated = codes.filter(pl.col("state") == "migrated")
    assert migrated["migrated_on"].unique().to_list() == [dt.date(2025, 7, 1)]
    assert migrated["holder_name"].null_count() == migrated.height
    assert migrated["holder_number"].is_in(people["pin"].implode()).all()


def test_before_july_2025_no_code_is_a_personal_number():
    made = pieces.rows(pieces.Facts(3, 5_000, dt.date(2024, 5, 1), "reserved"), 0)
    codes = pl.from_arrow(made["tax_code"])
    assert set(codes["state"].cast(pl.String).unique()) <= {"active", "closed"}
    assert set(codes["number"].str.len_chars()) == {10}
    assert codes["migrated_on"].null_count() == codes.height


def test_before_september_2024_no_school_keeps_digital_records():
    made = pieces.rows(pieces.Facts(3, 5_000, dt.date(2024, 5, 1), "reserved"), 0)
    assert "school_record" not in made
    made = pieces.rows(pieces.Facts(3, 5_000, dt.date(2024, 12, 1), "reserved"), 0)
    assert pl.from_arrow(made["school_record"])["average"].null_count() > 500


def test_some_sell_by_several_accounts_and_declare_less(tables):
    shops = tables["online_shop"]
    each = shops.group_by("holder_number").len()["len"]
    assert 1.5 < each.mean() < 2.6
    assert each.max() >= 4
    assert (shops["declared"] <= shops["turnover"]).all()
    assert 0.3 < (shops["declared"] == 0).mean() < 0.8
    assert shops["account_number"].is_in(tables["bank_account"]["number"].implode()).all()


def test_pupils_are_of_the_age_of_their_grade(tables, people):
    pupils = tables["school_record"].join(people, left_on="holder_number", right_on="pin")
    late = pupils["year"] - pupils["birth_year"] - 5 - pupils["grade"]
    assert set(late.unique()) == {0, 1}
    assert (late == 0).mean() > 0.97
    assert "dead" not in pupils["life"]
    first = pupils.filter(pl.col("grade") == 1)
    assert first["average"].null_count() == first.height


def test_judgments_are_cleared_in_time_and_mostly_mens(tables, people):
    judged = tables["judicial_record"].join(people, left_on="holder_number", right_on="pin")
    assert 0.8 < (judged["sex"] == "M").mean() < 0.96
    cleared = judged.filter(pl.col("state") == "cleared")
    assert (cleared["cleared_on"] <= START).all()
    assert (cleared["cleared_on"] > cleared["judged_on"]).all()
    assert judged.filter(pl.col("state") != "cleared")["cleared_on"].null_count() > 0
    assert (judged["judged_on"].dt.year() - judged["birth_year"] >= 18).all()


def test_conditions_come_with_age(tables, people):
    books = tables["health_book"].join(people, left_on="holder_number", right_on="pin")
    old = books.filter(pl.col("birth_year") < 1955)["conditions"]
    young = books.filter(pl.col("birth_year") > 2005)["conditions"]
    assert old.str.contains("I10").mean() > 3 * young.str.contains("I10").mean()
    assert 0.12 < books.height / tables["citizen"].height < 0.18


def test_most_households_have_a_contract_in_the_name_of_one_of_them(tables, people):
    customers, homes = tables["electricity_customer"], tables["household"].height
    assert 0.75 < customers.height / homes < 0.98
    corporations = dict(customers["number"].str.slice(0, 2).value_counts(normalize=True).rows())
    assert corporations["PD"] > 0.04
    assert corporations["PE"] > 0.04
    held = customers.join(people, left_on="holder_number", right_on="pin")
    assert 0 < (held["life"] == "dead").mean() < 0.05
