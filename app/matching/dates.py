"""Birth dates that may lack day or month, and whether a claimed one agrees with the record."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

from app.matching.findings import MATCH, MISMATCH, NOT_ON_RECORD, Finding, Reason, Verdict, near

_ISO = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)

_PARTIAL_MATCH = Finding(Verdict.MATCH, Reason.DOB_PARTIAL)
_PARTIAL_GAP = Finding(Verdict.NOT_ON_RECORD, Reason.DOB_PARTIAL)


class PartialDate(NamedTuple):
    """A date of which the day, or day and month, may be unknown.

    Not validated here: `parse` and `of` do that. A day without a month does not occur.
    """

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def is_full(self) -> bool:
        """Whether day and month are known."""
        return self.day is not None

    def isoformat(self) -> str:
        """Return `YYYY-MM-DD`, `YYYY-MM` or `YYYY`."""
        parts = [f"{self.year:04d}"]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return "-".join(parts)

    def vietnamese(self) -> str:
        """Return `DD/MM/YYYY`, as Vietnam writes dates, or the parts that are known."""
        return "/".join(reversed(self.isoformat().split("-")))


def parse(text: str) -> PartialDate:
    """Read `YYYY-MM-DD`, `YYYY-MM` or `YYYY` (ISO 8601, extended form) and nothing else.

    Raises ValueError, with a message that may be shown, for other forms and for days that no
    calendar has.
    """
    read = _ISO.fullmatch(text)
    if read is None:
        raise ValueError("Write the date as YYYY-MM-DD, YYYY-MM or YYYY.")
    year, month, day = read.groups()
    return of(int(year), int(month) if month else None, int(day) if day else None)


def of(year: int, month: int | None = None, day: int | None = None) -> PartialDate:
    """Return the date of these parts; raises ValueError if no calendar has it."""
    if day is not None and month is None:
        raise ValueError("A date with a day needs its month.")
    try:
        dt.date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError as error:
        raise ValueError("There is no such date in the calendar.") from error
    return PartialDate(year, month, day)


def compare_birth_date(claimed: PartialDate, recorded: PartialDate | None) -> Finding:
    """Compare a claimed birth date with the one on record, each possibly partial.

    | claim | record | agreeing parts | finding |
    |---|---|---|---|
    | any | none | | not_on_record |
    | full | full | all | match |
    | partial | as partial | all | match, dob_partial |
    | partial | fuller | all that is claimed | match, dob_partial |
    | fuller | partial | all that is recorded | not_on_record, dob_partial: the rest is unknown |
    | full | full | day and month exchanged | near_match, day_month_swapped |
    | full | full | one digit replaced, or two neighbours exchanged | near_match, digit_typo |
    | otherwise | | | mismatch |

    1 January is a day like others: 1950-01-01 claimed against 1950 recorded is not_on_record.
    """
    if claimed == recorded:
        return MATCH if claimed.day is not None else _PARTIAL_MATCH
    if recorded is None:
        return NOT_ON_RECORD
    if claimed.day is not None and recorded.day is not None:
        return _compare_full(claimed, recorded)
    known_to_both = [
        (ours, theirs) for ours, theirs in zip(claimed, recorded, strict=True) if ours and theirs
    ]
    if any(ours != theirs for ours, theirs in known_to_both):
        return MISMATCH
    claims_more = sum(part is not None for part in claimed) > len(known_to_both)
    return _PARTIAL_GAP if claims_more else _PARTIAL_MATCH


def _compare_full(claimed: PartialDate, recorded: PartialDate) -> Finding:
    if claimed == (recorded.year, recorded.day, recorded.month):
        return near(Reason.DAY_MONTH_SWAPPED)
    if _is_digit_typo(_digits(claimed), _digits(recorded)):
        return near(Reason.DIGIT_TYPO)
    return MISMATCH


def _digits(date: PartialDate) -> str:
    return f"{date.year:04d}{date.month:02d}{date.day:02d}"


def _is_digit_typo(ours: str, theirs: str) -> bool:
    differing = [place for place in range(8) if ours[place] != theirs[place]]
    if len(differing) == 1:
        return True
    if len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    first, second = differing
    return ours[first] == theirs[second] and ours[second] == theirs[first]
