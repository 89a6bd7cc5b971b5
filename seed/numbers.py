"""Numbers of people: personal numbers, cancelled ones, and the old ones of nine digits.

Every number is unique in its world whatever the order in which chunks are made: chunk k of K gives
out the places k, k + K, k + 2K… of each cell, and a keyed permutation scatters the places over
the cell's range.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa

from app.platform.streams import digest_bytes
from seed import tables
from seed.people import in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Text = pa.Array[Any]
    Ints = NDArray[np.int64]

#: A personal number's last six digits: from here they are the personas'.
PERSONA_BLOCK = 990_000
#: The first digit of a personal number in each style; nobody's number starts with 9.
FIRST_DIGIT = {"realistic": 0, "reserved": 9}
#: Old numbers start with 0 to 3; in reserved style with 6 to 9, which was never given out.
OLD_SHIFT = {"realistic": 0, "reserved": 6}

_ROUNDS = 3


@dataclasses.dataclass(frozen=True)
class Share:
    """Which part of each cell's range this chunk gives out, of which world."""

    seed: int
    chunk: int
    chunks: int
    style: str


def personal(share: Share, province: Ints, woman: NDArray[np.bool_], year: Ints) -> Ints:
    """Return the personal numbers, as integers, of these cells (Decree 137/2015, Art 13).

    `province` is the two-digit code where the birth was registered. All numbers of a chunk, the
    cancelled ones too, must be asked for in one call.
    """
    century_and_sex = (year // 100 - 19) * 2 + woman
    cell = (province * 10 + century_and_sex) * 100 + year % 100
    serial = within(share, "personal", cell, (990, 1000))
    return (FIRST_DIGIT[share.style] * 100_000 + cell) * 1_000_000 + serial


def old(share: Share, province: Ints) -> Ints:
    """Return nine-digit numbers, as integers, given out by these provinces (two-digit codes)."""
    firsts, counts, prefixes = _old_prefixes()
    first, count = firsts[province], counts[province]
    # A prefix takes a million; a province fills its first one before it begins the next.
    place = _places(share, province)
    if (place >= count * 1_000_000).any():
        raise OverflowError("a province's old prefixes do not suffice for so many")
    serial = _scatter(_keys(share, "old"), province, place % 1_000_000, (1000, 1000))
    prefix = prefixes[first + place // 1_000_000] + OLD_SHIFT[share.style] * 100
    found: Ints = prefix * 1_000_000 + serial
    return found


def within(share: Share, kind: str, cell: Ints, over: tuple[int, int]) -> Ints:
    """Return a number below `over[0] × over[1]` for each entry, unique in its cell and kind."""
    place = _places(share, cell)
    if place.max(initial=0) >= over[0] * over[1]:
        raise OverflowError(f"the range of {kind} numbers does not suffice for so many")
    return _scatter(_keys(share, kind), cell, place, over)


def text(numbers: Ints, digits: int) -> Text:
    """Write numbers as text of so many digits, leading zeros included."""
    figures = np.empty((len(numbers), digits), np.uint8)
    high, low = np.divmod(numbers, 10**6)
    _write(low, figures[:, -6:])
    _write(high, figures[:, :-6])
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * digits
    ends, letters = (pa.py_buffer(cast("Any", part)) for part in (offsets, figures))
    return pa.StringArray.from_buffers(len(numbers), ends, letters)


def _write(numbers: Ints, figures: NDArray[np.uint8]) -> None:
    """Write the figures of small numbers; 32 bits divide several times faster than 64."""
    rest, ten = numbers.astype(np.uint32), np.uint32(10)
    for place in range(figures.shape[1] - 1, -1, -1):
        shorter = rest // ten
        figures[:, place] = rest - shorter * ten + ord("0")
        rest = shorter


@functools.cache
def _old_prefixes() -> tuple[Ints, Ints, Ints]:
    """Return by province code where its prefixes begin and how many it has, and all prefixes."""
    code = tables.numbers("old_number_prefixes", "gso_code").astype(np.int64)
    prefix = tables.numbers("old_number_prefixes", "prefix").astype(np.int64)
    order = in_order(code * 1000 + prefix)
    count = np.bincount(code, minlength=100)
    return np.cumsum(count) - count, count, prefix[order]


def _places(share: Share, cell: Ints) -> Ints:
    """Return each entry's place in its cell: of the places that are this chunk's, the next one."""
    order = in_order(cell)
    ordered = cell[order]
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(cell) else order
    rank = np.empty(len(cell), np.int64)
    rank[order] = np.arange(len(cell)) - np.repeat(starts, np.diff(np.append(starts, len(cell))))
    return rank * share.chunks + share.chunk


def _keys(share: Share, kind: str) -> NDArray[np.uint64]:
    digest = digest_bytes(share.seed, "numbers", kind)
    return np.frombuffer(digest, "<u8")[:_ROUNDS].astype(np.uint64)


def _scatter(keys: NDArray[np.uint64], cell: Ints, place: Ints, over: tuple[int, int]) -> Ints:
    """Permute places 0 … over[0] × over[1] − 1, each cell in its own way (a Feistel network)."""
    left = place // over[1]
    right = place - left * over[1]
    for number, key in enumerate(keys):
        if number % 2:
            right = _modulo(right + _mix(key, cell, left), over[1])
        else:
            left = _modulo(left + _mix(key, cell, right), over[0])
    return left * over[1] + right


def _modulo(numbers: Ints, by: int) -> Ints:
    """Return the remainder; numpy divides by one number several times faster than it takes `%`."""
    return numbers - numbers // by * by


def _mix(key: np.uint64, cell: Ints, half: Ints) -> Ints:
    """Hash a cell and half a place to 31 bits (the finaliser of SplitMix64)."""
    x = cell.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15) + half.astype(np.uint64) + key
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (x >> np.uint64(33)).astype(np.int64)
