"""Health insurance: nine in ten have it, each in the group that age, work and household give."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from seed import dates, holding, numbers, units
from seed.people import NEVER
from seed.personas.roles import Ago
from seed.register import Cast, Rows
from seed.rows import arrow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seed.register import Row
    from seed.rows.arrow import Tables
    from seed.rows.whole import Whole

#: 93.35 % of the people had it at the end of 2023 (Viet Nam Social Security): everybody under six
#: and over eighty, fewest of those who work on their own account.
_AGES = np.array([0.0, 5.9, 6.0, 18.0, 19.0, 30.0, 45.0, 60.0, 75.0, 80.0, 110.0])
_SHARE = np.array([0.995, 0.995, 0.97, 0.96, 0.89, 0.89, 0.90, 0.94, 0.97, 1.0, 1.0])
_LAPSED, _SUSPENDED = 0.03, 0.004
#: Groups (Decision 1351/QĐ-BHXH): children, pupils, workers, households, the old, the poor.
GROUPS = ("TE1", "HS4", "DN4", "GD4", "HT3", "HN2")
_CHILD, _PUPIL, _WORKER, _HOUSEHOLD, _OLD, _POOR = range(6)
_WORKERS, _POOR_SHARE = 0.38, 0.05
#: Visits a year that it pays for, by age: about 1.9 (some 174 million in 2023); our estimate.
_VISITS = ([0.0, 5.0, 15.0, 40.0, 65.0, 80.0], [2.6, 1.6, 0.9, 1.4, 4.0, 4.8])
_FIRST = dates.day(2016)
_STRIDE = 150_000
_STATES = ("valid", "suspended", "ended")


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "health-insurance")
    people, start = whole.chunk.people, whole.chunk.start
    age = people.age(start)
    has = people.living & (rng.random(len(people)) < np.interp(age, _AGES, _SHARE))
    person = holding.by_id(whole, np.flatnonzero(has & (people.born < start - 30)))
    group = _groups(rng, age[person])
    count = len(person)
    state = np.where(rng.random(count) < _SUSPENDED, 1, 0)
    state = np.where(rng.random(count) < _LAPSED, 2, state)
    since = np.maximum(start - rng.integers(30, 2_500, count), people.born[person] + 10)
    since = np.maximum(since, _FIRST).astype(np.int32)
    ends = np.where(state == 2, start - rng.integers(1, 300, count), start)
    until = np.where(state == 2, np.maximum(ends, since), start + rng.integers(20, 364, count))
    province = units.provinces().code[units.wards().province[whole.dwellings.birth_ward[person]]]
    insured = 99 * 10**8 + holding.serials(whole, person)
    facility = province.astype(np.int64) * 1_000 + rng.integers(1, 200, count)
    visits = np.where(state == 0, rng.poisson(np.interp(age[person], *_VISITS)), 0)
    last = np.maximum(start - 1 - np.floor(rng.random(count) * 365 / (1 + visits)), since)
    columns = {
        "id": arrow.whole(whole.ids.rows("health_insurance", count, _STRIDE)),
        "number": arrow.joined(
            arrow.take(pa.array(GROUPS, pa.string()), group),
            numbers.text(province.astype(np.int64), 2),
            numbers.text(insured, 10),
        ),
        **holding.holders(whole, "health-insurance", person, since),
        "facility": numbers.text(facility, 5),
        "valid_from": arrow.days(since),
        "valid_to": arrow.days(until.astype(np.int32)),
        "visits": arrow.whole(visits),
        "last_visit_on": arrow.days(np.where(visits > 0, last, NEVER)),
        "state": arrow.words(state, _STATES),
    }
    return {"health_insurance": arrow.batch(columns)}


def _groups(rng: np.random.Generator, age: NDArray[np.float64]) -> NDArray[np.int64]:
    """Draw each insured person's group by age."""
    draw = rng.random(len(age))
    grown = np.select(
        [draw < _POOR_SHARE, draw < _POOR_SHARE + _WORKERS], [_POOR, _WORKER], _HOUSEHOLD
    )
    found: NDArray[np.int64] = np.select(
        [age < 6, age < 19, age >= 60], [_CHILD, _PUPIL, _OLD], grown
    )
    return found


#: Of the cast: whose card, its group, in whose name if in another's, and its last day from the
#: start on.
_CARDS = (
    ("adult-level-2", 1, "DN4", None, 180),
    ("adult-level-1", 2, "GD4", None, 90),
    ("minor-13", 3, "HS4", None, 250),
    ("double-surname", 4, "GD4", "Nguyễn Văn Hùng", 200),
)


def _cast(cast: Cast) -> Mapping[str, Sequence[Row]]:
    return {
        "health_insurance": [
            {
                "number": f"{group}0199{serial:08}",
                "holder_number": cast.members[key].pin,
                "holder_name": name,
                "facility": "01001",
                "valid_from": cast.day(Ago(0, 180)),
                "valid_to": cast.day(Ago(0, -ends)),
                "visits": 0,
                "state": "valid",
            }
            for key, serial, group, name, ends in _CARDS
        ]
    }


ROWS = Rows("health-insurance", _chunk, _cast)
