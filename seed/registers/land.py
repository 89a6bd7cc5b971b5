"""Land: whose house it is, for five homes in six; the others rent, or have no certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from seed import dates, holding, numbers, units
from seed.people import NEVER
from seed.personas.roles import Ago
from seed.register import Cast, Rows
from seed.rows import arrow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from seed.register import Row
    from seed.rows.arrow import Tables
    from seed.rows.whole import Whole

    Ints = NDArray[np.int64]

#: 88.1 % of the households have a house of their own (census of 2019, from memory); of the plots
#: of homes some 96 % have a certificate (ministry, from memory). By the head's age our estimate:
#: the young live in rooms, or in what is their parents'.
_AGES = np.array([18.5, 18.6, 25.0, 35.0, 50.0, 110.0])
_OWN = np.array([0.0, 0.45, 0.62, 0.86, 0.94, 0.95])
#: Families that are still registered as temporary: most of them rent.
_TEMPORARY = 0.35
#: Young heads who live in a parent's house; widowed heads whose house is in the other's name.
_PARENTS, _YOUNG, _LATE = 0.30, 40.0, 0.35
#: Couples of whom the wife stands first, and of whom both are named (Law on Land 2003, Art 48).
_PARTNER_FIRST, _BOTH = 0.12, 0.55
_BOTH_NAMED = dates.day(2004, 7)
_FIRST = dates.day(1994)
#: Circular 10/2024/TT-BTNMT: since then two letters and eight digits, before six.
_EIGHT_DIGITS = dates.day(2025)
#: No certificate begins with Z, which is no letter of the Vietnamese alphabet.
_SERIES = pa.array([f"Z{letter} " for letter in "ABCDEGHIKLMNOPQRSTUVXY"])
_KINDS = ("house", "apartment")
_APARTMENTS = 0.09
#: Square metres: median and spread in the country, in towns, and of apartments; our estimate.
_AREA = np.array([[260.0, 0.7], [85.0, 0.5], [68.0, 0.25]])
_STATES = ("valid", "mortgaged", "disputed", "revoked")
_NOT_FREE = (0.004, 0.010, 0.130)
_STRIDE = 200_000


def _chunk(whole: Whole) -> Tables:
    rng = whole.streams("registers", "land")
    start = whole.chunk.start
    home = np.flatnonzero(_owned(rng, whole))
    holder, partner = _holders(rng, whole, home)
    issued = _issued(rng, whole, home, holder)
    both = (partner >= 0) & (issued >= _BOTH_NAMED) & (rng.random(len(home)) < _BOTH)
    urban = units.wards().urban[whole.chunk.places.ward[home]]
    kind = (urban & (rng.random(len(home)) < _APARTMENTS)).astype(np.int64)
    median, spread = _AREA[urban + kind].T
    area = np.rint(median * np.exp(spread * np.clip(rng.standard_normal(len(home)), -2.5, 2.5)))
    state = np.searchsorted(_NOT_FREE, rng.random(len(home)))
    columns = {
        "id": arrow.whole(whole.ids.rows("land_certificate", len(home), _STRIDE)),
        "number": _numbers(whole.household_id[home], issued),
        "house_id": arrow.take(whole.houses, home),
        **holding.holders(whole, "land", holder, issued),
        "co_holder_number": arrow.entries(np.maximum(partner, 0), whole.papers.texts, ~both),
        "kind": arrow.words(kind, _KINDS),
        "area": arrow.whole(np.maximum(area, 20)),
        "issued_on": arrow.days(np.minimum(issued, start - 1)),
        "state": arrow.words(np.array([3, 2, 1, 0])[state], _STATES),
    }
    return {"land_certificate": arrow.batch(columns)}


def _owned(rng: np.random.Generator, whole: Whole) -> NDArray[np.bool_]:
    """Say of each household whether its house has a certificate with somebody of the family."""
    chunk = whole.chunk
    chance = np.interp(chunk.people.age(chunk.start)[chunk.heads], _AGES, _OWN)
    chance = np.where(whole.dwellings.temporary, _TEMPORARY, chance)
    owned: NDArray[np.bool_] = ~chunk.homes.rented & (rng.random(len(chance)) < chance)
    return owned


def _holders(rng: np.random.Generator, whole: Whole, home: Ints) -> tuple[Ints, Ints]:
    """Return who stands on the certificate of each of these homes, and the spouse (−1: none).

    Mostly the head or the head's spouse, who may be dead by now; of young heads often a parent.
    """
    chunk, draw = whole.chunk, rng.random((2, len(home)))
    head = chunk.heads[home].astype(np.int64)
    partner = whole.spouse[head].astype(np.int64)
    is_late = (partner >= 0) & ~np.append(chunk.people.living, True)[partner]
    first = (partner >= 0) & (draw[0] < np.where(is_late, _LATE, _PARTNER_FIRST))
    parents = chunk.parents
    parent = np.where(parents.father[head] >= 0, parents.father[head], parents.mother[head])
    young = chunk.people.age(chunk.start)[head] < _YOUNG
    of_parent = (parent >= 0) & young & (draw[1] < _PARENTS)
    holder = np.select([of_parent, first], [parent, partner], head)
    other = np.append(whole.spouse, -1)[holder]
    return holder, np.where(is_late & ~first & ~of_parent, -1, other)


def _issued(rng: np.random.Generator, whole: Whole, home: Ints, holder: Ints) -> NDArray[np.int32]:
    """Date the certificates: the family is there, the holder of age; early ones mostly."""
    people = whole.chunk.people
    died = people.died[holder]
    last = np.where(died == NEVER, whole.chunk.start, died) - 1
    of_age = dates.anniversary(people.born[holder], 18)
    since = np.maximum(np.maximum(whole.dwellings.since[home], of_age), _FIRST)
    since = np.minimum(since, last)
    wait = np.floor((last - since) * rng.random(len(home)) ** 2)
    issued: NDArray[np.int32] = (since + wait).astype(np.int32)
    return issued


def _numbers(serial: Ints, issued: NDArray[np.int32]) -> pa.Array[Any]:
    """Return a number of its own for each household: `ZA 012345`, later `ZZ 00012345`."""
    late = np.flatnonzero(issued >= _EIGHT_DIGITS)
    series, six = np.divmod(serial, 10**6)
    early = arrow.joined(arrow.take(_SERIES, series), numbers.text(six, 6))
    eight = arrow.joined(arrow.constant("ZZ ", len(late)), numbers.text(serial[late], 8))
    place = np.arange(len(serial))
    place[late] = len(serial) + np.arange(len(late))
    return arrow.take(pa.concat_arrays([early, eight]), place)


class _Deed(NamedTuple):
    """A certificate of the cast: whose house it is of, and who stands on it."""

    home: str
    holder: str
    co_holder: str | None = None
    name: str | None = None
    state: str = "valid"
    kind: str = "house"


_DEEDS = (
    _Deed("adult-level-2", "adult-level-2", "adult-level-1"),
    _Deed("widowed", "deceased", "widowed"),
    _Deed("divorced", "divorced", state="disputed"),
    _Deed("no-account", "no-account", state="mortgaged"),
    _Deed("twins-father", "twins-father"),
    _Deed("guardian", "guardian"),
    _Deed("mother-alone", "mother-alone"),
    _Deed("double-surname", "double-surname", name="Nguyễn Văn Hùng"),
    _Deed("legal-representative", "legal-representative", kind="apartment"),
    #: Whoever moved last month rents from her.
    _Deed("moved-last-month", "legal-representative"),
)


def _cast(cast: Cast) -> Mapping[str, Sequence[Row]]:
    return {
        "land_certificate": [
            {
                "number": f"ZA {serial:06}",
                "house_id": cast.members[deed.home].house_id,
                "holder_number": cast.members[deed.holder].pin,
                "holder_name": deed.name,
                "co_holder_number": (
                    None if deed.co_holder is None else cast.members[deed.co_holder].pin
                ),
                "kind": deed.kind,
                "area": 62,
                "issued_on": cast.day(Ago(5, 100)),
                "state": deed.state,
            }
            for serial, deed in enumerate(_DEEDS, start=1)
        ]
    }


ROWS = Rows("land", _chunk, _cast)
