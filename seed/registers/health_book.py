"""Health books: those that hospitals have sent in so far, with conditions that come with age."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from seed import dates, holding, numbers, units
from seed.personas.roles import Ago
from seed.register import Cast, Rows
from seed.rows import arrow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seed.register import Row
    from seed.rows.arrow import Tables
    from seed.rows.whole import Whole

    Ints = NDArray[np.int64]

#: Who has a book by the year of the start; our estimate after the trials since 2023.
_YEARS, _HAS = (2022.0, 2024.0, 2026.0, 2029.0), (0.0, 0.05, 0.15, 0.35)
#: Codes of ICD-10, and how many of 40 and of 80 years have each; our estimate.
CONDITIONS = ("I10", "E11", "E78", "J45", "K21", "M54", "B18.1")
_AT_40 = np.array([0.10, 0.04, 0.10, 0.03, 0.08, 0.07, 0.07])
_AT_80 = np.array([0.55, 0.18, 0.30, 0.05, 0.10, 0.25, 0.06])
ALLERGIES = ("", "Penicillin", "Hải sản", "Phấn hoa")
_ALLERGIES = np.cumsum([0.92, 0.03, 0.03])
_STRIDE = 60_000


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "health-book")
    people, start = whole.chunk.people, whole.chunk.start
    share = float(np.interp(dates.year_fraction(start), _YEARS, _HAS))
    has = people.living & (people.born < start - 30) & (rng.random(len(people)) < share)
    person = holding.by_id(whole, np.flatnonzero(has))
    count, age = len(person), people.age(start)[person]
    visited = start - 1 - np.floor(rng.random(count) * np.minimum(700, age * 365))
    since = np.maximum(visited - 200, people.born[person] + 10).astype(np.int32)
    province = units.provinces().code[units.wards().province[whole.dwellings.birth_ward[person]]]
    facility = province.astype(np.int64) * 1_000 + rng.integers(1, 200, count)
    columns = {
        "id": arrow.whole(whole.ids.rows("health_book", count, _STRIDE)),
        "number": numbers.text(99 * 10**8 + holding.serials(whole, person), 10),
        **holding.holders(whole, "health-book", person, since),
        "facility": numbers.text(facility, 5),
        "conditions": _conditions(rng, age),
        "allergies": arrow.words(np.searchsorted(_ALLERGIES, rng.random(count)), ALLERGIES),
        "vaccinations": arrow.whole(rng.poisson(np.interp(age, [0, 6, 18, 90], [4, 9, 10, 12]))),
        "last_visit_on": arrow.days(visited.astype(np.int32)),
        "state": arrow.words(np.zeros(count, np.int64), ("active",)),
    }
    return {"health_book": arrow.batch(columns)}


def _conditions(rng: np.random.Generator, age: NDArray[np.float64]) -> pa.Array[Any]:
    """Return everybody's conditions, divided by commas: drawn one by one, more with age."""
    years = np.clip((age - 10) / 70, 0, 1)[:, None]
    chance = np.where(
        years < 3 / 7, _AT_40 * years * 7 / 3, _AT_40 + (_AT_80 - _AT_40) * (years * 7 - 3) / 4
    )
    has = rng.random((len(age), len(CONDITIONS))) < chance
    sets = (has << np.arange(len(CONDITIONS))).sum(axis=1)
    texts = [
        ",".join(code for bit, code in enumerate(CONDITIONS) if number >> bit & 1)
        for number in range(2 ** len(CONDITIONS))
    ]
    return arrow.entries(sets, pa.array(texts, pa.string()))


def _cast(cast: Cast) -> Mapping[str, Sequence[Row]]:
    return {
        "health_book": [
            {
                "number": "9999999001",
                "holder_number": cast.members["adult-level-2"].pin,
                "facility": "01001",
                "conditions": "I10,E78",
                "allergies": "Penicillin",
                "vaccinations": 11,
                "last_visit_on": cast.day(Ago(0, 60)),
                "state": "active",
            }
        ]
    }


ROWS = Rows("health-book", _chunk, _cast)
