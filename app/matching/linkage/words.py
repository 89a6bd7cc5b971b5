"""The words of a reconciliation: what is said of a row of an agency's file, and how surely."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Final


@unique
class Verdict(StrEnum):
    """How a row stands to the registry. Only `match` and `near_match` name a person."""

    MATCH = "match"
    """The number leads to a person, and what is claimed is on record."""
    NEAR_MATCH = "near_match"
    """One person is meant, as surely as was asked; errors that have names explain what differs."""
    MISMATCH = "mismatch"
    """The number's bearer agrees in name or birth date, and differs more than errors explain."""
    OTHER_PERSON = "other_person"
    """The number is another person's."""
    AMBIGUOUS = "ambiguous"
    """Several people fit, or one who may fit by coincidence."""
    NOT_FOUND = "not_found"
    """Nobody fits."""
    UNREADABLE = "unreadable"
    """The row lacks a name or a birth date, or they cannot be read."""


#: Bits from which one person is meant, and by which the best candidate leads the next one, as a
#: caller chooses: chance does it at most once in 2 rows, or in 1,024, whatever the name.
LEAST_STRICT: Final = 1
STRICTEST: Final = 10
#: Verdicts that say which person is meant.
FOUND = (Verdict.MATCH, Verdict.NEAR_MATCH)
