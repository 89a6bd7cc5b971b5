"""Credit: loans and cards as the bureau has them, how they were paid, and who asked about whom.

About 41 million records of 100 million people (the Project 06 report of 2023: as many were
cleansed). What somebody has and how it is paid depend on age and on a trait of the person that is
in no table.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa

from seed import dates, holding, numbers
from seed.people import NEVER
from seed.personas.roles import Ago
from seed.register import Cast, Rows
from seed.rows import arrow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seed.people import Floats
    from seed.register import Row
    from seed.rows.arrow import Tables
    from seed.rows.whole import Whole

    Ints = NDArray[np.int64]

#: Accounts of a person by age, scaled to the total; inquiries for each adult.
_AGES = np.array([17.9, 18.0, 24.0, 38.0, 55.0, 70.0, 85.0])
_ACCOUNTS = np.array([0.0, 0.10, 0.75, 0.95, 0.55, 0.15, 0.0])
PER_PERSON, _MOST = 0.41, 9
_INQUIRIES = 0.06
_DEAD = 0.5
LENDERS = (
    "vietcombank", "vietinbank", "bidv", "vib", "pvcombank", "mcredit", "other-bank",
    "other-lender",
)  # fmt: skip
_LENDERS = np.cumsum([0.14, 0.13, 0.14, 0.07, 0.05, 0.10, 0.22])
KINDS = ("card", "consumer", "vehicle", "home", "business")
_KINDS = np.cumsum([0.25, 0.40, 0.14, 0.13])
#: Of each kind: the middle amount in million đồng and the mean years since it was opened.
_AMOUNT = np.array([35.0, 28.0, 45.0, 850.0, 320.0])
_YEARS = np.array([4.0, 1.4, 2.0, 5.0, 3.0])
_CLOSED = np.array([0.12, 0.45, 0.35, 0.15, 0.30])
_STATES = ("open", "closed", "written_off")
#: A month late for those who are least and most likely to be; who is late catches up.
_LATE, _CATCHES_UP = (0.002, 0.06), 0.45
_WRITTEN_OFF = 540
MONTHS = 24
#: Lenders kept the number that was shown when the account was opened.
_STALE = holding.Stale(0.18, dates.day(2021))
_STRIDE, _INQUIRY_STRIDE = 200_000, 30_000


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "credit")
    person = _borrowers(whole, rng)
    count, start = len(person), whole.chunk.start
    kind = np.searchsorted(_KINDS, rng.random(count), side="right")
    people = whole.chunk.people
    last = np.minimum(people.died[person], start).astype(np.int64) - 1
    of_age = np.minimum(dates.anniversary(people.born[person], 18), last)
    drawn = last - np.floor(rng.standard_exponential(count) * _YEARS[kind] * dates.YEAR)
    opened = np.maximum(drawn, of_age).astype(np.int32)
    is_closed = rng.random(count) < _CLOSED[kind]
    closed = np.where(is_closed, opened + np.floor((last - opened) * rng.random(count)), NEVER)
    late = _days_late(rng, _risk(whole)[person])
    months, today = _months(late, opened, closed.astype(np.int32), start)
    written_off = ~is_closed & (today >= _WRITTEN_OFF)
    amount = np.round(_AMOUNT[kind] * np.exp(0.6 * rng.standard_normal(count)), 1) * 1_000_000
    owed = amount * np.where(is_closed, 0.0, rng.random(count))
    columns = {
        "id": arrow.whole(whole.ids.rows("credit_account", count, _STRIDE)),
        "number": numbers.text(
            (99 * 10 + holding.times(person)) * 10**8 + holding.serials(whole, person), 11
        ),
        **holding.holders(whole, "credit", person, opened, _STALE),
        "lender": arrow.words(_lenders(rng, count), LENDERS),
        "kind": arrow.words(kind, KINDS),
        "opened_on": arrow.days(opened),
        "closed_on": arrow.days(closed.astype(np.int32)),
        "amount": arrow.whole(amount),
        "balance": arrow.whole(np.floor(owed / 1000) * 1000),
        "months": months,
        "state": arrow.words(np.where(is_closed, 1, np.where(written_off, 2, 0)), _STATES),
    }
    return {"credit_account": arrow.batch(columns), "credit_inquiry": _inquiries(whole, rng)}


def _borrowers(whole: Whole, rng: np.random.Generator) -> Ints:
    """Draw whose each account is, grouped by person."""
    people = whole.chunk.people
    may = holding.on_the_books(whole, rng, _DEAD)
    mean = np.where(may, np.interp(people.age(whole.chunk.start), _AGES, _ACCOUNTS), 0.0)
    mean *= PER_PERSON * people.living.sum() / max(mean.sum(), 1.0)
    accounts = np.minimum(rng.poisson(mean), _MOST)
    return np.repeat(whole.order, accounts[whole.order])


def _risk(whole: Whole) -> Floats:
    """Return how likely everybody is to be late, 0 to 1: few are."""
    rng = whole.streams("registers", "credit", "risk")
    found: Floats = rng.random(len(whole.chunk)) ** 3
    return found


def _days_late(rng: np.random.Generator, risk: Floats) -> NDArray[np.int16]:
    """Return days past due at the end of each month, the oldest first: (accounts, 24)."""
    chance = _LATE[0] + (_LATE[1] - _LATE[0]) * risk
    # Whom it has befallen rarely gets out again: the trait decides that, too.
    stays = np.minimum(1 - _CATCHES_UP + 0.4 * risk, 0.97)
    draws = rng.random((MONTHS, len(risk)))
    found = np.zeros((MONTHS, len(risk)), np.int16)
    late = np.zeros(len(risk), np.int16)
    for month in range(MONTHS):
        goes_on = draws[month] < np.where(late > 0, stays, chance)
        late = (late + 30) * goes_on
        found[month] = late
    return found.T


def _months(
    late: NDArray[np.int16],
    opened: NDArray[np.int32],
    closed: NDArray[np.int32],
    start: int,
) -> tuple[pa.Array[Any], NDArray[np.int16]]:
    """Write the months as text, three figures each, and return the days of the last one, too."""
    ends = start - np.floor(np.arange(MONTHS, 0, -1) * dates.YEAR / 12).astype(np.int32) + 29
    # An account that is a month old cannot be two months late.
    had = np.clip(ends - opened[:, None], 0, 999).astype(np.int16) // 30 * 30
    is_open = (opened[:, None] <= ends) & (closed[:, None] > ends)
    days = np.where(is_open, np.minimum(late, had), -1)
    figures = _figures()[days]
    offsets = np.arange(len(days) + 1, dtype=np.int32) * (MONTHS * 3)
    ends_at, letters = (pa.py_buffer(cast("Any", part)) for part in (offsets, figures))
    return pa.StringArray.from_buffers(len(days), ends_at, letters), days[:, -1]


@functools.cache
def _figures() -> NDArray[np.uint8]:
    """Return three figures for each number below 1,000, and dashes at the end, which is at −1."""
    texts = "".join([*(f"{days:03}" for days in range(1_000)), "---"])
    return np.frombuffer(texts.encode(), np.uint8).reshape(-1, 3)


def _lenders(rng: np.random.Generator, count: int) -> Ints:
    found: Ints = np.searchsorted(_LENDERS, rng.random(count), side="right")
    return found


def _inquiries(whole: Whole, rng: np.random.Generator) -> pa.RecordBatch:
    """Draw who was asked about in the last two years."""
    people, start = whole.chunk.people, whole.chunk.start
    is_adult = people.living & (people.age(start) >= 18)
    person = np.flatnonzero(is_adult & (rng.random(len(people)) < _INQUIRIES))
    person = holding.by_id(whole, person)
    asked = start - 1 - np.floor(rng.random(len(person)) * 2 * dates.YEAR)
    return arrow.batch(
        {
            "id": arrow.whole(whole.ids.rows("credit_inquiry", len(person), _INQUIRY_STRIDE)),
            "holder_number": numbers.text(whole.identities.number[person], 12),
            "lender": arrow.words(_lenders(rng, len(person)), LENDERS),
            "asked_on": arrow.days(asked.astype(np.int32)),
        }
    )


#: Of the cast: whose account, with whom, its kind, amount and what is owed of it, how late it was
#: in the last months.
_CREDIT = (
    ("adult-level-2", 1, "vietcombank", "card", 50_000_000, 12_300_000, ()),
    ("adult-level-1", 2, "mcredit", "consumer", 20_000_000, 9_000_000, (30, 60, 90, 120)),
)


def _cast(cast_: Cast) -> Mapping[str, Sequence[Row]]:
    return {
        "credit_account": [
            {
                "number": f"999{serial:08}",
                "holder_number": cast_.members[key].pin,
                "lender": lender,
                "kind": kind,
                "opened_on": cast_.day(Ago(3)),
                "closed_on": None,
                "amount": amount,
                "balance": balance,
                "months": "".join(f"{days:03}" for days in (*(0,) * (MONTHS - len(late)), *late)),
                "state": "open",
            }
            for key, serial, lender, kind, amount, balance, late in _CREDIT
        ],
        "credit_inquiry": [
            {
                "holder_number": cast_.members["adult-level-1"].pin,
                "lender": "vib",
                "asked_on": cast_.day(Ago(0, 40)),
            }
        ],
    }


ROWS = Rows("credit", _chunk, _cast)
