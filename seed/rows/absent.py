"""Names of relatives who are not in the world: one for each family that shares them."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from seed import births, dates
from seed.names import NameCodes, People
from seed.people import MAN, NONE, WOMAN
from seed.rows import arrow

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from seed.names import Names
    from seed.people import Floats, Streams
    from seed.rows.whole import Whole

    Ints = NDArray[np.int64]

#: Parents of the old were not always written down: share known, by the child's year of birth.
_YEARS, _KNOWN = np.array([1920.0, 1945.0, 1965.0, 1985.0]), np.array([0.5, 0.75, 0.93, 0.99])


@dataclasses.dataclass(frozen=True)
class Absent:
    """Places in `names` (−1: none) of the absent parent of each person and partner of each union.

    `parents` and `partners` are fathers and husbands (0), mothers and wives (1).
    """

    parents: tuple[Ints, Ints]
    partners: tuple[Ints, Ints]
    names: pa.Array[Any]

    def texts(self, place: Ints) -> pa.Array[Any]:
        """Return the names at these places; −1 gives null."""
        return arrow.entries(place, self.names, place < 0)


def name(whole: Whole, names: Names, people: People, codes: NameCodes) -> Absent:
    """Name every absent parent and partner who has a relative in the world."""
    parts: list[NameCodes] = []
    count = 0
    parents, partners = [], []
    for sex in (MAN, WOMAN):
        single, union, child, childless = _wanted(whole, sex)
        who = np.concatenate((single, child))
        parts.append(names.absent_parents(whole.streams, codes, people, who, sex))
        parts.append(_strangers(whole.streams, names, people, childless[1], sex))
        of_person, of_union = _empty(len(whole.chunk)), _empty(len(whole.chunk.unions))
        of_person[single] = count + np.arange(len(single))
        of_union[union] = count + len(single) + np.arange(len(union))
        of_union[childless[0]] = count + len(who) + np.arange(len(childless[0]))
        count += len(who) + len(childless[0])
        parents.append(_shared(whole, sex, of_person, of_union))
        partners.append(of_union)
    joined = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in dataclasses.fields(NameCodes)
    }
    return Absent(
        parents=(parents[0], parents[1]),
        partners=(partners[0], partners[1]),
        names=names.full_names(NameCodes(**joined)),
    )


def _wanted(whole: Whole, sex: int) -> tuple[Ints, Ints, Ints, tuple[Ints, Ints]]:
    """Say who needs a name.

    In this order: persons whose parent is nobody else's; unions that lack a partner, with a child
    to name them by; and childless ones with the partner who is there.
    """
    chunk, unions = whole.chunk, whole.chunk.unions
    missing, there = (
        (unions.wife, unions.husband) if sex == WOMAN else (unions.husband, unions.wife)
    )
    lacking = (missing < 0) & (unions.kind != births.UNWED)
    first = _empty(len(unions))
    born_in = chunk.parents.union
    children = np.flatnonzero(born_in >= 0)[::-1]
    first[born_in[children]] = children
    with_child = np.flatnonzero(lacking & (first >= 0))
    childless = np.flatnonzero(lacking & (first < 0) & (there >= 0))
    known = whole.streams("kinship", "known", sex).random(len(chunk)) < _known(whole)
    single = np.flatnonzero((born_in < 0) & known)
    return single, with_child, first[with_child], (childless, there[childless].astype(np.int64))


def _known(whole: Whole) -> Floats:
    years = whole.chunk.people.born / dates.YEAR + 1970
    found: Floats = np.interp(years, _YEARS, _KNOWN)
    return found


def _shared(whole: Whole, sex: int, of_person: Ints, of_union: Ints) -> Ints:
    """Give the children of a union the name of its absent partner, if they have nobody there."""
    parents = whole.chunk.parents
    side = parents.mother if sex == WOMAN else parents.father
    from_union = np.append(of_union, NONE)[parents.union]
    return np.where((parents.union >= 0) & (side < 0), from_union, of_person)


def _strangers(
    streams: Streams, names: Names, people: People, partners: Ints, sex: int
) -> NameCodes:
    """Name somebody of this sex for each partner: of the same people, region and age."""
    virtual = People(
        ethnicity=people.ethnicity[partners],
        sex=np.full(len(partners), sex, np.uint8),
        birth_year=people.birth_year[partners],
        region=people.region[partners],
        father=np.full(len(partners), NONE),
        mother=np.full(len(partners), NONE),
        level=np.zeros(len(partners), np.uint8),
    )
    return names.assign(lambda *of: streams("partners", sex, *of), virtual)


def _empty(count: int) -> Ints:
    return np.full(count, NONE, np.int64)
