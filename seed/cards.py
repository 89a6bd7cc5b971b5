"""Chip cards: as many as the published counts say, to whom the law gives them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from seed import absences, coverage, dates
from seed.people import NEVER, smallest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.chunk import Chunk
    from seed.people import Days, Flags, Index, Streams

#: Cards of the law of 2023 are issued from this day, to children under 14 too.
NEW_FORM = dates.day(2024, 7)
FORMS = ("2021", "2024")
ISSUERS = (
    "Cục trưởng Cục Cảnh sát quản lý hành chính về trật tự xã hội",
    "Bộ Công an",
)
STATES = (
    "active", "expired", "superseded", "lost", "damaged", "held", "revoked",
    "requested", "taken_biometrics", "approved", "printed",
)  # fmt: skip
_ACTIVE, _EXPIRED, _SUPERSEDED, _LOST, _DAMAGED, _HELD, _REVOKED, _REQUESTED = range(8)
_PRINTED = STATES.index("printed")
REASONS = ("first", "age_milestone", "information_changed", "lost", "damaged")
_FIRST, _MILESTONE, _CHANGED = range(3)
#: Law on Identity 2023, Art 21: a card is good until the next of these birthdays; one given out
#: in the two years before a birthday, until the one after.
_MILESTONES = (14, 25, 40, 60)

#: Of those of 14 and over, how many have had a card, once nearly everyone has; our estimate.
_HELD_BY = 0.972
#: Of the children of 6 to 13, and under 6, per year since cards are for them.
_CHILDREN, _INFANTS = 0.10, 0.025


@dataclasses.dataclass(frozen=True)
class Cards:
    """One entry a card; `issued` is NEVER until it is printed, `expires` NEVER for no expiry."""

    person: Index
    issued: Days
    expires: Days
    state: NDArray[np.uint8]
    since: Days
    reason: NDArray[np.uint8]


def expiry(born: Days, issued: Days) -> Days:
    """Return until when a card is good (Law on Identity 2023, Art 21); NEVER from 58."""
    found = np.full(len(born), NEVER)
    for age in reversed(_MILESTONES):
        early = issued < dates.anniversary(born, age - 2)
        found = np.where(early, dates.anniversary(born, age), found)
    return found.astype(np.int32)


def issue(streams: Streams, chunk: Chunk) -> Cards:
    """Give out cards: a first one each, then as many new ones as the count leaves."""
    living = int(chunk.people.living.sum())
    total = round(coverage.at(chunk.start).cards * living)
    person, first = _first(streams, chunk, total)
    room = min(max(total - len(person), 0), len(person))
    again, second, reason = _again(streams, chunk, (person, first), room)
    renewed = np.zeros(len(chunk), bool)
    renewed[again] = True
    everyone = np.concatenate((person, again)).astype(np.int32)
    issued = np.concatenate((first, second)).astype(np.int32)
    expires = expiry(chunk.people.born[everyone], issued)
    superseded = np.concatenate((renewed[person], np.zeros(len(again), bool)))
    replaced_on = np.full(len(chunk), NEVER)
    replaced_on[again] = second
    state, since = _states(streams, chunk, (everyone, issued, expires), superseded, replaced_on)
    cards = Cards(
        person=everyone,
        issued=issued,
        expires=expires,
        state=state,
        since=since,
        reason=np.concatenate((np.full(len(person), _FIRST), reason)).astype(np.uint8),
    )
    return _with_requests(streams, chunk, cards)


def _first(streams: Streams, chunk: Chunk, total: int) -> tuple[NDArray[np.int64], Days]:
    """Return who has had a card, and when the first was issued."""
    rng = streams("cards", "first")
    born, count = chunk.people.born, len(chunk)
    days, (issued, _, _) = coverage.per_head()
    so_far = np.interp(chunk.start, days, issued)
    rising = np.maximum.accumulate(issued)
    day = np.interp(rng.random(count) * so_far, rising, days)
    of_age = dates.anniversary(born, 14)
    came_of_age = of_age > day
    day = np.where(came_of_age, of_age + rng.exponential(60.0, count), day)
    eligible = (of_age < chunk.start) & (born < chunk.people.died)
    expected = total * 0.97 / max(int((eligible & chunk.people.living).sum()), 1)
    has = eligible & (rng.random(count) < min(_HELD_BY, expected))
    years = max(chunk.start - NEW_FORM, 0) / dates.YEAR
    child = np.where(chunk.people.age(chunk.start) >= 6, _CHILDREN, _INFANTS) * years
    early = ~eligible & (rng.random(count) < child)
    on_request = np.maximum(NEW_FORM, born + 30) + rng.random(count) * np.maximum(
        chunk.start - np.maximum(NEW_FORM, born + 30), 1
    )
    day = np.floor(np.where(early, on_request, day)).astype(np.int32)
    last = np.minimum(np.minimum(chunk.people.died, chunk.start), _left(chunk))
    person = np.flatnonzero((has | early) & (day < last))
    return person, day[person]


def _left(chunk: Chunk) -> Days:
    away = (chunk.absent.state == absences.EMIGRATED) | (chunk.absent.state == absences.MISSING)
    return np.where(away, chunk.absent.since, NEVER)


def _again(
    streams: Streams,
    chunk: Chunk,
    holders: tuple[NDArray[np.int64], Days],
    count: int,
) -> tuple[NDArray[np.int64], Days, NDArray[np.int64]]:
    """Choose who had a new card, when, and why: first those whose card ran out."""
    person, first = holders
    rng = streams("cards", "again")
    born = chunk.people.born[person]
    runs_out = expiry(born, first)
    last = np.minimum(np.minimum(chunk.people.died[person], chunk.start), _left(chunk)[person])
    due = runs_out < last
    key = rng.standard_exponential(len(person)) * np.where(due, 0.02, 1.0)
    key[last - first < 60] = np.inf
    chosen = smallest(key, count)
    low = first[chosen] + 30
    span = np.maximum(last[chosen] - low, 1)
    anytime = low + rng.random(len(chosen)) * span
    in_time = np.clip(
        runs_out[chosen].astype(np.int64) + rng.normal(0, 40, len(chosen)), low, last[chosen] - 1
    )
    day = np.floor(np.where(due[chosen], in_time, anytime)).astype(np.int32)
    other = rng.choice(np.arange(_CHANGED, len(REASONS)), len(chosen), p=(0.6, 0.28, 0.12))
    return person[chosen], day, np.where(due[chosen], _MILESTONE, other)


def _states(
    streams: Streams,
    chunk: Chunk,
    cards: tuple[Index, Days, Days],
    superseded: Flags,
    replaced_on: Days,
) -> tuple[NDArray[np.uint8], Days]:
    """Return each card's state and since when."""
    person, issued, expires = cards
    rng = streams("cards", "states")
    died = chunk.people.died[person]
    draw = rng.random(len(person))
    edges = np.cumsum([0.006, 0.003, 0.0006, 0.0002])
    cases = [superseded, died != NEVER, expires < chunk.start, *(draw < edge for edge in edges)]
    codes = [_SUPERSEDED, _REVOKED, _EXPIRED, _LOST, _DAMAGED, _HELD, _REVOKED]
    state = np.select(cases, codes, _ACTIVE)
    swept = np.minimum(died.astype(np.int64) + rng.integers(5, 40, len(person)), chunk.start)
    happened = issued + np.floor(rng.random(len(person)) * np.maximum(chunk.start - issued, 1))
    since = np.select(
        [state == _SUPERSEDED, died != NEVER, state == _EXPIRED, state != _ACTIVE],
        [replaced_on[person], swept, expires.astype(np.int64) + 1, happened],
        issued,
    )
    return state.astype(np.uint8), since.astype(np.int32)


def _with_requests(streams: Streams, chunk: Chunk, cards: Cards) -> Cards:
    """Add requests under way: those just turned 14, and some whose card was lost or ran out."""
    rng = streams("cards", "requests")
    without = np.ones(len(chunk), bool)
    without[cards.person] = False
    young = without & chunk.people.living & ~chunk.absent.away
    young &= (chunk.people.age(chunk.start) >= 14) & (chunk.people.age(chunk.start) < 14.6)
    asked = np.flatnonzero(young & (rng.random(len(chunk)) < 0.35))
    if chunk.start < dates.day(2021):
        asked = asked[:0]
    state = rng.integers(_REQUESTED, len(STATES), len(asked))
    since = chunk.start - rng.integers(0, 3, len(asked)) - (state - _REQUESTED) * 2
    # A card has its day of issue from when it is printed: the day stands on it.
    issued = np.where(state == _PRINTED, since, NEVER).astype(np.int32)
    ends = np.where(state == _PRINTED, expiry(chunk.people.born[asked], issued), NEVER)
    return Cards(
        person=np.concatenate((cards.person, asked)).astype(np.int32),
        issued=np.concatenate((cards.issued, issued)),
        expires=np.concatenate((cards.expires, ends.astype(np.int32))),
        state=np.concatenate((cards.state, state)).astype(np.uint8),
        since=np.concatenate((cards.since, since)).astype(np.int32),
        reason=np.concatenate((cards.reason, np.full(len(asked), _FIRST))).astype(np.uint8),
    )
