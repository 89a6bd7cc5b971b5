"""Electricity: a contract for most households, in the name of who signed it.

Who signed may have died or moved away since: the meter stays with the house.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from seed import holding, numbers, units
from seed.personas.roles import Ago
from seed.register import Cast, Rows
from seed.rows import arrow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seed.people import Days
    from seed.register import Row
    from seed.rows.arrow import Tables
    from seed.rows.whole import Whole

    Ints = NDArray[np.int64]

#: Households with a contract of their own: tenants mostly have none.
_OWN, _TENANTS = 0.97, 0.15
#: In whose name: the head's, else a spouse's, a mother's who may have died, the last owner's.
_HEAD, _SPOUSE, _MOTHER = 0.86, 0.94, 0.97
_ENDED = 0.01
#: The five corporations: the north, the south, the centre, Hà Nội, Hồ Chí Minh City.
_SERIES = pa.array([f"P{letter}99" for letter in "ABCDE"], pa.string())
_CENTRE_FROM, _SOUTH_FROM, _SOUTHERN = 44, 68, (58, 60)
_HANOI, _SAIGON = 1, 79
_STRIDE = 100_000


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "electricity")
    homes, places = whole.chunk.homes, whole.chunk.places
    own = np.where(homes.rented, _TENANTS, _OWN)
    home = np.flatnonzero(rng.random(homes.count) < own)
    head = whole.chunk.heads[home].astype(np.int64)
    holder, count = _signed(whole, rng, head), len(home)
    since: Days = np.minimum(whole.dwellings.since[home], whole.chunk.start - 1).astype(np.int32)
    members = np.bincount(homes.of[homes.of >= 0], minlength=homes.count)[home]
    kwh = np.exp(4.6 + 0.35 * np.log(np.maximum(members, 1)) + 0.5 * rng.standard_normal(count))
    province = units.provinces().code[places.province[home]].astype(np.int64)
    letter = arrow.take(_SERIES, _corporations(province))
    columns = {
        "id": arrow.whole(whole.ids.rows("electricity_customer", count, _STRIDE)),
        "number": arrow.joined(letter, numbers.text(holding.serials(whole, head), 9)),
        **holding.holders(whole, "electricity", holder, since),
        "commune": numbers.text(
            units.wards().of_day(places.ward[home], since).astype(np.int64) % 100_000, 5
        ),
        "since": arrow.days(since),
        "kwh": arrow.whole(kwh),
        "state": arrow.words((rng.random(count) < _ENDED).astype(np.int64), ("active", "ended")),
    }
    return {"electricity_customer": arrow.batch(columns)}


def _signed(whole: Whole, rng: np.random.Generator, head: Ints) -> Ints:
    """Return in whose name each household's contract is."""
    draw = rng.random(len(head))
    spouse = whole.spouse[head].astype(np.int64)
    mother = whole.chunk.parents.mother[head].astype(np.int64)
    return np.select(
        [
            draw < _HEAD,
            (draw < _SPOUSE) & (spouse >= 0),
            (draw < _MOTHER) & (mother >= 0),
            draw >= _MOTHER,
        ],
        [head, spouse, mother, np.roll(head, 7)],
        head,
    )


def _corporations(province: Ints) -> Ints:
    """Return the letter's place by province; the borders are from memory."""
    southern = (province >= _SOUTH_FROM) | np.isin(province, _SOUTHERN)
    found = np.select([southern, province >= _CENTRE_FROM], [1, 2], 0)
    return np.select([province == _HANOI, province == _SAIGON], [3, 4], found)


def _cast(cast: Cast) -> Mapping[str, Sequence[Row]]:
    return {
        "electricity_customer": [
            {
                "number": f"PD999{serial:08}",
                "holder_number": cast.members[key].pin,
                "commune": "00001",
                "since": cast.day(Ago(4)),
                "kwh": 210,
                "state": "active",
            }
            for key, serial in (("adult-level-2", 1), ("deceased", 2))
        ]
    }


ROWS = Rows("electricity", _chunk, _cast)
