"""Days as whole numbers since 1 January 1970: the arithmetic that columns of dates need.

Calendar arithmetic is looked up: every day from 1860 to 2160 stands in tables, which is many times
faster than converting columns to calendar dates and back.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Days = NDArray[np.int32]
    Number = TypeVar("Number", bound=np.generic)

#: Mean length of a Gregorian year.
YEAR = 365.2425
_EPOCH = dt.date(1970, 1, 1)


def day(year: int, month: int = 1, day_of_month: int = 1) -> int:
    """Return the number of a calendar day."""
    return number(dt.date(year, month, day_of_month))


def number(date: dt.date) -> int:
    """Return the number of a date."""
    return (date - _EPOCH).days


def year_fraction(day_number: int) -> float:
    """Return a day as a year with its fraction: 1 July 2025 is about 2025.5."""
    date = _EPOCH + dt.timedelta(days=day_number)
    length = day(date.year + 1) - day(date.year)
    return date.year + (day_number - day(date.year)) / length


_FIRST, _LAST = day(1860), day(2160)


def years(days: Days) -> NDArray[np.int16]:
    """Return the calendar year of each day; days beyond the tables count as their ends."""
    return _look_up(_calendar()[0], days)


def months_and_days(days: Days) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return month (1–12) and day of the month (1–31) of each day."""
    _, months, of_month = _calendar()
    return _look_up(months, days), _look_up(of_month, days)


def anniversary(days: Days, after: int) -> Days:
    """Return the same day of the year, `after` years later; 29 February becomes 1 March."""
    return _look_up(_anniversaries(after), days)


def _look_up(table: NDArray[Number], days: Days) -> NDArray[Number]:
    found: NDArray[Number] = table.take(days.astype(np.int64) - _FIRST, mode="clip")
    return found


@functools.cache
def _calendar() -> tuple[NDArray[np.int16], NDArray[np.int8], NDArray[np.int8]]:
    month, of_month = _months_of_days()
    return (
        (month // 12 + 1970).astype(np.int16),
        (month % 12 + 1).astype(np.int8),
        (of_month + 1).astype(np.int8),
    )


@functools.cache
def _anniversaries(after: int) -> Days:
    month, of_month = _months_of_days()
    first = int(month[0])
    later = np.arange(first, int(month[-1]) + 1) + 12 * after
    began = later.astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)
    return began.take(month - first) + of_month


@functools.cache
def _months_of_days() -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the month of every day of the tables, counted from 1970, and the days before in it.

    numpy finds the month of a day slowly: so it is done once.
    """
    dates = np.arange(_FIRST, _LAST).astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    of_month = dates - months.astype("datetime64[D]")
    return months.astype(np.int32), of_month.astype(np.int32)
