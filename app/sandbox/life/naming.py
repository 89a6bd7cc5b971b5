"""Names of newborn children: the surname of a parent's, as each people hands it down, and others.

The generator's own lists name them (`seed.names`).
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from app.sandbox.life.people import MEN, WOMEN
from seed import dates, name_lists, units
from seed.names import AGREED_SHARE, SURNAME_NOTES, Names, People

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.sandbox.life.drawing import Month

    Places = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_FATHER_UNKNOWN, _AGREED, _CUSTOM = SURNAME_NOTES[1], SURNAME_NOTES[2], SURNAME_NOTES[6]


def children(month: Month, mother: Places, father: Places, girls: Flags) -> list[dict[str, Any]]:
    """Return what a report of birth says of each child's name, and why the surname is no parent's.

    `father` is -1 where he is not known.
    """
    people = month.people
    ethnicity = np.where(father >= 0, people.ethnicity[father], people.ethnicity[mother])
    agreed = month.stream("names", "agreed").random(len(mother)) < AGREED_SHARE
    from_mother = (father < 0) | name_lists.load().maternal[ethnicity] | agreed
    giver = np.where(from_mother, mother, father)
    nobody = np.full(len(mother), -1, np.int32)
    named = People(
        ethnicity=ethnicity.astype(np.uint8),
        sex=np.where(girls, WOMEN, MEN).astype(np.uint8),
        birth_year=np.full(len(mother), dates.years(np.array([month.first_day]))[0], np.int16),
        region=units.provinces().region[people.province[mother]],
        father=nobody,
        mother=nobody,
        level=np.zeros(len(mother), np.uint8),
    )
    surnames = pa.array(people.family[giver].tolist(), pa.string())
    givers = np.where(from_mother, WOMEN, MEN).astype(np.uint8)
    texts = _names().newborns(month.stream, named, surnames, givers)
    columns = (texts.family_name, texts.middle_name, texts.given_name, texts.name_order)
    parts = zip(*(column.to_pylist() for column in columns), strict=True)
    return [
        {
            "name": {"family": family, "middle": middle, "given": given, "order": order},
            **_note(family, people.family[mother[at]], _family(month, father[at]), agreed[at]),
        }
        for at, (family, middle, given, order) in enumerate(parts)
    ]


def _family(month: Month, father: int) -> str | None:
    return None if father < 0 else str(month.people.family[father])


def _note(family: str, mothers: str, fathers: str | None, agreed: bool) -> dict[str, Any]:  # noqa: FBT001 - of one child
    if fathers is None:
        return {"surname_note": _FATHER_UNKNOWN}
    if family == fathers:
        return {}
    return {"surname_note": _AGREED if agreed and family == mothers else _CUSTOM}


@functools.cache
def _names() -> Names:
    return Names()
