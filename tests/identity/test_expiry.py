"""Until when a card is good."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.expiry import birthday, expires_on
from app.matching.dates import PartialDate
from seed import cards, dates
from seed.people import NEVER

MARCH_2 = PartialDate(1960, 3, 2)


@pytest.mark.parametrize(
    ("age", "milestone"),
    [(11, 14), (12, 25), (13, 25), (22, 25), (23, 40), (37, 40), (38, 60), (57, 60), (58, None)],
)
def test_a_card_lasts_to_the_milestone_that_the_law_names(age, milestone):
    end = None if milestone is None else dt.date(1960 + milestone, 3, 2)
    assert expires_on(MARCH_2, dt.date(1960 + age, 3, 2)) == end


def test_the_day_before_the_last_two_years_still_counts():
    assert expires_on(MARCH_2, dt.date(1983, 3, 1)) == dt.date(1985, 3, 2)
    assert expires_on(MARCH_2, dt.date(1983, 3, 2)) == dt.date(2000, 3, 2)


def test_what_of_a_birth_is_not_known_counts_as_the_first():
    assert expires_on(PartialDate(1990), dt.date(2022, 1, 1)) == dt.date(2030, 1, 1)
    assert expires_on(PartialDate(1990, 7), dt.date(2022, 1, 1)) == dt.date(2030, 7, 1)


def test_who_was_born_on_29_february_has_the_birthday_on_1_march_in_common_years():
    assert birthday(PartialDate(2004, 2, 29), 25) == dt.date(2029, 3, 1)
    assert birthday(PartialDate(2004, 2, 29), 40) == dt.date(2044, 2, 29)


@given(
    st.dates(dt.date(1930, 1, 1), dt.date(2020, 1, 1)),
    st.dates(dt.date(2021, 1, 1), dt.date(2030, 1, 1)),
)
def test_the_generator_reckons_by_the_same_rule(born, issued):
    ends = expires_on(PartialDate(born.year, born.month, born.day), issued)
    [made] = cards.expiry(np.array([dates.number(born)]), np.array([dates.number(issued)]))
    assert made == (NEVER if ends is None else dates.number(ends))
