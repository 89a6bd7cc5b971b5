"""Tax: codes of people, what became of them in July 2025, and who sells online.

Until June 2025 a person had a code of ten digits; since then the personal number is the code
(Circular 86/2024/TT-BTC). Where a code's holder is not as in the population database it is not
migrated but has to be corrected (status 10); of several codes of a person one is kept.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from seed import banking, dates, holding, numbers, units
from seed.people import NEVER
from seed.personas.roles import Ago
from seed.register import Cast, Rows
from seed.registers import organisations
from seed.rows import arrow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seed.register import Row
    from seed.rows.arrow import Tables
    from seed.rows.whole import Whole

    Ints = NDArray[np.int64]

#: People with a code for each living one, scaled by age; our estimate, far below the published
#: total of codes, which counts dependants and the dead. Who has two; the dead of whom nobody told.
_AGES = np.array([17.9, 18.0, 25.0, 40.0, 60.0, 75.0])
_HAS = np.array([0.0, 0.25, 0.62, 0.62, 0.38, 0.08])
_TWICE, _DEAD, _CLOSED = 0.012, 0.5, 0.01
_FIRST, MIGRATION = dates.day(2009), dates.day(2025, 7)
#: Codes begin so; every eleventh serial has no check digit, and its person no code.
_KEPT, _OTHER = 97, 95
_STATES = ("active", "migrated", "to_be_corrected", "merged", "closed")
#: Of adults below sixty: who sells online, and how many accounts more than one.
_SELLS, _MORE_SHOPS, _MOST_SHOPS = 0.006, 1.1, 7
PLATFORMS = ("san-mot", "san-hai", "san-ba", "mang-xa-hoi")
_UNDECLARED = 0.4
_STRIDE, _SHOP_STRIDE = 100_000, 20_000


def _holders(whole: Whole, rng: np.random.Generator) -> tuple[Ints, NDArray[np.int32]]:
    """Draw who has a code, and since when."""
    people, start = whole.chunk.people, whole.chunk.start
    has = holding.on_the_books(whole, rng, _DEAD)
    age = people.age(np.minimum(people.died, start))
    has &= rng.random(len(people)) < np.where(age >= 18, np.interp(age, _AGES, _HAS), 0)
    has &= organisations.check_digits(_nine(whole, np.arange(len(people)), _KEPT)) < 10
    person = holding.by_id(whole, np.flatnonzero(has))
    last = np.minimum(people.died[person], start).astype(np.int64) - 1
    first = np.minimum(np.maximum(dates.anniversary(people.born[person], 18), _FIRST), last)
    since = first + np.floor((last - first) * rng.random(len(person)) ** 1.3)
    return person, since.astype(np.int32)


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "tax")
    once, since = _holders(whole, rng)
    twice = np.flatnonzero((rng.random(len(once)) < _TWICE) & (since < MIGRATION))
    other = organisations.check_digits(_nine(whole, once[twice], _OTHER)) < 10
    twice = twice[other]
    person = np.concatenate((once, once[twice]))
    is_other = np.arange(len(person)) >= len(once)
    since = np.concatenate((since, np.maximum(since[twice] - 900, _FIRST)))
    order = np.argsort(whole.rank[person], kind="stable")
    person, is_other, since = person[order], is_other[order], since[order]
    columns = {
        "id": arrow.whole(whole.ids.rows("tax_code", len(person), _STRIDE)),
        "number": _codes(whole, person, since, is_other),
        **holding.holders(whole, "tax", person, since),
        "office": numbers.text(_provinces(whole, person), 2),
        "issued_on": arrow.days(since),
    }
    doubled = np.isin(person, once[twice])
    state = _states(whole, rng, (person, since), columns, doubled & is_other)
    moved = np.where((state == 1) & (since < MIGRATION), MIGRATION, NEVER)
    columns |= {
        "migrated_on": arrow.days(moved.astype(np.int32)),
        "state": arrow.words(state, _STATES),
    }
    return {"tax_code": arrow.batch(columns), "online_shop": _shops(whole, once)}


def _nine(whole: Whole, person: Ints, prefix: int) -> Ints:
    return prefix * 10**7 + holding.serials(whole, person)


def _ten(whole: Whole, person: Ints, prefix: int) -> Ints:
    nine = _nine(whole, person, prefix)
    return nine * 10 + organisations.check_digits(nine)


def _codes(
    whole: Whole, person: Ints, since: NDArray[np.int32], is_other: NDArray[np.bool_]
) -> pa.Array[Any]:
    """Return ten digits, of those since July 2025 the personal number."""
    code = np.where(is_other, _ten(whole, person, _OTHER), _ten(whole, person, _KEPT))
    texts = pa.concat_arrays(
        [numbers.text(code, 10), numbers.text(whole.identities.number[person], 12)]
    )
    place = np.arange(len(person)) + np.where(since >= MIGRATION, len(person), 0)
    return arrow.take(texts, place)


def _states(
    whole: Whole,
    rng: np.random.Generator,
    entries: tuple[Ints, NDArray[np.int32]],
    columns: Mapping[str, pa.Array[Any]],
    merged: NDArray[np.bool_],
) -> Ints:
    """Return the state of each code on the start date, by what is written beside it."""
    person, since = entries
    closed = rng.random(len(person)) < _CLOSED
    if whole.chunk.start < MIGRATION:
        return np.where(closed, 4, 0)
    own = numbers.text(whole.identities.number[person], 12)
    differs = [
        pc.not_equal(columns["holder_number"], own),
        pc.is_valid(columns["holder_name"]),
        pc.is_valid(columns["holder_birth_date"]),
    ]
    wrong = np.any([each.to_numpy(zero_copy_only=False) for each in differs], axis=0)
    wrong &= since < MIGRATION
    return np.select([merged, closed, wrong, since >= MIGRATION], [3, 4, 2, 0], 1)


def _provinces(whole: Whole, person: Ints) -> Ints:
    found = units.provinces().code[units.wards().province[whole.dwellings.birth_ward[person]]]
    return found.astype(np.int64)


def sellers(whole: Whole) -> tuple[Ints, Ints]:
    """Return who has each seller's account, grouped by person, and the how manieth it is."""
    rng = whole.streams("registers", "tax", "sellers")
    people = whole.chunk.people
    age = people.age(whole.chunk.start)
    sells = people.living & (age >= 18.5) & (age < 60)
    sells &= rng.random(len(people)) < _SELLS
    who = holding.by_id(whole, np.flatnonzero(sells))
    shops = np.minimum(1 + rng.poisson(_MORE_SHOPS, len(who)), _MOST_SHOPS)
    person = np.repeat(who, shops)
    return person, holding.times(person)


def seller_banks(whole: Whole, person: Ints, which: Ints) -> Ints:
    """Return at which bank a seller has the account for each shop: several have several."""
    return (banking.banks(whole)[person] + which) % len(banking.BANKS)


def _shops(whole: Whole, with_code: Ints) -> pa.RecordBatch:
    person, which = sellers(whole)
    rng = whole.streams("registers", "tax", "shops")
    count, start = len(person), whole.chunk.start
    since = (start - 20 - np.floor(rng.standard_exponential(count) * 700)).astype(np.int32)
    of_age = dates.anniversary(whole.chunk.people.born[person], 18)
    turnover = np.round(np.exp(17.5 + 1.2 * rng.standard_normal(count)), -3)
    share = np.where(rng.random(count) < _UNDECLARED, 0.0, 0.3 + 0.7 * rng.random(count))
    known = np.isin(person, with_code) & (rng.random(count) < 0.7)
    code = numbers.text(_ten(whole, person[known], _KEPT), 10)
    columns = {
        "id": arrow.whole(whole.ids.rows("online_shop", count, _SHOP_STRIDE)),
        "number": numbers.text((990 + which) * 10**8 + holding.serials(whole, person), 11),
        **holding.holders(whole, "online-shops", person, since),
        "platform": arrow.words(rng.integers(0, len(PLATFORMS), count), PLATFORMS),
        "since": arrow.days(np.maximum(since, of_age)),
        "tax_code": arrow.entries(np.cumsum(known) - 1, code, ~known),
        "account_number": banking.account(
            whole, person, seller_banks(whole, person, which), which
        ),
        "turnover": arrow.whole(turnover),
        "declared": arrow.whole(np.floor(turnover * np.where(known, share, 0) / 1000) * 1000),
        "state": arrow.words((rng.random(count) < 0.08).astype(np.int64), ("active", "closed")),
    }
    return arrow.batch(columns)


def _cast_code(serial: int) -> str:
    nine = np.array([960_000_000 + serial])
    return f"{int(nine[0])}{int(organisations.check_digits(nine)[0])}"


def _cast(cast: Cast) -> Mapping[str, Sequence[Row]]:
    migrated = cast.start >= dt.date(2025, 7, 1)
    return {
        "tax_code": [
            {
                "number": _cast_code(serial),
                "holder_number": cast.members[key].pin,
                "holder_name": name,
                "office": "01",
                "issued_on": cast.day(Ago(9)),
                "migrated_on": dt.date(2025, 7, 1) if migrated and name is None else None,
                "state": "active" if not migrated else "to_be_corrected" if name else "migrated",
            }
            for key, serial, name in (
                ("adult-level-2", 1, None),
                ("double-surname", 2, "Nguyễn Văn Hùng"),
            )
        ],
        "online_shop": [
            {
                "number": f"9990000000{serial}",
                "holder_number": cast.members["adult-level-2"].pin,
                "platform": platform,
                "since": cast.day(Ago(2)),
                "tax_code": _cast_code(1) if serial == 1 else None,
                "account_number": banking.cast_number(1),
                "turnover": 310_000_000 * serial,
                "declared": 300_000_000 if serial == 1 else 0,
                "state": "active",
            }
            for serial, platform in enumerate(PLATFORMS[:2], start=1)
        ],
    }


ROWS = Rows("tax", _chunk, _cast)
