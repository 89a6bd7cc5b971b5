"""What the registers of others have in common: under which number and name they know people.

Most know a person by the present number and as the population database writes the name. Some
entries from before 2016 still stand under an old number of nine digits; in some, the name is
somebody else's: a number was typed wrongly, or a book was lent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from seed import dates, numbers
from seed.people import NEVER
from seed.rows import arrow

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.people import Days
    from seed.rows.whole import Whole

    Ints = NDArray[np.int64]

#: Of entries made before the personal number came: how many still stand under the old number.
OLD_SHARE = 0.10
#: Entries whose name is another person's; our estimate, less than the operators found in 2023.
OTHER_NAME_SHARE = 0.008
#: Who they are taken for: common names, nobody's in particular.
_OTHERS = (
    "Nguyễn Văn Hùng", "Trần Thị Hoa", "Lê Văn Dũng", "Phạm Thị Lan", "Hoàng Văn Nam",
    "Vũ Thị Hương", "Đặng Văn Tuấn", "Bùi Thị Nga", "Đỗ Văn Minh", "Hồ Thị Thu",
)  # fmt: skip
_OWN = -1


def numbers_and_names(
    whole: Whole, name: str, person: Ints, since: Days
) -> dict[str, pa.Array[Any]]:
    """Return the columns `holder_number` and `holder_name` of entries made on the days `since`."""
    rng = whole.streams("registers", name, "holders")
    old = whole.identities.old
    last = np.full(len(whole.chunk), _OWN)
    last[old.person] = np.arange(len(old.person))
    issued = np.full(len(whole.chunk), NEVER)
    issued[old.person] = old.issued
    stale = (rng.random(len(person)) < OLD_SHARE) & (issued[person] <= since)
    stale &= since < dates.day(2016)
    texts = pa.concat_arrays(
        [numbers.text(whole.identities.number, 12), numbers.text(old.number, 9)]
    )
    place = np.where(stale, len(whole.chunk) + last[person], person)
    other = rng.random(len(person)) < OTHER_NAME_SHARE
    drawn = rng.integers(0, len(_OTHERS), len(person))
    return {
        "holder_number": arrow.take(texts, place),
        "holder_name": arrow.entries(drawn, pa.array(_OTHERS), ~other),
    }


def by_id(whole: Whole, person: Ints) -> Ints:
    """Return the entries in the order of their people's ids, as they are read together."""
    return person[np.argsort(whole.rank[person], kind="stable")]


def serials(whole: Whole, person: Ints) -> Ints:
    """Return a number of its own for each person of the world: below ten to the eighth."""
    found: Ints = whole.citizen_id[person]
    return found
