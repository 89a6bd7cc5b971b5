"""Working days, and the lunar calendar that some holidays follow."""

from __future__ import annotations

import datetime as dt

import pytest

from app.identity import working_days
from app.identity.working_days import _lunar_month, after, between, holidays, is_one

#: The first day of Tết, and the Hùng kings' day, as they were and as calendars have them.
TET = [
    "2016-02-08",
    "2017-01-28",
    "2018-02-16",
    "2019-02-05",
    "2020-01-25",
    "2021-02-12",
    "2022-02-01",
    "2023-01-22",
    "2024-02-10",
    "2025-01-29",
    "2026-02-17",
    "2027-02-06",
    "2028-01-26",
    "2029-02-13",
    "2030-02-02",
]
KINGS = [
    "2016-04-16",
    "2017-04-06",
    "2018-04-25",
    "2019-04-14",
    "2020-04-02",
    "2021-04-21",
    "2022-04-10",
    "2023-04-29",
    "2024-04-18",
    "2025-04-07",
    "2026-04-26",
    "2027-04-16",
]


@pytest.mark.parametrize("day", TET)
def test_tet_is_when_it_is(day):
    assert _lunar_month(int(day[:4]), 1).isoformat() == day


@pytest.mark.parametrize("day", KINGS)
def test_the_kings_day_is_when_it_is(day):
    assert (_lunar_month(int(day[:4]), 3) + dt.timedelta(9)).isoformat() == day


def test_tet_of_2026_is_off_from_the_last_day_of_the_old_year():
    off = {dt.date(2026, 2, day) for day in range(16, 21)}
    assert off <= holidays(2026)
    assert is_one(dt.date(2026, 2, 13))
    assert is_one(dt.date(2026, 2, 23))


def test_a_holiday_on_a_weekend_gives_the_next_working_day():
    assert dt.date(2026, 4, 26).weekday() == 6  # the kings' day, a Sunday
    assert dt.date(2026, 4, 27) in holidays(2026)
    assert dt.date(2023, 5, 2) in holidays(2023)  # 29 and 30 April were a weekend, 1 May a Monday
    assert dt.date(2023, 5, 3) in holidays(2023)


def test_days_are_counted_from_the_next_one():
    assert after(dt.date(2026, 1, 1), 0) == dt.date(2026, 1, 1)
    assert after(dt.date(2026, 1, 1), 1) == dt.date(2026, 1, 2)
    assert after(dt.date(2026, 1, 2), 1) == dt.date(2026, 1, 5)
    assert after(dt.date(2026, 2, 13), 7) == dt.date(2026, 3, 3)


def test_every_year_has_eleven_holidays_and_what_stands_in_for_them():
    for year in range(2016, 2041):
        found = holidays(year)
        weekend = [day for day in found if day.weekday() >= 5]
        assert len(found) - 2 * len(weekend) <= 11 <= len(found), year
        assert all(after(day, 1) > day for day in found)
    assert working_days.holidays.cache_info().currsize >= 25


def test_the_working_days_between_two_days_are_those_that_after_counts():
    new_year, later = dt.date(2026, 1, 1), dt.date(2026, 1, 12)
    assert between(new_year, later) == 7
    assert after(new_year, 7) == later
    assert between(later, new_year) == between(later, later) == 0
