"""The living who are not there: emigrated, missing, or with a record under review."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from seed import dates, families
from seed.people import DIVORCED, MARRIED, NEVER, NEVER_MARRIED, take_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.births import Parents
    from seed.people import Days, Flags, People, Streams
    from seed.weddings import Unions

# States of the registry, in the order of `STATES`.
ALIVE, DEAD, MISSING, EMIGRATED, UNDER_REVIEW = range(5)
STATES = ("alive", "dead", "missing", "emigrated", "under_review")
#: Shares of all on record, our estimate.
EMIGRATED_SHARE, MISSING_SHARE, REVIEW_SHARE = 0.003, 0.0004, 0.0006
#: Of those married to a foreigner who is not on record, who followed them.
_FOLLOWED = 0.6


@dataclasses.dataclass(frozen=True)
class Absences:
    """Everyone's state, the day it began (NEVER for the alive), and who is away from home."""

    state: NDArray[np.uint8]
    since: Days
    away: Flags


def settle(
    streams: Streams, people: People, unions: Unions, parents: Parents, start: int
) -> Absences:
    """Choose who emigrated, went missing, or is under review; only people whom no child needs."""
    rng = streams("absences", "who")
    size, ages = len(people), people.age(start)
    state = np.where(people.living, ALIVE, DEAD).astype(np.uint8)
    free = people.living & ~families.has_children(size, parents)
    single = free & np.isin(people.marital, (NEVER_MARRIED, DIVORCED)) & (ages >= 19)
    followers = np.zeros(size, bool)
    abroad = np.maximum(unions.wife, unions.husband)[unions.foreign]
    followers[abroad] = rng.random(len(abroad)) < _FOLLOWED
    gone = followers & free & (people.marital == MARRIED)
    state[gone] = EMIGRATED
    left = take_share(rng, single & (ages < 60), round(size * EMIGRATED_SHARE) - int(gone.sum()))
    state[left] = EMIGRATED
    lost = take_share(rng, single & (state == ALIVE), _some(rng, size * MISSING_SHARE))
    state[lost] = MISSING
    doubtful = take_share(rng, people.living & (state == ALIVE), _some(rng, size * REVIEW_SHARE))
    state[doubtful] = UNDER_REVIEW
    ago = np.floor(rng.exponential(5.0, size) * dates.YEAR)
    adult = np.maximum(people.born + 18 * dates.YEAR, start - ago)
    recent = start - 1 - np.floor(rng.random(size) * 180)
    since = np.select(
        [state == DEAD, state == UNDER_REVIEW, state != ALIVE],
        [people.died, recent, np.minimum(adult, start - 30)],
        NEVER,
    )
    return Absences(
        state=state,
        since=since.astype(np.int32),
        away=(state == EMIGRATED) | (state == MISSING),
    )


def _some(rng: np.random.Generator, expected: float) -> int:
    return max(int(np.floor(expected + rng.random())), 0)
