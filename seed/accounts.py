"""eID accounts: collected with the cards, and activated, as many as the published counts say."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from seed import coverage
from seed.people import NEVER, smallest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.cards import Cards
    from seed.chunk import Chunk
    from seed.people import Days, Floats, Index, Streams

# How likely an account is by age, and to be activated.
ACCOUNT_AGES = np.array([0.0, 13.9, 14.0, 18.0, 45.0, 60.0, 75.0, 90.0, 110.0])
ACCOUNT = np.array([0.01, 0.02, 1.2, 4.0, 4.0, 2.0, 0.8, 0.3, 0.2])
ACTIVE_AT = np.array([0.01, 0.05, 0.6, 4.0, 2.5, 1.2, 0.4, 0.1, 0.05])
_LEVEL_2, _LOCKED = 0.93, 0.006

STATES = ("collected", "active", "locked", "closed")
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


def collect(streams: Streams, chunk: Chunk, cards: Cards) -> Accounts:
    """Collect accounts with the cards, and activate as many as the counts say."""
    share = coverage.at(chunk.start)
    living = int(chunk.people.living.sum())
    rng = streams("accounts", "who")
    person, issued = _holders(chunk, cards)
    collected = _collected(rng, chunk, issued)
    age = chunk.people.age(chunk.start)[person]
    alive = chunk.people.living[person]
    possible = (collected < np.minimum(chunk.people.died[person], chunk.start)).astype(float)
    weight = np.interp(age, ACCOUNT_AGES, ACCOUNT) * possible
    chosen = _heaviest(rng, weight, round(share.collected * living))
    person, collected, age, alive = person[chosen], collected[chosen], age[chosen], alive[chosen]
    active = _heaviest(
        rng, np.interp(age[alive], ACCOUNT_AGES, ACTIVE_AT), round(share.activated * living)
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
    days, (_, collected, _) = coverage.per_head()
    started = np.searchsorted(collected, 0.0, side="right") - 1
    so_far = np.interp(chunk.start, days, collected)
    day = np.interp(rng.random(len(issued)) * so_far, collected[started:], days[started:])
    found: Days = np.maximum(np.floor(day), issued).astype(np.int32)
    return found


def _heaviest(rng: np.random.Generator, weight: Floats, count: int) -> NDArray[np.int64]:
    """Draw `count` different places by weight, never one without weight."""
    key = rng.standard_exponential(len(weight)) / np.maximum(weight, 1e-12)
    key[weight <= 0] = np.inf
    return smallest(key, count)
