"""Residence permits: of the cast's foreigners; the generated population has no foreigners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seed.personas.roles import Ago
from seed.register import Cast, Rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seed.register import Row
    from seed.rows.arrow import Tables
    from seed.rows.whole import Whole

#: Whose permit, issued and good until how long before the start (negative: after it).
_PERMITS = (
    ("foreigner", 1, "temporary", Ago(1, 40), -400),
    ("foreigner-permit-expired", 2, "temporary", Ago(2, 20), 15),
)


def _chunk(_whole: Whole) -> Tables:
    return {}


def _cast(cast: Cast) -> Mapping[str, Sequence[Row]]:
    return {
        "residence_permit": [
            {
                "number": f"ZZ{serial:07}",
                "holder_number": cast.members[key].pin,
                "kind": kind,
                "passport_number": f"ZZ{serial:07}",
                "passport_expires_on": cast.day(Ago(0, -2000)),
                "issued_on": cast.day(issued),
                "expires_on": cast.day(Ago(0, ends)),
                "state": "valid",
            }
            for key, serial, kind, issued, ends in _PERMITS
        ]
    }


ROWS = Rows("residence-permits", _chunk, _cast)
