"""Working days: Monday to Friday without public holidays, by the world's clock.

Public holidays are those of the Labour Code 2019, Art 112. One that falls on a weekend gives the
next working day off (Art 111 (3)). Each year the government says which days around Tết and around
2 September are off, and may exchange days; here it is always the last day of the old lunar year
with four of the new one, and 1 September. The lunar calendar is reckoned for Hanoi's time.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from math import floor, pi, radians, sin
from typing import Final

_DAY: Final = dt.timedelta(days=1)
_SATURDAY: Final = 5
_FIXED: Final = ((1, 1), (4, 30), (5, 1), (9, 1), (9, 2))
_TET_DAYS: Final = range(-1, 4)
#: The Julian day number at noon of the day before ordinal 1 of `datetime.date`.
_JULIAN: Final = 1_721_425
_HANOI: Final = 7 / 24
#: The mean lunar month, in days, and a new moon from which they are counted.
_MONTH: Final = 29.530588853
_FIRST_MOON: Final = 2415021.076998695


def after(day: dt.date, count: int) -> dt.date:
    """Return the working day that is the `count`-th after `day`, which itself does not count."""
    found = day
    for _ in range(count):
        found += _DAY
        while not is_one(found):
            found += _DAY
    return found


def between(first: dt.date, last: dt.date) -> int:
    """Return how many working days come after `first`, up to `last` with it; 0 if none do."""
    days = max(0, (last - first).days)
    return sum(is_one(first + number * _DAY) for number in range(1, days + 1))


def is_one(day: dt.date) -> bool:
    """Whether `day` is a working day."""
    return day.weekday() < _SATURDAY and day not in holidays(day.year)


@cache
def holidays(year: int) -> frozenset[dt.date]:
    """Return the days of a calendar year that are off work, besides weekends."""
    tet, third_month = _lunar_month(year, 1), _lunar_month(year, 3)
    named = {dt.date(year, month, day) for month, day in _FIXED}
    named |= {tet + number * _DAY for number in _TET_DAYS}
    named.add(third_month + 9 * _DAY)  # the Hùng kings' day: the tenth of the third month
    found = set(named)
    for day in sorted(named):
        if day.weekday() >= _SATURDAY:
            instead = day
            while instead in found or instead.weekday() >= _SATURDAY:
                instead += _DAY
            found.add(instead)
    return frozenset(found)


def _lunar_month(year: int, month: int) -> dt.date:
    """Return the first day of a lunar month (1 to 10) of the year whose Tết is in `year`.

    By Hồ Ngọc Đức's rules: month 11 holds the winter solstice; where thirteen months lie between
    two of them, the first without a change of the sun's sector is the leap month.
    """
    start, end = _eleventh(year - 1), _eleventh(year)
    first = floor(0.5 + (start - _FIRST_MOON) / _MONTH)
    offset = month + 1
    if end - start > 365 and offset >= _leap_offset(first):
        offset += 1
    return dt.date.fromordinal(_new_moon(first + offset) - _JULIAN)


def _eleventh(year: int) -> int:
    last = dt.date(year, 12, 31).toordinal() + _JULIAN
    count = floor((last - 2415021) / _MONTH)
    found = _new_moon(count)
    return _new_moon(count - 1) if _sector(found) >= 9 else found


def _leap_offset(first: int) -> int:
    offset = 1
    while _sector(_new_moon(first + offset)) != _sector(_new_moon(first + offset + 1)):
        offset += 1
    return offset


def _new_moon(count: int) -> int:
    """Return the Julian day on which the `count`-th new moon since 1900 falls in Hanoi (Meeus)."""
    t = count / 1236.85
    mean = 2415020.75933 + 29.53058868 * count + (0.0001178 - 0.000000155 * t) * t * t
    mean += 0.00033 * sin(radians(166.56 + (132.87 - 0.009173 * t) * t))
    sun = radians(359.2242 + 29.10535608 * count - (0.0000333 + 0.00000347 * t) * t * t)
    moon = radians(306.0253 + 385.81691806 * count + (0.0107306 + 0.00001236 * t) * t * t)
    node = radians(21.2964 + 390.67050646 * count - (0.0016528 + 0.00000239 * t) * t * t)
    shift = (0.1734 - 0.000393 * t) * sin(sun) + 0.0021 * sin(2 * sun)
    shift += -0.4068 * sin(moon) + 0.0161 * sin(2 * moon) - 0.0004 * sin(3 * moon)
    shift += 0.0104 * sin(2 * node) - 0.0051 * sin(sun + moon) - 0.0074 * sin(sun - moon)
    shift += 0.0004 * sin(2 * node + sun) - 0.0004 * sin(2 * node - sun)
    shift += -0.0006 * sin(2 * node + moon) + 0.0010 * sin(2 * node - moon)
    shift += 0.0005 * sin(2 * moon + sun)
    slowing = -0.000278 + (0.000265 + 0.000262 * t) * t
    return floor(mean + shift - slowing + 0.5 + _HANOI)


def _sector(julian: int) -> int:
    """Return in which twelfth of its way the sun is at midnight in Hanoi: 9 from the solstice."""
    t = (julian - 0.5 - _HANOI - 2451545.0) / 36525
    sun = radians(357.52910 + (35999.05030 - (0.0001559 + 0.00000048 * t) * t) * t)
    mean = 280.46645 + (36000.76983 + 0.0003032 * t) * t
    centre = (1.914600 - (0.004817 + 0.000014 * t) * t) * sin(sun)
    centre += (0.019993 - 0.000101 * t) * sin(2 * sun) + 0.000290 * sin(3 * sun)
    return floor(radians(mean + centre) % (2 * pi) / pi * 6)
