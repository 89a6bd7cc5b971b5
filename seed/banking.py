"""Accounts that people are paid to: at which bank somebody has theirs, and its number.

A number follows from the person and the bank, so that what pays and who keeps the account agree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seed import holding, numbers
from seed.rows import arrow

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from seed.rows.whole import Whole

    Ints = NDArray[np.int64]

#: The five that are connected, and all others as one.
BANKS = ("vietcombank", "vietinbank", "bidv", "vib", "pvcombank", "other")
_SHARES = (0.19, 0.18, 0.19, 0.07, 0.04, 0.33)


def banks(whole: Whole) -> Ints:
    """Return for everybody where they would have an account, as an index into `BANKS`."""
    rng = whole.streams("registers", "banks")
    edges = np.cumsum(_SHARES)[:-1]
    found: Ints = np.searchsorted(edges, rng.random(len(whole.chunk)), side="right")
    return found


def account(whole: Whole, person: Ints, bank: Ints, which: int | Ints = 0) -> pa.Array[Any]:
    """Return numbers of 13 digits: 99, the bank, the how manieth of the person, a serial."""
    first = (99 * 100 + bank + 1) * 10 + which
    return numbers.text(first * 10**8 + holding.serials(whole, person), 13)


def some(whole: Whole, person: Ints, has: NDArray[np.bool_]) -> pa.Array[Any]:
    """Return the first account of those who have one, null for the others."""
    who = person[has]
    texts = account(whole, who, banks(whole)[who])
    return arrow.entries(np.cumsum(has) - 1, texts, ~has)


def cast_number(serial: int) -> str:
    """Return the account of one of the cast: with the figures of no bank that others are at."""
    return f"9900{serial:09}"
