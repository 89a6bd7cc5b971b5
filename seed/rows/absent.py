"""Relatives who are not in the world, by name: partners, and the parents of the old.

An absent partner of a union is named together with the chunk's people, as if there: so the
children of a late husband have his surname, and brothers and sisters one father.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from seed import births, dates, families, units
from seed.names import NameCodes, People
from seed.people import MAN, NONE, WOMAN
from seed.rows import arrow

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from seed.names import Names
    from seed.people import Floats
    from seed.rows.whole import Whole

    Ints = NDArray[np.int64]

#: Parents of the old were not always written down: share known, by the child's year of birth.
_YEARS, _KNOWN = np.array([1920.0, 1945.0, 1965.0, 1985.0]), np.array([0.5, 0.75, 0.93, 0.99])


@dataclasses.dataclass(frozen=True)
class Named:
    """Everybody who is named together: the chunk's people, then absent partners of unions.

    `partners` are the places of absent husbands (0) and wives (1) by union, −1 for none.
    """

    people: People
    partners: tuple[Ints, Ints]


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


def gather(whole: Whole) -> Named:
    """Return the people of a chunk and the absent partners, with what naming depends on."""
    chunk, unions = whole.chunk, whole.chunk.unions
    married = unions.kind != births.UNWED
    husbandless = np.flatnonzero((unions.husband < 0) & married)
    wifeless = np.flatnonzero((unions.wife < 0) & married)
    there = np.concatenate((unions.wife[husbandless], unions.husband[wifeless]))
    count, absent = len(chunk), len(there)
    places = []
    for first, lacking in ((count, husbandless), (count + len(husbandless), wifeless)):
        place = np.full(len(unions), NONE, np.int64)
        place[lacking] = first + np.arange(len(lacking))
        places.append(place)
    husbands, wives = places
    none = np.full(absent, NONE)
    father, mother = (
        np.concatenate((_or_absent(whole, side, place), none)).astype(np.int32)
        for side, place in ((chunk.parents.father, husbands), (chunk.parents.mother, wives))
    )
    sex = np.repeat((MAN, WOMAN), (len(husbandless), len(wifeless)))
    province = units.wards().province[whole.dwellings.birth_ward]
    region = units.provinces().region[province]
    year = dates.years(chunk.people.born)
    people = chunk.origins.people
    return Named(
        people=People(
            ethnicity=np.concatenate((people, people[there])),
            sex=np.concatenate((chunk.people.sex, sex)).astype(np.uint8),
            birth_year=np.concatenate((year, year[there])),
            region=np.concatenate((region, region[there])),
            father=father,
            mother=mother,
            level=families.levels(father, mother),
        ),
        partners=(husbands, wives),
    )


def name(whole: Whole, names: Names, named: Named, codes: NameCodes) -> Absent:
    """Name the absent parents of those who share them with nobody, and join the partners."""
    count = len(whole.chunk)
    parts = [_slice(codes, count)]
    first = len(named.people.sex) - count
    partners = tuple(np.where(place >= 0, place - count, NONE) for place in named.partners)
    parents = []
    for sex in (MAN, WOMAN):
        known = whole.streams("kinship", "known", sex).random(count) < _known(whole)
        single = np.flatnonzero((whole.chunk.parents.union < 0) & known)
        parts.append(names.absent_parents(whole.streams, codes, named.people, single, sex))
        place = np.append(partners[sex], NONE)[whole.chunk.parents.union]
        place[single] = first + np.arange(len(single))
        first += len(single)
        parents.append(place)
    joined = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts])
        for field in dataclasses.fields(NameCodes)
    }
    return Absent(
        parents=(parents[0], parents[1]),
        partners=(partners[0], partners[1]),
        names=names.full_names(NameCodes(**joined)),
    )


def _or_absent(whole: Whole, side: NDArray[np.int32], place: Ints) -> Ints:
    """Return each person's parent, or the absent one of the union they were born in."""
    from_union = np.append(place, NONE)[whole.chunk.parents.union]
    return np.where(side >= 0, side, from_union)


def _known(whole: Whole) -> Floats:
    years = whole.chunk.people.born / dates.YEAR + 1970
    found: Floats = np.interp(years, _YEARS, _KNOWN)
    return found


def _slice(codes: NameCodes, first: int) -> NameCodes:
    return NameCodes(*(getattr(codes, field.name)[first:] for field in dataclasses.fields(codes)))
