"""Mobile subscribers: the number each person is reached by, second numbers, and whose name it is.

Most numbers are in their user's own name. Some are in a relative's, some still under an old number
of nine digits or one that was cancelled, some of a holder who has died: what operators clean up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from seed import dates, numbers, tables
from seed.people import NEVER
from seed.personas.roles import PHONE_PREFIX
from seed.register import Cast, Rows
from seed.rows import arrow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seed.register import Row
    from seed.rows.arrow import Tables
    from seed.rows.whole import Whole

#: Numbers in a relative's name; of those with an old number, how many never told the operator of
#: the new one; numbers taken to another operator. Estimates of ours: operators found about 8 %
#: mismatched in 2023, a third of it their own error.
_RELATIVES, _OLD_NAME, _PORTED = 0.035, 0.12, 0.03
_BLOCKED, _ENDED = 0.012, 0.018
#: Mobile numbers of today's kinds are given out from this day.
_FIRST = dates.day(2004)
_MEAN_YEARS = 7.0
#: Since then a subscriber shows a card with the personal number.
_NEW_NUMBERS = dates.day(2021)
_STATES = ("active", "blocked", "ended")
_STRIDE = 400_000
#: Of the cast, whose number is in whose name.
IN_ANOTHERS_NAME = {"phone-not-own-name": "adult-level-2"}


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "subscribers")
    first, second = whole.traits.phone, whole.traits.second_phone
    own = _first_users(first)
    user = np.concatenate((own, np.flatnonzero(second >= 0)))
    number = np.concatenate((first[own], second[second >= 0]))
    since = _since(whole, rng.standard_exponential(len(user)), user)
    telcos, of_prefix = _telcos()
    telco = of_prefix[number // 10_000_000]
    ported = rng.random(len(user)) < _PORTED
    telco = np.where(ported, rng.integers(0, len(telcos), len(user)), telco)
    draw = rng.random(len(user))
    state = np.select([draw < _BLOCKED, draw < _BLOCKED + _ENDED], [1, 2], 0)
    holder = _holders(whole, rng, user, since)
    order = np.argsort(whole.rank[user], kind="stable")
    return {
        "subscriber": arrow.batch(
            {
                "id": arrow.whole(whole.ids.rows("subscriber", len(order), _STRIDE)),
                "number": numbers.text(number[order], 10),
                "holder_number": arrow.take(holder, order),
                "telco": arrow.words(telco[order], telcos),
                "activated_on": arrow.days(since[order]),
                "state": arrow.words(state[order], _STATES),
            }
        )
    }


def _first_users(phone: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return who has a number that nobody before them in the chunk has: a family's is one."""
    has = np.flatnonzero(phone >= 0)
    _, places = np.unique(phone[has], return_index=True)
    found: NDArray[np.int64] = has[np.sort(places)]
    return found


def _since(whole: Whole, years: NDArray[np.float64], user: NDArray[np.int64]) -> NDArray[np.int32]:
    """Say since when each number is in use: not before its user was 14."""
    people, start = whole.chunk.people, whole.chunk.start
    last = np.minimum(people.died[user], start).astype(np.int64) - 1
    first = np.maximum(dates.anniversary(people.born[user], 14), _FIRST).astype(np.int64)
    drawn = last - np.floor(years * _MEAN_YEARS * dates.YEAR)
    found: NDArray[np.int32] = np.clip(drawn, np.minimum(first, last), last).astype(np.int32)
    return found


def _holders(
    whole: Whole,
    rng: np.random.Generator,
    user: NDArray[np.int64],
    since: NDArray[np.int32],
) -> pa.Array[Any]:
    """Return the number each subscription stands under: of the user or a relative, new or old."""
    people, identities, count = whole.chunk.people, whole.identities, len(whole.chunk)
    kin = np.where(whole.spouse >= 0, whole.spouse, whole.chunk.parents.mother)[user]
    takes = (rng.random(len(user)) < _RELATIVES) & (kin >= 0)
    takes &= people.died[np.maximum(kin, 0)] > since
    holder = np.where(takes, kin, user)
    # Texts of all numbers there are: present ones, cancelled ones, old ones.
    cancelled, old = identities.superseded, identities.old
    former, oldest = np.full(count, -1), np.full(count, -1)
    former[cancelled.person] = np.arange(len(cancelled.person)) + count
    latest = np.argsort(old.issued, kind="stable")
    oldest[old.person[latest]] = latest + count + len(cancelled.person)
    texts = pa.concat_arrays(
        [
            numbers.text(identities.number, 12),
            numbers.text(cancelled.number, 12),
            numbers.text(old.number, 9),
        ]
    )
    until = np.full(count, -NEVER)
    until[cancelled.person] = cancelled.on
    issued = np.full(count, NEVER)
    issued[old.person[latest]] = old.issued[latest]
    stale = (rng.random(len(user)) < _OLD_NAME) & (since < _NEW_NUMBERS)
    stale &= issued[holder] <= since
    place = np.select([stale, since < until[holder]], [oldest[holder], former[holder]], holder)
    return arrow.take(texts, place)


def _telcos() -> tuple[list[str], NDArray[np.int64]]:
    """Return the operators as words, and the operator's place for each three-digit prefix."""
    names = [name.lower() for name in tables.texts("mobile_prefixes", "operator")]
    known = sorted(set(names))
    of_prefix = np.zeros(1000, np.int64)
    of_prefix[tables.integers("mobile_prefixes", "prefix")] = [known.index(n) for n in names]
    return known, of_prefix


def _cast(cast: Cast) -> Mapping[str, Sequence[Row]]:
    return {
        "subscriber": [
            {
                "number": f"{PHONE_PREFIX}{member.role.phone:03}",
                "holder_number": cast.members[IN_ANOTHERS_NAME.get(key, key)].pin,
                "telco": "gmobile",
                "activated_on": cast.start.replace(year=cast.start.year - 3, day=1),
                "state": "active",
            }
            for key, member in cast.members.items()
            if member.role.phone is not None
        ]
    }


ROWS = Rows("subscribers", _chunk, _cast)
