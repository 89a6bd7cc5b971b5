"""Organisations: a few for every hundred adults, represented by people of working age."""

from __future__ import annotations

import functools
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from seed import dates, numbers
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

#: Per living person: about 940,000 enterprises of 100 million people at the end of 2024 (General
#: Statistics Office), and as an estimate of ours one other organisation for five of them.
_PER_PERSON = 0.0112
_AGES = (24.0, 68.0)
KINDS = ("enterprise", "association", "public_unit")
_KIND_SHARES = (0.83, 0.09, 0.08)
_STATES = ("active", "suspended", "dissolved")
_STATE_SHARES = (0.90, 0.06, 0.04)
#: Of each kind, how many are in a national database: every enterprise is.
_KNOWN = np.array([1.0, 0.0, 0.6])
_FIRST = dates.day(2005)
_STRIDE = 20_000
#: Tax codes start with 99; the cast has the serials below 1,000.
_PREFIX, _CAST_SERIALS, _SERIALS = 99, 1_000, (9_999, 1_000)
#: Circular 105/2020/TT-BTC: weights of the first nine digits, modulo 11.
_WEIGHTS = (31, 29, 23, 19, 17, 13, 7, 5, 3)

_FORMS = (
    ("Công ty TNHH", "Công ty cổ phần", "Doanh nghiệp tư nhân"),
    ("Hội", "Hiệp hội", "Câu lạc bộ"),
    ("Trường", "Trung tâm", "Ban quản lý"),
)
_TRADES = ("Thương mại", "Xây dựng", "Vận tải", "Nông sản", "Dệt may", "Công nghệ", "Du lịch")
_WORDS = ("An Phát", "Minh Long", "Đại Thành", "Hòa Bình", "Sông Lam", "Trường Sơn", "Tân Tiến")


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "organisations")
    people, start = whole.chunk.people, whole.chunk.start
    age = people.age(start)
    may = people.living & ~whole.chunk.absent.away & (age >= _AGES[0]) & (age < _AGES[1])
    key = np.where(may, rng.random(len(people)), np.inf)
    chosen = smallest(key, round(_PER_PERSON * int(people.living.sum())))
    person = chosen[np.argsort(whole.rank[chosen])]
    count = len(person)
    kind = rng.choice(len(KINDS), count, p=_KIND_SHARES)
    state = rng.choice(len(_STATES), count, p=_STATE_SHARES)
    first = np.maximum(dates.anniversary(people.born[person], 22), _FIRST).astype(np.int64)
    registered = first + np.floor(rng.random(count) * (start - first))
    since = registered + np.floor(rng.random(count) * (start - registered))
    texts = _names()
    pin = numbers.text(whole.identities.number[person], 12)
    return {
        "organisation": arrow.batch(
            {
                "id": arrow.whole(whole.ids.rows("organisation", count, _STRIDE)),
                "tax_code": _tax_codes(whole, count),
                "name": arrow.entries(
                    kind * (len(texts) // len(KINDS))
                    + rng.integers(0, len(texts) // len(KINDS), count),
                    texts,
                ),
                "kind": arrow.words(kind, KINDS),
                "representative_number": pin,
                "registered_on": arrow.days(registered),
                "nationally_known": pa.array(rng.random(count) < _KNOWN[kind]),
                "state": arrow.words(state, _STATES),
                "state_since": arrow.days(np.where(state == 0, registered, since)),
            }
        )
    }


def _tax_codes(whole: Whole, count: int) -> pa.Array[Any]:
    """Return tax codes of which each is unique in its world.

    Of eleven serials one has no check digit and is passed over: so more are drawn than needed.
    """
    drawn = numbers.within(
        whole.share, "tax", np.zeros(count + count // 8 + 50, np.int64), _SERIALS
    )
    nine = _PREFIX * 10_000_000 + _CAST_SERIALS + drawn
    digit = check_digits(nine)
    good = np.flatnonzero(digit < 10)[:count]
    return numbers.text(nine[good] * 10 + digit[good], 10)


def check_digits(nine: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the digit that completes each code; 10 where no code begins with those nine."""
    rest = nine.astype(np.uint32)  # 32 bits divide several times faster than 64
    total = np.zeros(len(nine), np.uint32)
    for weight in reversed(_WEIGHTS):
        shorter = rest // 10
        total += (rest - shorter * 10) * weight
        rest = shorter
    found: NDArray[np.int64] = 10 - (total % 11).astype(np.int64)
    return found


@functools.cache
def _names() -> pa.Array[Any]:
    """Return all names there are, as many for each kind, marked as simulated."""
    return pa.array(
        [
            f"{form} {trade} {word} (mô phỏng)"
            for forms in _FORMS
            for form, trade, word in product(forms, _TRADES, _WORDS)
        ]
    )


#: The cast's: who represents what.
_CASTED = (
    (1, "Công ty TNHH Thương mại An Phát (mô phỏng)", "enterprise", True, "active"),
    (2, "Hội Du lịch Sông Lam (mô phỏng)", "association", False, "active"),
    (3, "Công ty cổ phần Xây dựng Tân Tiến (mô phỏng)", "enterprise", True, "dissolved"),
)
REPRESENTATIVE = "legal-representative"


def cast_tax_code(serial: int) -> str:
    """Return the tax code of one of the cast's organisations, by its place in the list."""
    nine = _PREFIX * 10_000_000 + np.arange(_CAST_SERIALS)
    digit = check_digits(nine)
    good = np.flatnonzero(digit < 10)
    return str(nine[good[serial]] * 10 + digit[good[serial]])


def _cast(cast: Cast) -> Mapping[str, Sequence[Row]]:
    registered, ended = cast.day(Ago(3, 30)), cast.day(Ago(0, 90))
    return {
        "organisation": [
            {
                "tax_code": cast_tax_code(serial),
                "name": name,
                "kind": kind,
                "representative_number": cast.members[REPRESENTATIVE].pin,
                "registered_on": registered,
                "nationally_known": known,
                "state": state,
                "state_since": registered if state == "active" else ended,
            }
            for serial, name, kind, known, state in _CASTED
        ]
    }


ROWS = Rows("organisations", _chunk, _cast)
