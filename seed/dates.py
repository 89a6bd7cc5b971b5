"""Days as whole numbers since 1 January 1970: the arithmetic that columns of dates need."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Days = NDArray[np.int32]

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


def years(days: Days) -> NDArray[np.int16]:
    """Return the calendar year of each day."""
    return (days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970).astype(
        np.int16
    )


def months_and_days(days: Days) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Return month (1–12) and day of the month (1–31) of each day."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    of_month = (dates - months.astype("datetime64[D]")).astype(np.int64) + 1
    return (months.astype(np.int64) % 12 + 1).astype(np.int8), of_month.astype(np.int8)


def anniversary(days: Days, after: int | NDArray[np.int64]) -> Days:
    """Return the same day of the year, `after` years later; 29 February becomes 1 March."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    of_month = dates - months.astype("datetime64[D]")
    moved = months + np.asarray(after) * np.timedelta64(12, "M")
    return (moved.astype("datetime64[D]") + of_month).astype(np.int64).astype(np.int32)
