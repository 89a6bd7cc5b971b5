"""Identity: everyone's numbers, present, cancelled and old, and what in them is wrong.

A few numbers were given out by a wrong year, sex or province. Most of those are cancelled and
replaced (Decree 70/2024, Art 11); the others are noted beside the number.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from seed import dates, numbers, units
from seed.people import WOMAN, in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.chunk import Chunk
    from seed.dwellings import Dwellings
    from seed.numbers import Share
    from seed.people import Days, Flags, Index, Streams

    Ints = NDArray[np.int64]

#: Shares of people whose number was cancelled, or contradicts them; our estimates.
SUPERSEDED_SHARE, CONTRADICTED_SHARE = 1 / 1500, 1 / 4000
#: Reasons for cancelling, as the registry calls them, and how often.
REASONS = ("sex_reassignment", "birth_year_corrected", "entry_error")
_REASON_SHARES = (0.02, 0.48, 0.50)
#: Numbers have been cancelled since they are given out (Law on Citizen Identity, 2016).
_FIRST_CANCELLED = dates.day(2016)

#: Old cards: given out from 1978, to those of 14; in the last years the twelve digits came.
_FIRST_OLD, _TWELVE_DIGITS, _LAST_OLD = dates.day(1978), dates.day(2016), dates.day(2021)
_HAD_ONE, _HAD_ONE_LATE = 0.94, 0.5
#: A second number: for those who moved to another province, and for others.
_SECOND_MOVED, _SECOND = 0.85, 0.006
#: Old numbers that two people have: about 50,000 were found twice, of 86 million holders.
SHARED_SHARE = 50_000 / 86_000_000
_FEWEST_SHARED = 2

NUMBER_NOTES = (
    None,
    "Năm sinh trong số định danh chưa khớp năm sinh đã cải chính; đang chờ hủy và xác lập lại",
    "Chữ số giới tính trong số định danh được lập sai; đang chờ hủy và xác lập lại",
)
_YEAR_NOTE, _SEX_NOTE = 1, 2


@dataclasses.dataclass(frozen=True)
class Superseded:
    """Cancelled numbers: whose, until when, and why (index into `REASONS`)."""

    person: Index
    number: Ints
    on: Days
    reason: NDArray[np.uint8]


@dataclasses.dataclass(frozen=True)
class OldNumbers:
    """Nine-digit numbers: whose, when given out, and by which province (its legacy unit's id)."""

    person: Index
    number: Ints
    issued: Days
    unit: Index


@dataclasses.dataclass(frozen=True)
class Identities:
    """The numbers of a chunk; `note` is an index into `NUMBER_NOTES`."""

    number: Ints
    note: NDArray[np.uint8]
    superseded: Superseded
    old: OldNumbers


@dataclasses.dataclass
class _Cells:
    """What a personal number states: province code, sex and year of birth."""

    province: Ints
    woman: Flags
    year: Ints

    def take(self, index: NDArray[Any]) -> _Cells:
        return _Cells(self.province[index], self.woman[index], self.year[index])


def settle(streams: Streams, chunk: Chunk, dwellings: Dwellings, share: Share) -> Identities:
    """Give out all numbers of a chunk."""
    true = _cells(chunk, dwellings)
    rng = streams("identities", "errors")
    draw = rng.random(len(chunk))
    cancelled = np.flatnonzero((draw < SUPERSEDED_SHARE) & (chunk.people.born < _FIRST_CANCELLED))
    contradicted = np.flatnonzero(draw > 1 - CONTRADICTED_SHARE)
    reason = rng.choice(len(REASONS), len(cancelled), p=_REASON_SHARES).astype(np.uint8)
    wrong = _wrong(rng, true.take(cancelled), reason)
    shown, note = _contradict(rng, true, contradicted)
    given = numbers.personal(
        share,
        np.concatenate((shown.province, wrong.province)),
        np.concatenate((shown.woman, wrong.woman)),
        np.concatenate((shown.year, wrong.year)),
    )
    last = np.minimum(chunk.people.died[cancelled], chunk.start) - 30
    span = np.maximum(last - _FIRST_CANCELLED, 1)
    on = last - np.floor(rng.random(len(cancelled)) ** 2 * span)
    return Identities(
        number=given[: len(chunk)],
        note=note,
        superseded=Superseded(
            cancelled.astype(np.int32), given[len(chunk) :], on.astype(np.int32), reason
        ),
        old=_old(streams, chunk, dwellings, share),
    )


def _cells(chunk: Chunk, dwellings: Dwellings) -> _Cells:
    """Return what everyone's number states: since July 2025 new provinces give it out."""
    wards, provinces = units.wards(), units.provinces()
    ward = dwellings.birth_ward
    legacy = provinces.code[wards.province[ward]]
    late = dwellings.registered >= units.ERA_2025
    return _Cells(
        province=np.where(late, wards.province34[ward], legacy),
        woman=chunk.people.sex == WOMAN,
        year=dates.years(chunk.people.born).astype(np.int64),
    )


def _wrong(rng: np.random.Generator, true: _Cells, reason: NDArray[np.uint8]) -> _Cells:
    """Return the cells of numbers that had to be cancelled, for these reasons."""
    by_sex, by_year = (reason == REASONS.index(name) for name in REASONS[:2])
    kind = rng.integers(0, 3, len(reason))
    entry = ~by_sex & ~by_year
    off = rng.choice((-10, -3, -2, -1, 1, 2, 3), len(reason))
    # A year that would pass into the next century, or the future, turns the other way.
    off = np.where((true.year % 100 + off < 0) | (true.year % 100 + off > 99), -off, off)
    off = np.where((true.year < 2020), off, -np.abs(off))
    codes = units.provinces().code
    return _Cells(
        province=np.where(entry & (kind == 0), rng.choice(codes, len(reason)), true.province),
        woman=true.woman ^ (by_sex | (entry & (kind == 1))),
        year=true.year + off * (by_year | (entry & (kind == 2))),
    )


def _contradict(
    rng: np.random.Generator, true: _Cells, which: NDArray[np.int64]
) -> tuple[_Cells, NDArray[np.uint8]]:
    """Return the cells with a few wrong ones, and the notes that say so."""
    note = np.zeros(len(true.year), np.uint8)
    note[which] = np.where(rng.random(len(which)) < 0.7, _YEAR_NOTE, _SEX_NOTE)
    early = np.where(true.year % 100 > 0, -1, 1)
    return _Cells(
        province=true.province,
        woman=true.woman ^ (note == _SEX_NOTE),
        year=true.year + early * (note == _YEAR_NOTE),
    ), note


def _old(streams: Streams, chunk: Chunk, dwellings: Dwellings, share: Share) -> OldNumbers:
    """Give old numbers to those who were 14 in time; movers got another where they came to."""
    rng = streams("identities", "old")
    codes, wards = units.provinces().code, units.wards()
    born = chunk.people.born
    first = np.maximum(born + np.floor(14 * dates.YEAR), _FIRST_OLD)
    issued = first + np.floor(rng.exponential(1.5, len(chunk)) * dates.YEAR)
    chance = np.where(first < _TWELVE_DIGITS, _HAD_ONE, _HAD_ONE_LATE)
    limit = np.minimum(np.minimum(chunk.people.died, _LAST_OLD), chunk.start)
    has = np.flatnonzero((rng.random(len(chunk)) < chance) & (issued < limit))
    home = dwellings.home[has]
    moved = np.append(chunk.places.moved, chunk.start)[home]
    since = np.maximum(moved, issued[has]) + np.floor(rng.exponential(1.0, len(has)) * 730)
    chance = np.where(chunk.places.came[home] & (home >= 0), _SECOND_MOVED, _SECOND)
    second = np.flatnonzero((rng.random(len(has)) < chance) & (since < limit[has]))
    here = np.append(chunk.places.province, 0)[home]
    here = np.where(home >= 0, here, wards.province[dwellings.birth_ward[has]])
    person = np.concatenate((has, has[second]))
    where = np.concatenate((wards.province[dwellings.birth_ward[has]], here[second]))
    code = codes[where]
    number = _share_some(rng, numbers.old(share, code), code, person)
    return OldNumbers(
        person=person.astype(np.int32),
        number=number,
        issued=np.concatenate((issued[has], since[second])).astype(np.int32),
        unit=(units.LEGACY_PROVINCE + code).astype(np.int32),
    )


def _share_some(
    rng: np.random.Generator, number: Ints, code: Ints, person: NDArray[np.int64]
) -> Ints:
    """Give a few people the number of somebody else of their province."""
    shuffled = rng.permutation(len(number))
    order = shuffled[in_order(code[shuffled])]
    same = np.flatnonzero((np.diff(code[order]) == 0) & (np.diff(person[order]) != 0))
    # Every other neighbour, so that no three people share one.
    pairs = same[::2][np.diff(same[::2], prepend=-2) > 1]
    wanted = min(max(round(len(number) * SHARED_SHARE), _FEWEST_SHARED), len(pairs))
    chosen = rng.choice(pairs, wanted, replace=False) if wanted else pairs[:0]
    number = number.copy()
    number[order[chosen + 1]] = number[order[chosen]]
    return number
