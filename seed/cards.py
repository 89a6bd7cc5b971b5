"""Chip cards and eID accounts: as many as the published counts say, to whom the law gives them.

Counts are per head: the published millions on a day, divided by the UN's population on that day.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from seed import absences, ages, dates, tables
from seed.people import NEVER, smallest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.chunk import Chunk
    from seed.people import Days, Flags, Floats, Index, Streams

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
REASONS = ("first", "age_milestone", "information_changed", "lost", "damaged")
_FIRST, _MILESTONE, _CHANGED = range(3)
#: Law on Identity 2023, Art 21: a card is good until the next of these birthdays; one given out
#: in the two years before a birthday, until the one after.
_MILESTONES = (14, 25, 40, 60)

#: Of those of 14 and over, how many have had a card, once nearly everyone has; our estimate.
_HELD_BY = 0.972
#: Of the children of 6 to 13, and under 6, per year since cards are for them.
_CHILDREN, _INFANTS = 0.10, 0.025
# How likely an account is by age, and to be activated.
_ACCOUNT_AGES = np.array([0.0, 13.9, 14.0, 18.0, 45.0, 60.0, 75.0, 90.0, 110.0])
_ACCOUNT = np.array([0.01, 0.02, 1.2, 4.0, 4.0, 2.0, 0.8, 0.3, 0.2])
_ACTIVE_AT = np.array([0.01, 0.05, 0.6, 4.0, 2.5, 1.2, 0.4, 0.1, 0.05])
_LEVEL_2, _LOCKED = 0.93, 0.006


class Counts(NamedTuple):
    """Per living person on a day: cards issued, accounts collected, accounts activated."""

    cards: float
    collected: float
    activated: float


@dataclasses.dataclass(frozen=True)
class Cards:
    """One entry a card; `issued` is NEVER for one under way, `expires` NEVER for no expiry."""

    person: Index
    issued: Days
    expires: Days
    state: NDArray[np.uint8]
    since: Days
    reason: NDArray[np.uint8]


ACCOUNT_STATES = ("collected", "active", "locked", "closed")
_COLLECTED, _ACTIVATED, _LOCKED_STATE, _CLOSED = range(4)


@dataclasses.dataclass(frozen=True)
class Accounts:
    """One entry an eID account; `activated` is NEVER where it was only collected."""

    person: Index
    level: NDArray[np.uint8]
    state: NDArray[np.uint8]
    since: Days
    collected: Days
    activated: Days


@functools.cache
def _coverage() -> tuple[Floats, Floats]:
    """Return the days of the published counts, and the counts per head: three columns."""
    name = "eid_coverage"
    days = np.array([dates.number(dt.date.fromisoformat(d)) for d in tables.texts(name, "date")])
    heads = np.array([ages.groups(dates.year_fraction(int(day))).sum() for day in days]) / 1000
    columns = ("cards_million", "collected_million", "activated_million")
    return days.astype(float), np.stack([tables.numbers(name, c) / heads for c in columns])


def coverage(day: int) -> Counts:
    """Return the counts per living person on a day, between the published ones."""
    days, counts = _coverage()
    return Counts(*(float(np.interp(day, days, column)) for column in counts))


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
    total = round(coverage(chunk.start).cards * living)
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
    days, (issued, _, _) = _coverage()
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
    never = np.full(len(asked), NEVER)
    return Cards(
        person=np.concatenate((cards.person, asked)).astype(np.int32),
        issued=np.concatenate((cards.issued, never)),
        expires=np.concatenate((cards.expires, never)),
        state=np.concatenate((cards.state, state)).astype(np.uint8),
        since=np.concatenate((cards.since, since)).astype(np.int32),
        reason=np.concatenate((cards.reason, np.full(len(asked), _FIRST))).astype(np.uint8),
    )


def accounts(streams: Streams, chunk: Chunk, cards: Cards) -> Accounts:
    """Collect accounts with the cards, and activate as many as the counts say."""
    share = coverage(chunk.start)
    living = int(chunk.people.living.sum())
    rng = streams("cards", "accounts")
    person, issued = _holders(chunk, cards)
    collected = _collected(rng, chunk, issued)
    age = chunk.people.age(chunk.start)[person]
    alive = chunk.people.living[person]
    possible = (collected < np.minimum(chunk.people.died[person], chunk.start)).astype(float)
    weight = np.interp(age, _ACCOUNT_AGES, _ACCOUNT) * possible
    chosen = _heaviest(rng, weight, round(share.collected * living))
    person, collected, age, alive = (column[chosen] for column in (person, collected, age, alive))
    active = _heaviest(
        rng, np.interp(age[alive], _ACCOUNT_AGES, _ACTIVE_AT), round(share.activated * living)
    )
    activated = np.full(len(person), NEVER)
    waited = collected[alive][active] + np.floor(rng.exponential(120.0, len(active)))
    activated[np.flatnonzero(alive)[active]] = np.minimum(waited, chunk.start - 1)
    locked = rng.random(len(person)) < _LOCKED
    state = np.select(
        [~alive, (activated != NEVER) & locked, activated != NEVER],
        [_CLOSED, _LOCKED_STATE, _ACTIVATED],
        _COLLECTED,
    )
    closed_on = np.minimum(chunk.people.died[person].astype(np.int64) + 10, chunk.start)
    started = np.where(activated != NEVER, activated, collected)
    locked_on = started + np.floor(rng.random(len(person)) * (chunk.start - started))
    since = np.select([state == _CLOSED, state == _LOCKED_STATE], [closed_on, locked_on], started)
    level = np.where(rng.random(len(person)) < _LEVEL_2, 2, 1)
    return Accounts(
        person=person.astype(np.int32),
        level=level.astype(np.uint8),
        state=state.astype(np.uint8),
        since=since.astype(np.int32),
        collected=collected.astype(np.int32),
        activated=activated.astype(np.int32),
    )


def _holders(chunk: Chunk, cards: Cards) -> tuple[NDArray[np.int64], Days]:
    """Return who has had a card, and the day of the first."""
    first = np.full(len(chunk), NEVER)
    np.minimum.at(first, cards.person, cards.issued)
    person = np.flatnonzero(first != NEVER)
    return person, first[person]


def _collected(rng: np.random.Generator, chunk: Chunk, issued: Days) -> Days:
    """Draw when files were taken: along the published curve, not before the card."""
    days, (_, collected, _) = _coverage()
    started = np.searchsorted(collected, 0.0, side="right") - 1
    so_far = np.interp(chunk.start, days, collected)
    day = np.interp(rng.random(len(issued)) * so_far, collected[started:], days[started:])
    return np.maximum(np.floor(day), issued).astype(np.int32)


def _heaviest(rng: np.random.Generator, weight: Floats, count: int) -> NDArray[np.int64]:
    """Draw `count` different places by weight, never one without weight."""
    key = rng.standard_exponential(len(weight)) / np.maximum(weight, 1e-12)
    key[weight <= 0] = np.inf
    return smallest(key, count)
