"""Driving licences: most adults ride a motorcycle, fewer drive a car, some for a living."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seed import dates, holding, numbers, units
from seed.people import MAN, NEVER
from seed.personas.roles import Ago
from seed.register import Cast, Rows
from seed.rows import arrow, ids

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from seed.register import Row
    from seed.rows.arrow import Tables
    from seed.rows.whole import Whole

#: How many have one, by age, men and women; our estimate, after some 60 million licences in force.
_AGES = np.array([18.0, 22.0, 35.0, 50.0, 65.0, 80.0, 100.0])
_MEN = np.array([0.25, 0.75, 0.85, 0.80, 0.60, 0.25, 0.02])
_WOMEN = np.array([0.20, 0.62, 0.70, 0.50, 0.25, 0.05, 0.0])
#: Classes by the law on issue; from 2025 those of Law 36/2024/QH15, Art 57.
CLASSES = ("A1", "A1,B2", "A1,C", "A1", "A1,B", "A1,C")
_CAR, _LORRY = 0.16, 0.03
_NEW_LAW = dates.day(2025)
#: For how many years a licence of these classes is good; one for motorcycles alone has no end.
_YEARS = (0, 10, 5)
_SUSPENDED, _REVOKED = 0.006, 0.002
_LESS_POINTS = 0.04
_STATES = ("valid", "suspended", "revoked")
_STRIDE = 150_000


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "driver-licences")
    people, start = whole.chunk.people, whole.chunk.start
    age = people.age(start)
    share = np.where(people.sex == MAN, np.interp(age, _AGES, _MEN), np.interp(age, _AGES, _WOMEN))
    can = people.living & (age >= 18.1) & (rng.random(len(people)) < share)
    person = holding.by_id(whole, np.flatnonzero(can))
    count = len(person)
    of_age = dates.anniversary(people.born[person], 18).astype(np.int64)
    tested = of_age + np.floor((start - of_age) * rng.random(count) ** 1.5)
    draw = rng.random(count)
    kind = np.select([draw < _LORRY, draw < _LORRY + _CAR], [2, 1], 0)
    issued, expires = _renewed(tested.astype(np.int32), kind, start)
    draw = rng.random(count)
    state = np.select([draw < _REVOKED, draw < _REVOKED + _SUSPENDED], [2, 1], 0)
    points = np.where(rng.random(count) < _LESS_POINTS, rng.integers(2, 12, count), 12)
    province = units.provinces().code[units.wards().province[whole.dwellings.birth_ward[person]]]
    columns = {
        "id": arrow.whole(whole.ids.rows("driver_licence", count, _STRIDE)),
        "number": _numbers(whole, person, tested.astype(np.int32)),
        **holding.holders(whole, "driver-licences", person, issued),
        "classes": arrow.words(kind + np.where(issued >= _NEW_LAW, 3, 0), CLASSES),
        "issued_by": numbers.text(province.astype(np.int64), 2),
        "issued_on": arrow.days(issued),
        "expires_on": arrow.days(expires),
        "points": arrow.whole(points),
        "state": arrow.words(state, _STATES),
    }
    return {"driver_licence": arrow.batch(columns)}


def _numbers(whole: Whole, person: NDArray[np.int64], tested: NDArray[np.int32]) -> pa.Array[Any]:
    """Return 99, a digit for century and sex, the year of the test, and a serial of seven.

    Two people may have the same serial in different years or of different sex, never in one: a
    world has at most ten million people.
    """
    people = whole.chunk.people
    born = dates.years(people.born[person]).astype(np.int64)
    century = 2 * (born // 100 - 19) + (people.sex[person] != MAN)
    year = dates.years(tested).astype(np.int64) % 100
    serial = (holding.serials(whole, person) - ids.RESERVED) % 10**7
    return numbers.text(((99 * 10 + century) * 100 + year) * 10**7 + serial, 12)


def _renewed(
    tested: NDArray[np.int32], kind: NDArray[np.int64], start: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return when the present licence was issued and when it ends: renewed as often as needed."""
    years = np.array(_YEARS)[kind]
    term = years * dates.YEAR
    past = np.floor((start - tested) / np.maximum(term, 1))
    renewals = np.where(years > 0, np.minimum(past, 9), 0)
    issued = np.floor(tested + renewals * term).astype(np.int32)
    ends = np.where(years > 0, np.floor(issued + term), NEVER)
    return np.minimum(issued, start - 1).astype(np.int32), ends.astype(np.int32)


#: Of the cast: whose licence, its classes, in whose name if in another's, its last day from the
#: start on (None: no end), its state.
_LICENCES = (
    ("adult-level-2", 1, "A1,B2", None, 1_500, "valid"),
    ("adult-level-1", 2, "A1", None, None, "valid"),
    ("divided-ward", 3, "A1,B2", None, -30, "valid"),
    ("chip-genuine", 4, "A1", None, None, "revoked"),
    ("double-surname", 5, "A1,B2", "Nguyễn Văn Hùng", 900, "valid"),
)


def _cast(cast: Cast) -> Mapping[str, Sequence[Row]]:
    return {
        "driver_licence": [
            {
                "number": f"99915{serial:07}",  # no century and sex of anybody generated
                "holder_number": cast.members[key].pin,
                "holder_name": name,
                "classes": classes,
                "issued_by": "01",
                "issued_on": cast.day(Ago(5, 200)),
                "expires_on": None if ends is None else cast.day(Ago(0, -ends)),
                "points": 12,
                "state": state,
            }
            for key, serial, classes, name, ends, state in _LICENCES
        ]
    }


ROWS = Rows("driver-licences", _chunk, _cast)
