"""Social welfare: who draws a monthly benefit, and whether it reaches an account.

The totals are those of the Project 06 report of April 2024: of 5,058,040 beneficiaries 63.35 % had
no account, and of those with one 46 % had not been paid to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seed import banking, dates, holding, numbers, units
from seed.people import smallest
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

#: Beneficiaries for each living person: 5,058,040 of 100.3 million.
PER_PERSON = 5_058_040 / 100_300_000
#: Of beneficiaries without an account; of those with one, not paid to it.
WITHOUT_ACCOUNT, UNPAID = 0.6335, 0.46
#: How much likelier some ages are than others; our estimate: everybody over 80 without a pension.
_AGES = np.array([0.0, 16.0, 17.0, 59.0, 60.0, 79.0, 80.0, 110.0])
_WEIGHT = np.array([0.4, 0.4, 0.5, 0.7, 1.5, 4.0, 45.0, 60.0])
#: Why, by age from 0, 16, 60 and 80 on; our estimate.
KINDS = ("old_age", "disability", "orphan", "single_parent", "merit", "poor")
_KINDS = np.cumsum(
    [
        [0.00, 0.55, 0.40, 0.00, 0.00, 0.05],
        [0.00, 0.62, 0.02, 0.16, 0.08, 0.12],
        [0.38, 0.28, 0.00, 0.00, 0.27, 0.07],
        [0.84, 0.06, 0.00, 0.00, 0.10, 0.00],
    ],
    axis=1,
)
#: Dead who are still on the list; drawn twice, here and where they come from; moved since.
_DEAD, _TWICE, _MOVED = 0.25, 0.006, 0.04
_MEAN_YEARS = 4.0
#: The standard amount, before and from July 2024 (Decrees 20/2021 and 76/2024), and its multiples.
_STANDARD, _RAISED_ON = (360_000, 500_000), dates.day(2024, 7)
_MULTIPLES = np.array([1.0, 1.5, 2.0, 2.5, 3.0])
_STATES = ("no_account", "unpaid", "paid")
_STRIDE = 30_000


def _listed(whole: Whole, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw who is on the list, grouped by person, and each one's state."""
    people = whole.chunk.people
    age = people.age(whole.chunk.start)
    may = holding.on_the_books(whole, rng, _DEAD) & ~whole.chunk.absent.away
    wait = rng.standard_exponential(len(people)) / np.interp(age, _AGES, _WEIGHT)
    count = round(PER_PERSON * int(people.living.sum()))
    once = smallest(np.where(may, wait, np.inf), count - round(_TWICE * count))
    twice = once[smallest(rng.random(len(once)), count - len(once))]
    person = holding.by_id(whole, np.concatenate((once, twice)))
    # The old have an account less often.
    key = rng.random(len(person)) - 0.2 * (age[person] > 70)
    state = np.full(len(person), 2)
    without = smallest(key, round(WITHOUT_ACCOUNT * len(person)))
    state[without] = 0
    unpaid = np.where(state == 0, np.inf, rng.random(len(person)))
    state[smallest(unpaid, round(UNPAID * (len(person) - len(without))))] = 1
    return person, state


def payees(whole: Whole) -> Ints:
    """Return whose benefit is to be paid to an account of theirs."""
    person, state = _listed(whole, whole.streams("registers", "welfare"))
    return person[state > 0]


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "welfare")
    start = whole.chunk.start
    person, state = _listed(whole, rng)
    count = len(person)
    age = whole.chunk.people.age(start)[person]
    at = np.searchsorted([16.0, 60.0, 80.0], age, side="right")
    kind = (rng.random(count)[:, None] >= _KINDS[at]).sum(axis=1).clip(max=len(KINDS) - 1)
    years = np.minimum(rng.standard_exponential(count) * _MEAN_YEARS, age * 0.9)
    since = (start - 1 - np.floor(years * dates.YEAR)).astype(np.int32)
    multiple = _MULTIPLES[rng.integers(0, len(_MULTIPLES), count)]
    columns = {
        "id": arrow.whole(whole.ids.rows("benefit", count, _STRIDE)),
        "number": numbers.text(
            (99 * 10 + holding.times(person)) * 10**8 + holding.serials(whole, person), 11
        ),
        **holding.holders(whole, "welfare", person, since),
        "kind": arrow.words(kind, KINDS),
        "commune": numbers.text(_communes(whole, rng, person, since), 5),
        "since": arrow.days(since),
        "amount": arrow.whole(_STANDARD[start >= _RAISED_ON] * multiple),
        "account_number": banking.some(whole, person, state > 0),
        "state": arrow.words(state, _STATES),
    }
    return {"benefit": arrow.batch(columns)}


def _communes(
    whole: Whole, rng: np.random.Generator, person: Ints, since: NDArray[np.int32]
) -> Ints:
    """Return the code of the commune that pays: of the household, or where one has left."""
    home = whole.dwellings.home[person]
    born = whole.dwellings.birth_ward[person]
    stayed = (home >= 0) & (rng.random(len(person)) >= _MOVED)
    ward = np.where(stayed, whole.chunk.places.ward[np.maximum(home, 0)], born)
    return units.wards().of_day(ward, since).astype(np.int64) % 100_000


#: Of the cast: who draws what, the serial of the account it is paid to, its state.
_BENEFITS = (
    ("adult-level-1", 1, "disability", None, "no_account"),
    ("card-unlimited", 2, "merit", 4, "paid"),
    ("deceased", 3, "old_age", None, "no_account"),
)


def _cast(cast: Cast) -> Mapping[str, Sequence[Row]]:
    return {
        "benefit": [
            {
                "number": f"999{serial:08}",
                "holder_number": cast.members[key].pin,
                "kind": kind,
                "commune": "00001",
                "since": cast.day(Ago(2, 10)),
                "amount": 500_000,
                "account_number": None if account is None else banking.cast_number(account),
                "state": state,
            }
            for key, serial, kind, account, state in _BENEFITS
        ]
    }


ROWS = Rows("welfare", _chunk, _cast)
