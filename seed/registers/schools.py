"""Schools: digital records of pupils, which are kept since the school year 2024–2025."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import numpy as np

from seed import dates, holding, numbers, units
from seed.register import Cast, Rows
from seed.rows import arrow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seed.people import Days
    from seed.register import Row
    from seed.rows.arrow import Tables
    from seed.rows.whole import Whole

    Ints = NDArray[np.int64]

#: Pupils of each grade who are at school (our estimate after the net rates of 2023), and of these
#: whose record is digital in the first year and later.
_AT_SCHOOL = np.repeat([0.99, 0.94, 0.76], (5, 4, 3))
_DIGITAL_FIRST, _DIGITAL = np.repeat([0.85, 0.55, 0.45], (5, 4, 3)), 0.95
_FIRST_YEAR, _BEGINS = 2024, (9, 5)
_YEAR_BEHIND, _LEFT = 0.012, 0.015
_GRADES = 12
_STRIDE = 60_000


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "schools")
    people, start = whole.chunk.people, whole.chunk.start
    today = dt.date(1970, 1, 1) + dt.timedelta(days=start)
    year = today.year - ((today.month, today.day) < _BEGINS)
    if year < _FIRST_YEAR:
        return {}
    behind = rng.random(len(people)) < _YEAR_BEHIND
    grade = year - dates.years(people.born).astype(np.int64) - 5 - behind
    of_age = people.living & ~whole.chunk.absent.away & (grade >= 1) & (grade <= _GRADES)
    at = np.clip(grade, 1, _GRADES) - 1
    digital = _DIGITAL_FIRST[at] if year == _FIRST_YEAR else _DIGITAL
    has = of_age & (rng.random(len(people)) < _AT_SCHOOL[at] * digital)
    person = holding.by_id(whole, np.flatnonzero(has))
    count = len(person)
    # Those who were at school the year before have an average, all subjects together.
    before = (grade[person] > 1) & (year > _FIRST_YEAR)
    average = np.clip(72 + 12 * rng.standard_normal(count), 20, 98).astype(np.int64)
    begun: Days = np.full(count, dates.day(_FIRST_YEAR, *_BEGINS), np.int32)
    columns = {
        "id": arrow.whole(whole.ids.rows("school_record", count, _STRIDE)),
        "number": numbers.text(99 * 10**8 + holding.serials(whole, person), 10),
        **holding.holders(whole, "schools", person, begun),
        "school": numbers.text(_schools(whole, rng, person, grade[person]), 8),
        "year": arrow.whole(np.full(count, year)),
        "grade": arrow.whole(grade[person]),
        "average": arrow.whole(average, before),
        "state": arrow.words((rng.random(count) < _LEFT).astype(np.int64), ("studying", "left")),
    }
    return {"school_record": arrow.batch(columns)}


def _schools(whole: Whole, rng: np.random.Generator, person: Ints, grade: Ints) -> Ints:
    """Return codes of schools: 99, the province where one lives, the level, a serial."""
    home = np.maximum(whole.dwellings.home[person], 0)
    province = units.provinces().code[whole.chunk.places.province[home]].astype(np.int64)
    level = 1 + (grade > 5) + (grade > 9)
    return ((99 * 100 + province) * 10 + level) * 1_000 + rng.integers(1, 400, len(person))


def _cast(cast: Cast) -> Mapping[str, Sequence[Row]]:
    year = cast.start.year - ((cast.start.month, cast.start.day) < _BEGINS)
    if year < _FIRST_YEAR:
        return {}
    return {
        "school_record": [
            {
                "number": "9990000001",
                "holder_number": cast.members["minor-13"].pin,
                "school": "99992001",
                "year": year,
                "grade": 8,
                "average": 81,
                "state": "studying",
            }
        ]
    }


ROWS = Rows("schools", _chunk, _cast)
