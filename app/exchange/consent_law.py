"""The laws on personal data, each for its time: what a consent is, and how long agencies have.

Decree 13/2023/NĐ-CP from 1 July 2023, Law 91/2025/QH15 with Decree 356/2025/NĐ-CP from 1 January
2026. Under both a consent is given freely, for one purpose, to named data, in a way that can be
shown afterwards, and silence is none (Art 11 of the decree, Art 9 of the law). From secondary
texts: the terms; from memory: the articles on children of both, and that the extension of fifteen
days is there for each kind of request.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal, get_args

import msgspec

from app.exchange import disclosing, register_claim
from app.exchange.presets import preset
from app.identity import working_days

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What somebody may be asked to let others know that has words of its own, by name.
CONSENTED: Final = {**disclosing.CATALOGUE, **register_claim.by_field()}

Right = Literal["access", "correction", "erasure", "withdrawal", "restriction", "objection"]

#: Below this age others consent for a child (Law on Children 2016, Art 1).
CHILD_UNTIL: Final = 16
#: From this age on the child has to agree as well.
CHILD_AGREES_FROM: Final = 7


class Law(msgspec.Struct, frozen=True, kw_only=True):
    """One law: days to do what is asked, and working days to say that one will, None: none set.

    `with_processors` are days where others process for the agency, `extension` how many more it
    may take once.
    """

    name: str
    days: Mapping[Right, int]
    with_processors: int | None
    acknowledge_days: int | None
    extension: int

    @property
    def text(self) -> str:
        """Its name as grants cite it."""
        return preset.laws()[self.name].text

    def due(self, right: Right, filed_on: dt.date, *, processors: bool = False) -> dt.date:
        """Return the last day on which what is asked has to be done."""
        days = self.days[right]
        if processors and self.with_processors is not None:
            days = max(days, self.with_processors)
        return filed_on + dt.timedelta(days=days)

    def acknowledge_by(self, filed_on: dt.date) -> dt.date | None:
        """Return the last day on which the agency has to say that it has the request."""
        if self.acknowledge_days is None:
            return None
        return working_days.after(filed_on, self.acknowledge_days)


_DECREE_13: Final = Law(
    name="consent-2023",
    days=dict.fromkeys(get_args(Right), 3),  # 72 hours, for every right
    with_processors=None,
    acknowledge_days=None,
    extension=0,
)
_LAW_91: Final = Law(
    name="consent-2025",
    days={
        "access": 10,
        "correction": 10,
        "erasure": 20,
        "withdrawal": 15,
        "restriction": 15,
        "objection": 15,
    },
    with_processors=20,
    acknowledge_days=2,
    extension=15,
)


#: By the name that `presets/laws.csv` has for each.
LAWS: Final[Mapping[str, Law]] = {law.name: law for law in (_DECREE_13, _LAW_91)}


def of(day: dt.date) -> Law | None:
    """Return the law in force on a day, None before the first."""
    in_force = (law for law in LAWS.values() if _holds(law, day))
    return next(in_force, None)


def sensitive(fields: Iterable[str]) -> tuple[str, ...]:
    """Return which of these fields are sensitive data (Decree 13/2023, Art 2 (4)).

    The law of 2025 adds credentials of electronic identity and pictures of cards, which no field
    here gives out. A name that is no field of the catalogue is none of them.
    """
    return tuple(
        name for name in fields if name in CONSENTED and CONSENTED[name].sensitivity == "sensitive"
    )


def _holds(law: Law, day: dt.date) -> bool:
    known = preset.laws()[law.name]
    return known.valid_from <= day <= known.valid_to
