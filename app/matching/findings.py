"""What a comparison can find: a verdict, and the reason where the verdict does not say it."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import NamedTuple


@unique
class Verdict(StrEnum):
    """The answer for one claimed attribute; it gives away no value of the record."""

    MATCH = "match"
    NEAR_MATCH = "near_match"
    MISMATCH = "mismatch"
    NOT_ON_RECORD = "not_on_record"


@unique
class Reason(StrEnum):
    """Why a verdict is near, or in what way a match or a gap is partial."""

    SEPARATORS = "separators"
    """Words are divided or joined differently: `H'Hoa` and `H Hoa`, `Niê-Kdăm` and `Niê Kdăm`."""
    Y_I = "y_i"
    """One vowel is written y here and i there: `Lý` and `Lí`, `Quy` and `Qui`."""
    DIACRITICS = "diacritics"
    """Marks differ or are missing: `Đỗ` and `Do`."""
    SPELLING = "spelling"
    """Several of the above at once."""
    WORD_ORDER = "word_order"
    """The same words in another order, marks and y/i aside: `An Nguyễn Văn`."""
    TYPO = "typo"
    """One letter added, left out or replaced, or two neighbours exchanged, marks and y/i aside."""
    DAY_MONTH_SWAPPED = "day_month_swapped"
    """The day stands where the month should, and the month where the day should."""
    DIGIT_TYPO = "digit_typo"
    """One digit of a date replaced, or two neighbouring digits exchanged."""
    DOB_PARTIAL = "dob_partial"
    """Claim or record lacks part of the birth date: only what both have was compared."""


class Finding(NamedTuple):
    """A verdict and, where there is one, its reason."""

    verdict: Verdict
    reason: Reason | None = None


MATCH = Finding(Verdict.MATCH)
MISMATCH = Finding(Verdict.MISMATCH)
NOT_ON_RECORD = Finding(Verdict.NOT_ON_RECORD)


def near(reason: Reason) -> Finding:
    """Return the finding of a near match with its reason."""
    return Finding(Verdict.NEAR_MATCH, reason)
