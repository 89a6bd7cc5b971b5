"""Lines, credit, welfare and accounts, as they come with a population."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from app.matching import names
from app.matching.findings import Verdict
from seed import pieces
from seed import tables as table
from seed.registers import credit, welfare

OPERATOR_OF = {
    f"0{int(prefix):02}": name.lower()
    for prefix, name in zip(
        table.texts("mobile_prefixes", "prefix"),
        table.texts("mobile_prefixes", "operator"),
        strict=True,
    )
}
FACTS = pieces.Facts(3, 120_000, dt.date(2026, 1, 1), "reserved")


@pytest.fixture(scope="module")
def tables():
    made = pieces.rows(FACTS, 0)
    wanted = (
        "citizen", "subscriber", "benefit", "bank_account", "social_insurance",
        "credit_account", "credit_inquiry",
    )  # fmt: skip
    texts = pl.selectors.categorical().cast(pl.String)
    return {name: pl.from_arrow(made[name]).with_columns(texts) for name in wanted}


@pytest.fixture(scope="module")
def people(tables):
    return tables["citizen"].select("pin", "full_name", "birth_year", "birth_month", "birth_day",
                                    pl.col("state").alias("life"))  # fmt: skip


def test_no_number_is_given_twice_and_the_block_is_reserved(tables):
    for name, pattern in (
        ("benefit", r"^99\d{9}$"),
        ("bank_account", r"^990[1-6]\d{9}$"),
        ("credit_account", r"^99\d{9}$"),
    ):
        number = tables[name]["number"]
        assert number.is_unique().all(), name
        assert number.str.contains(pattern).all(), name
        assert tables[name]["id"].is_unique().all()


def test_benefits_are_in_the_proportions_that_the_report_gives(tables, people):
    benefits, alive = tables["benefit"], people.filter(pl.col("life") == "alive").height
    assert benefits.height / alive == pytest.approx(welfare.PER_PERSON, rel=0.01)
    without = (benefits["state"] == "no_account").mean()
    unpaid = (benefits.filter(pl.col("state") != "no_account")["state"] == "unpaid").mean()
    assert without == pytest.approx(0.6335, abs=0.001)
    assert unpaid == pytest.approx(0.46, abs=0.001)
    # 54 % of those with an account: about a million of five.
    assert (benefits["state"] == "paid").mean() == pytest.approx(1_000_478 / 5_058_040, abs=0.001)


def test_the_list_has_dead_and_double_beneficiaries_and_few_of_the_middle_ages(tables, people):
    benefits = tables["benefit"].join(people, left_on="holder_number", right_on="pin")
    assert 0.005 < (benefits["life"] == "dead").mean() < 0.06
    assert 0.003 < 1 - benefits["holder_number"].n_unique() / benefits.height < 0.01
    assert (benefits["birth_year"] <= 1965).mean() > 0.5
    assert (benefits.filter(pl.col("kind") == "orphan")["birth_year"] > 2005).mean() > 0.7


def test_what_is_paid_to_an_account_is_paid_to_one_of_the_beneficiary(tables):
    accounts = tables["bank_account"].select("number", pl.col("bank"))
    for name in ("benefit", "social_insurance"):
        paid = tables[name].filter(pl.col("account_number").is_not_null())
        assert paid.height > 100
        known = paid.join(accounts, left_on="account_number", right_on="number", how="left")
        assert known["bank"].null_count() == 0
    pensions = tables["social_insurance"].filter(pl.col("state") == "pension")
    assert 0.61 < pensions["account_number"].is_not_null().mean() < 0.67


def test_as_many_credit_accounts_as_the_bureau_has(tables, people):
    alive = people.filter(pl.col("life") == "alive").height
    accounts = tables["credit_account"]
    assert accounts.height / alive == pytest.approx(credit.PER_PERSON, rel=0.03)
    old = (accounts["holder_number"].str.len_chars() == 9).mean()
    assert 0.005 < old < 0.08
    assert tables["credit_inquiry"]["asked_on"].max() < FACTS.start_date


def test_months_of_credit_are_those_in_which_the_account_was_open(tables):
    accounts = tables["credit_account"]
    assert accounts["months"].str.contains(r"^(---|\d{3}){24}$").all()
    assert accounts["months"].str.contains(r"^(---)*(\d{3})*(---)*$").all()
    is_open = accounts["months"].str.slice(69, 3) != "---"
    assert (is_open | (accounts["closed_on"].is_not_null())
            | (accounts["opened_on"] > dt.date(2025, 12, 20))).all()  # fmt: skip
    last = accounts.filter(is_open)["months"].str.slice(69, 3).cast(pl.Int64)
    assert 0.02 < (last > 90).mean() < 0.08
    closed = accounts.filter(pl.col("state") == "closed")
    assert (closed["balance"] == 0).all()
    assert (closed["closed_on"] >= closed["opened_on"]).all()
    assert accounts["balance"].min() >= 0
    assert (accounts["balance"] <= accounts["amount"]).all()


def test_some_hold_many_lines_and_few_hold_very_many(tables):
    held = tables["subscriber"].group_by("holder_number").len()
    lines = tables["subscriber"].height
    several = held.filter(pl.col("len").is_between(4, 9))["len"].sum() / lines
    assert 0.03 < several < 0.09
    many = held.filter(pl.col("len") > 10)
    assert 3 < many.height < 50


def test_stocks_were_activated_in_a_day_and_boxes_hold_the_names_of_several(tables):
    lines = tables["subscriber"].filter(pl.col("dealer").is_not_null())
    deals = lines.group_by("dealer", "activated_on").agg(
        pl.len(), pl.col("holder_number").n_unique().alias("names"), pl.col("face").unique()
    )
    stocks = deals.filter((pl.col("len") >= 20) & (pl.col("names") <= 2))
    assert 3 <= stocks.height <= 8
    boxes = lines.group_by("device").agg(pl.len(), pl.col("holder_number").n_unique())
    boxes = boxes.filter((pl.col("holder_number") >= 5) & (pl.col("len") == 32))
    assert boxes.height == 2
    assert lines["device"].str.contains(r"^00[0-3]\d{11}$").all()
    assert lines["dealer"].str.contains(r"^99\d{5}$").all()


def test_the_small_operators_have_their_lines_too(tables):
    lines = tables["subscriber"]
    share = dict(lines["telco"].value_counts(normalize=True).iter_rows())
    assert set(share) == set(OPERATOR_OF.values())
    small = {name: share[name] for name in ("gmobile", "itel", "wintel")}
    assert all(0.002 < each < 0.02 for each in small.values()), small
    assert 0.9 < share["viettel"] + share["vinaphone"] + share["mobifone"] < 0.99


def test_lines_that_were_ported_are_with_another_operator(tables):
    lines = tables["subscriber"]
    ported = lines.filter(pl.col("ported_on").is_not_null())
    assert 0.02 < ported.height / lines.height < 0.04
    assert (ported["ported_on"] >= ported["activated_on"]).all()
    assert ported["ported_on"].min() >= dt.date(2018, 11, 16)
    home = pl.col("number").str.slice(0, 3).replace_strict(OPERATOR_OF)
    moved = ported.select(home.alias("home"), "telco")
    assert (moved["home"] != moved["telco"]).all()
    assert set(moved["telco"]) == {"viettel", "vinaphone", "mobifone", "vietnamobile"}
    assert (
        lines.filter(pl.col("ported_on").is_null()).select((home == pl.col("telco")).all()).item()
    )
    checked = lines.filter(pl.col("face") != "not_checked")
    assert checked["activated_on"].min() >= dt.date(2024, 7, 1)


def test_names_are_written_in_ways_that_were_found_and_births_nearly_right(tables, people):
    """Each kind of slip: without marks, without the middle, another's; days and years."""
    entries = tables["credit_account"].join(people, left_on="holder_number", right_on="pin")
    written = entries.filter(pl.col("holder_name").is_not_null())
    verdicts = [
        names.compare_name(wrote, true).verdict
        for wrote, true in written.select("holder_name", "full_name").iter_rows()
    ]
    assert {Verdict.MISMATCH, Verdict.NEAR_MATCH} <= set(verdicts)
    assert 0.2 < verdicts.count(Verdict.MISMATCH) / len(verdicts) < 0.6
    born = entries.filter(
        pl.col("holder_birth_date").is_not_null() & pl.col("birth_day").is_not_null()
    )
    wrote = pl.col("holder_birth_date").dt
    kinds = born.select(
        exchanged=(wrote.day() == pl.col("birth_month")) & (wrote.month() == pl.col("birth_day")),
        other_year=(wrote.year() - pl.col("birth_year")).abs() == 1,
    )
    assert (kinds["exchanged"] | kinds["other_year"]).mean() > 0.97
    assert min(kinds["exchanged"].mean(), kinds["other_year"].mean()) > 0.2
    year_only = entries.filter(pl.col("birth_month").is_null())
    assert 0.5 < year_only["holder_birth_date"].is_not_null().mean() < 0.7
    assert year_only["holder_birth_date"].drop_nulls().dt.ordinal_day().max() == 1
