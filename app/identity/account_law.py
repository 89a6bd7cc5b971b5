"""The decrees on eID accounts, each for its time: who may have which level, and until when.

Decree 59/2022/NĐ-CP from 20 October 2022, Decree 69/2024/NĐ-CP from 1 July 2024. Terms are in
working days, but for organisations that no national database has. Of the earlier decree the terms
are known to us from memory only.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from app.identity import working_days

#: Below it there is no identity card with biometrics, and no level 2.
SCHOOL_AGE: Final = 6
#: From it on somebody acts alone.
OWN_AGE: Final = 14
LEVEL_1_DAYS, LEVEL_2_DAYS, WITH_CARD_DAYS = 1, 3, 7
#: An authority asks by form TK03: one working day to be passed on, two to be decided.
LOCK_DAYS: Final = 1 + 2


@dataclass(frozen=True, slots=True)
class Law:
    """A decree: `level_2_from` is an age; terms of an organisation are in working and in days."""

    name: str
    valid_from: dt.date
    level_2_from: int
    known_organisation_days: int
    other_organisation_days: int = 15


_LAWS: Final = (
    Law("69/2024/NĐ-CP", dt.date(2024, 7, 1), SCHOOL_AGE, 3),
    Law("59/2022/NĐ-CP", dt.date(2022, 10, 20), OWN_AGE, 1),
)


def of(day: dt.date) -> Law | None:
    """Return the decree in force on a day, None before the first."""
    return next((law for law in _LAWS if law.valid_from <= day), None)


def due(filed_on: dt.date, level: int, *, with_card: bool = False) -> dt.date:
    """Return until when an application for a level is decided (Decree 69/2024, Art 10–13)."""
    if with_card:
        return working_days.after(filed_on, WITH_CARD_DAYS)
    return working_days.after(filed_on, LEVEL_1_DAYS if level == 1 else LEVEL_2_DAYS)


def organisation_due(law: Law, filed_on: dt.date, *, nationally_known: bool) -> dt.date:
    """Return until when an organisation's application is decided."""
    if nationally_known:
        return working_days.after(filed_on, law.known_organisation_days)
    return filed_on + dt.timedelta(days=law.other_organisation_days)
