"""The scorecard: points by hand, what it never sees, and that it is open and whole."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sectors.creditworthiness import reading, scorecard
from app.sectors.creditworthiness.reading import NONE
from app.sectors.creditworthiness.scorecard import CHARACTERISTICS, assess

TODAY = dt.date(2026, 1, 1)


def day(years):
    return TODAY.replace(year=TODAY.year - years)


def entry(**columns):
    return SimpleNamespace(**columns)


def stay(kind="permanent", years=10):
    return entry(kind=kind, from_date=day(years))


def account(*months, **columns):
    usual = {"kind": "card", "state": "open", "amount": 100, "balance": 20, "opened_on": day(5)}
    return entry(days_past_due=[*[None] * (24 - len(months)), *months], **usual | columns)


#: Somebody of whom everything is the best there is.
BEST = {
    "card_status": "valid",
    "account_level": 2,
    "account_problem": None,
    "permanent_residence": stay(),
    "residence_history": [stay()],
    "lives_in_own_house": True,
    "phone_in_own_name": True,
    "subscriptions": [entry(state="active", activated_on=day(6))],
    "social_insurance_books": [entry(state="paying", months=200)],
    "tax_codes": [entry(state="migrated")],
    "electricity_contracts": [entry(state="active", since=day(8))],
    "credit_accounts": [account(*[0] * 24)],
    "credit_inquiries": [],
}
#: Who has never had anything, as far as registers know.
NOTHING = {
    "card_status": None,
    "account_level": None,
    "account_problem": None,
    "permanent_residence": None,
    "residence_history": [],
    "lives_in_own_house": False,
    "phone_in_own_name": False,
    "subscriptions": [],
    "social_insurance_books": [],
    "tax_codes": [],
    "electricity_contracts": [],
    "credit_accounts": [],
    "credit_inquiries": [],
}


def of(**changes):
    return assess(BEST | changes, TODAY)


def mark(name, **changes):
    return next(each for each in of(**changes).marks if each.name == name)


def test_the_best_and_the_least_by_hand():
    best = of()
    # 25 + 15 + 8 + 15 + 10 + 10 + 28 + 15 + 10 + 10 + 45 + 20 + 15 + 15 + 8
    assert (best.score, best.band, best.thin_file) == (500 + 249, "A", False)
    assert scorecard.reasons(best.marks) == ()
    least = assess(NOTHING, TODAY)
    # −40 − 15 + 8 − 8 − 10 + 8
    assert (least.score, least.band, least.thin_file) == (500 - 57, "E", True)
    told = scorecard.reasons(least.marks)
    assert [(each.code, each.lost) for each in told] == [
        ("identity", 65),
        ("recent-delay", 45),
        ("residence-years", 30),
        ("insured-months", 28),
    ]


def test_a_score_stays_within_its_limits():
    ruined = NOTHING | {
        "credit_accounts": [
            account(*[90] * 24, state="written_off", balance=100, opened_on=TODAY)
        ],
        "credit_inquiries": [entry(asked_on=TODAY)] * 9,
    }
    # 500 − 57 − 8 − 30 − 100 − 100 − 25 − 5 = 175
    assert assess(ruined, TODAY).score == scorecard.LEAST


@pytest.mark.parametrize(
    ("name", "changes", "value"),
    [
        ("identity", {"card_status": "expired"}, 0),
        ("identity", {"account_level": None}, 1),
        ("identity", {"account_problem": "account-locked"}, 1),
        ("identity", {"account_level": 1}, 2),
        ("identity", {}, 3),
        ("residence-years", {"permanent_residence": stay(years=0)}, 0),
        ("moves", {"residence_history": [stay(), stay("temporary", 1), stay("absence", 1)]}, 1),
        ("moves", {"residence_history": [stay("permanent", 1)]}, 0),
        ("own-house", {"lives_in_own_house": False}, 0),
        ("phone-years", {"subscriptions": [entry(state="ended", activated_on=day(9))]}, NONE),
        ("insured-months", {"social_insurance_books": [entry(state="settled", months=9)]}, NONE),
        ("insured-now", {"social_insurance_books": [entry(state="pension", months=9)]}, 1),
        ("tax-code", {"tax_codes": [entry(state="to_be_corrected")]}, 0),
        ("tax-code", {"tax_codes": [entry(state="active")]}, 1),
        ("tax-code", {"tax_codes": [entry(state="closed")]}, NONE),
        ("recent-delay", {"credit_accounts": [account(*[0] * 11, 60)]}, 60),
        ("recent-delay", {"credit_accounts": [account(60, *[0] * 12)]}, 0),
        ("worst-group", {"credit_accounts": [account(60, *[0] * 12)]}, 2),
        ("worst-group", {"credit_accounts": [account(state="written_off")]}, 5),
        ("worst-group", {"credit_accounts": [account()]}, NONE),
        ("card-use", {"credit_accounts": [account(0), account(0, balance=100)]}, 60),
        ("card-use", {"credit_accounts": [account(0, kind="home")]}, NONE),
        ("credit-years", {"credit_accounts": [account(0, opened_on=dt.date(2024, 1, 2))]}, 1),
        ("inquiries", {"credit_inquiries": [entry(asked_on=dt.date(2025, 12, 1)), *[]]}, 1),
        ("inquiries", {"credit_inquiries": [entry(asked_on=dt.date(2025, 6, 1))]}, 0),
    ],
)
def test_each_characteristic_is_read_by_its_rule(name, changes, value):
    read = mark(name, **changes)
    assert read.value == value
    assert read.points == scorecard.points(scorecard.BY_NAME[name], value)


@given(
    sex=st.sampled_from(["M", "F"]),
    ethnicity=st.text(max_size=3),
    religion=st.text(max_size=3),
    birth_date=st.text(max_size=3),
)
def test_sex_ethnicity_religion_and_age_change_nothing(**seen):
    assert assess(BEST | seen, TODAY) == of()


def test_nothing_is_read_that_says_who_somebody_is():
    never = {
        *("sex", "ethnicity", "religion", "birth_date", "birth_place", "origin_place", "pin"),
        *("nationality", "full_name", "marital_status", "household_members", "other_name"),
        *("health_books", "convictions", "all_convictions", "benefits", "blood_type"),
    }
    assert not never & set(scorecard.FIELDS)


def test_what_was_not_told_gives_the_points_for_that():
    without = {name: value for name, value in BEST.items() if name != "credit_accounts"}
    result = assess(without, TODAY)
    unknown = {each.name for each in result.marks if each.value is None}
    assert unknown == {"recent-delay", "worst-group", "card-use", "credit-years"}
    assert result.thin_file
    assert result.score == of().score - (45 + 20 + 15 + 15)


def test_the_scorecard_is_in_order():
    for each in CHARACTERISTICS:
        assert [one.least for one in each.bins] == sorted({one.least for one in each.bins})
        assert each.bins[0].least in {0, NONE}
        assert min(one.points for one in each.bins) <= each.unknown <= each.best
    assert len(scorecard.BY_NAME) == len(CHARACTERISTICS)
    assert scorecard.BANDS[-1].least == scorecard.LEAST
    assert reading.NONE < 0
