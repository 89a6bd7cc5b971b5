"""Social insurance: workers who pay, those who paid once, and pensioners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seed import banking, dates, holding, numbers
from seed.personas.roles import Ago
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

#: 18.26 million paid at the end of 2023 (Viet Nam Social Security), 39 % of the labour force; some
#: 3.3 million drew a pension. By age, our estimate.
_AGES = np.array([17.9, 18.0, 22.0, 35.0, 50.0, 60.0, 61.0, 80.0, 100.0])
_HAS = np.array([0.0, 0.10, 0.45, 0.52, 0.36, 0.28, 0.26, 0.24, 0.20])
_PENSION_AGE = 61.0
_RESERVED, _SETTLED = 0.20, 0.04
#: Pensions that are paid to an account (Project 06 report of April 2024: about 64 %), and dead
#: pensioners of whom nobody told.
BY_ACCOUNT, _DEAD = 0.64, 0.25
_STATES = ("paying", "reserved", "pension", "settled")
_FIRST = dates.day(1995)
_STRIDE = 150_000


def _insured(whole: Whole, rng: np.random.Generator) -> tuple[Ints, NDArray[np.bool_]]:
    """Draw who has a book, and of these whose pension is paid to an account."""
    people = whole.chunk.people
    age = people.age(whole.chunk.start)
    may = people.living | ((age >= _PENSION_AGE) & holding.on_the_books(whole, rng, _DEAD))
    has = may & (age >= 18.1) & (rng.random(len(people)) < np.interp(age, _AGES, _HAS))
    person = holding.by_id(whole, np.flatnonzero(has))
    return person, (age[person] >= _PENSION_AGE) & (rng.random(len(person)) < BY_ACCOUNT)


def payees(whole: Whole) -> Ints:
    """Return whose pension is paid to an account of theirs."""
    person, by_account = _insured(whole, whole.streams("registers", "social-insurance"))
    return person[by_account]


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "social-insurance")
    people, start = whole.chunk.people, whole.chunk.start
    age = people.age(start)
    person, by_account = _insured(whole, rng)
    count = len(person)
    of_age = np.maximum(dates.anniversary(people.born[person], 18), _FIRST).astype(np.int64)
    joined = of_age + np.floor((start - 1 - of_age) * rng.random(count) ** 2)
    joined_on: Days = np.minimum(joined, start - 1).astype(np.int32)
    draw = rng.random(count)
    state = np.select(
        [age[person] >= _PENSION_AGE, draw < _SETTLED, draw < _SETTLED + _RESERVED], [2, 3, 1], 0
    )
    months = np.floor((start - joined_on) / dates.YEAR * 12 * (0.5 + rng.random(count) / 2))
    columns = {
        "id": arrow.whole(whole.ids.rows("social_insurance", count, _STRIDE)),
        "number": numbers.text(99 * 10**8 + holding.serials(whole, person), 10),
        **holding.holders(whole, "social-insurance", person, joined_on),
        "joined_on": arrow.days(joined_on),
        "months": arrow.whole(np.maximum(months, 0)),
        "account_number": banking.some(whole, person, by_account),
        "state": arrow.words(state, _STATES),
    }
    return {"social_insurance": arrow.batch(columns)}


#: Of the cast: whose book, in whose name if in another's, state, months. Pensions are paid to the
#: account with the serial of the book.
_BOOKS = (
    ("adult-level-2", 1, None, "paying", 96),
    ("adult-level-1", 2, None, "reserved", 20),
    ("double-surname", 3, "Nguyễn Văn Hùng", "paying", 50),
    ("card-unlimited", 4, None, "pension", 250),
)


def _cast(cast: Cast) -> Mapping[str, Sequence[Row]]:
    return {
        "social_insurance": [
            {
                "number": f"99{serial:08}",
                "holder_number": cast.members[key].pin,
                "holder_name": name,
                "joined_on": cast.day(Ago(9)),
                "months": months,
                "account_number": banking.cast_number(serial) if state == "pension" else None,
                "state": state,
            }
            for key, serial, name, state, months in _BOOKS
        ]
    }


ROWS = Rows("social-insurance", _chunk, _cast)
