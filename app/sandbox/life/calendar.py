"""The months of a world: counted from its start, so that one that began on the 15th turns then.

Month `n` has the days after `beginning(start, n)` up to `beginning(start, n + 1)`: who advances a
clock by a month from the start has lived month 0, whole.
"""

from __future__ import annotations

import calendar
import datetime as dt


def beginning(start: dt.date, number: int) -> dt.date:
    """Return the day after which month `number` begins; in short months the last day there is."""
    months = start.year * 12 + start.month - 1 + number
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(start.day, last))


def number_of(start: dt.date, day: dt.date) -> int:
    """Return the number of the month to which the day after `day` belongs."""
    number = (day.year - start.year) * 12 + day.month - start.month
    return number if beginning(start, number) <= day else number - 1


def after(day: dt.date, *, years: int = 0, months: int = 0, days: int = 0) -> dt.date:
    """Return the day so much later. Raises OverflowError beyond the year 9999."""
    try:
        return beginning(day, 12 * years + months) + dt.timedelta(days=days)
    except (ValueError, calendar.IllegalMonthError) as error:
        raise OverflowError(str(error)) from None
