"""Mobile subscribers: the number each person is reached by, second numbers, and whose name it is.

Most numbers are in their user's own name. Some are in a relative's, some still under an old number
of nine digits or one that was cancelled, some of a holder who has died: what operators clean up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from seed import dates, holding, numbers, tables, traits, units
from seed.people import NEVER
from seed.personas.roles import PHONE_PREFIX
from seed.register import Cast, Rows
from seed.rows import arrow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from seed.register import Row
    from seed.rows.arrow import Tables
    from seed.rows.whole import Whole

    Ints = NDArray[np.int64]

#: Numbers in a relative's name; of those with an old number, how many never told the operator of
#: the new one; numbers taken to another operator. Estimates of ours: operators found about 8 %
#: mismatched in 2023, a third of it their own error.
_RELATIVES, _OLD_NAME, _PORTED = 0.035, 0.12, 0.03
_BLOCKED, _ENDED = 0.012, 0.018
#: Activated in the operator's app, so by no dealer; numbers used in the telephone of the first.
_BY_APP, _SAME_DEVICE = 0.15, 0.6
#: Dealers of each province. Their codes begin with 99: a choice of ours.
_DEALERS = 40
#: Lines activated since operators compare the face with the chip, as a trial before the duty of
#: 2026 (draft circular of the Ministry of Science and Technology), and how many were, and failed.
_FACES_SINCE, _FACE_CHECKED, _FACE_FAILED = dates.day(2024, 7), 0.55, 0.004
_FACES = ("not_checked", "matched", "failed")
#: Mobile numbers of today's kinds are given out from this day.
_FIRST = dates.day(2004)
_MEAN_YEARS = 7.0
#: Since then a number can be taken to another operator (of the big ones; the small take none).
_PORTING = dates.day(2018, 11, 16)
#: Since then a subscriber shows a card with the personal number.
_NEW_NUMBERS = dates.day(2021)
_STATES = ("active", "blocked", "ended")
_STRIDE = 400_000
#: Of the cast, whose number is in whose name.
IN_ANOTHERS_NAME = {"phone-not-own-name": "adult-level-2"}


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "subscribers")
    first, second, sims = whole.traits.phone, whole.traits.second_phone, whole.traits.sims
    own, again = _first_users(first), np.flatnonzero(second >= 0)
    user = np.concatenate((own, again, sims.user))
    number = np.concatenate((first[own], second[again], whole.traits.further))
    deal = np.concatenate((np.zeros(len(own) + len(again), np.int64), sims.deal))
    since = _since(whole, rng.standard_exponential(len(user)), user)
    since = _of_deals(whole, rng, deal, since)
    telcos, of_prefix = _telcos()
    telco = of_prefix[number // 10_000_000]
    ported = (rng.random(len(user)) < _PORTED) & (deal == 0)
    telco = np.where(ported, _taken_to(rng, telcos, telco), telco)
    draw = rng.random(len(user))
    state = np.select([draw < _BLOCKED, draw < _BLOCKED + _ENDED], [1, 2], 0)
    who, holder = _holders(whole, rng, user, since)
    order = np.argsort(whole.rank[user], kind="stable")
    columns = {
        "id": arrow.whole(whole.ids.rows("subscriber", len(order), _STRIDE)),
        "number": numbers.text(number[order], 10),
        "holder_number": arrow.take(holder, order),
        **holding.written(whole, rng, who[order]),
        "telco": arrow.words(telco[order], telcos),
        "activated_on": arrow.days(since[order]),
        "ported_on": arrow.days(_ported_on(whole, rng, since, ported)[order]),
        "dealer": _dealers(whole, rng, user, deal, order),
        "device": numbers.text(_devices(whole, rng, user, deal, len(own))[order], 14),
        "face": arrow.words(_faces(rng, since, deal)[order], _FACES),
        "state": arrow.words(state[order], _STATES),
    }
    return {"subscriber": arrow.batch(columns)}


def _of_deals(
    whole: Whole, rng: np.random.Generator, deal: Ints, since: NDArray[np.int32]
) -> NDArray[np.int32]:
    """Return the days of activation: of a stock or box one for all, within the last two years."""
    deals = len(whole.traits.sims.is_farm)
    day = whole.chunk.start - rng.integers(20, 700, deals)
    return np.where(deal > 0, day[deal], since).astype(np.int32)


def _taken_to(rng: np.random.Generator, telcos: list[str], telco: Ints) -> Ints:
    """Return another operator for each number, by the shares of those it can be taken to."""
    shares = {name.lower(): share for name, share in traits.OPERATORS.items()}
    of_telco = np.array([shares.get(name, 0.0) for name in telcos])
    others = np.tile(of_telco, (len(telcos), 1))
    np.fill_diagonal(others, 0.0)
    up_to = np.cumsum(others / others.sum(axis=1, keepdims=True), axis=1)
    drawn = (rng.random(len(telco))[:, None] >= up_to[telco]).sum(axis=1)
    found: Ints = np.minimum(drawn, of_telco.nonzero()[0].max())
    return found


def _ported_on(
    whole: Whole, rng: np.random.Generator, since: NDArray[np.int32], ported: NDArray[np.bool_]
) -> NDArray[np.int32]:
    """Return when numbers were taken to another operator: possible since November 2018."""
    start = whole.chunk.start
    first = np.maximum(since, min(_PORTING, start - 1))
    day = first + np.floor((start - first) * rng.random(len(since)))
    return np.where(ported, day, NEVER).astype(np.int32)


def _dealers(
    whole: Whole, rng: np.random.Generator, user: Ints, deal: Ints, order: Ints
) -> pa.Array[Any]:
    """Return who sold each line, in the order asked: somebody near, of a deal one for all."""
    province = units.wards().province[whole.dwellings.birth_ward[user]].astype(np.int64)
    drawn = rng.random(len(user))
    seller = province * _DEALERS + np.floor(drawn**2 * _DEALERS).astype(np.int64)
    every = len(units.provinces().code) * _DEALERS
    of_deal = rng.integers(0, every, len(whole.traits.sims.is_farm))
    seller = np.where(deal > 0, of_deal[deal], seller)
    code = (
        units.provinces().code[np.arange(every) // _DEALERS] * 1000 + np.arange(every) % _DEALERS
    )
    by_app = (rng.random(len(user)) < _BY_APP) & (deal == 0)
    texts = numbers.text(99 * 10**5 + code.astype(np.int64), 7)
    return arrow.entries(seller[order], texts, by_app[order])


def _devices(whole: Whole, rng: np.random.Generator, user: Ints, deal: Ints, firsts: int) -> Ints:
    """Return 14 figures of an IMEI: 00, which is for tests, then 0 or 1 and a serial.

    A person's second number is often in the same telephone. A box is one for all its numbers.
    """
    other = (np.arange(len(user)) >= firsts) & (rng.random(len(user)) >= _SAME_DEVICE)
    own = other * 10**11 + holding.serials(whole, user)
    box = 2 * 10**11 + whole.share.chunk * 1_000 + deal
    return np.where(whole.traits.sims.is_farm[deal] & (deal > 0), box, own)


def _faces(rng: np.random.Generator, since: NDArray[np.int32], deal: Ints) -> Ints:
    """Return whether the holder's face was compared with the chip; of a stock nobody's was."""
    draw = rng.random(len(since))
    checked = (since >= _FACES_SINCE) & (deal == 0) & (draw < _FACE_CHECKED)
    return np.where(checked, np.where(draw < _FACE_FAILED, 2, 1), 0)


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
) -> tuple[Ints, pa.Array[Any]]:
    """Return whose each subscription is, the user or a relative, and under which number."""
    people = whole.chunk.people
    kin = np.where(whole.spouse >= 0, whole.spouse, whole.chunk.parents.mother)[user]
    takes = (rng.random(len(user)) < _RELATIVES) & (kin >= 0)
    takes &= people.died[np.maximum(kin, 0)] > since
    holder = np.where(takes, kin, user).astype(np.int64)
    stale = (rng.random(len(user)) < _OLD_NAME) & (since < _NEW_NUMBERS)
    return holder, arrow.take(whole.papers.texts, whole.papers.shown(holder, since, stale))


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
                "dealer": "9999001",
                "device": f"003{member.role.phone:011}",
                "face": "not_checked",
                "state": "active",
            }
            for key, member in cast.members.items()
            if member.role.phone is not None
        ]
    }


ROWS = Rows("subscribers", _chunk, _cast)
