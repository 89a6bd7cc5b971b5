"""The words of a reconciliation: what is said of a row of an agency's file."""

from __future__ import annotations

from enum import StrEnum, unique


@unique
class Verdict(StrEnum):
    """How a row stands to the registry. Only `match` and `near_match` name a person for sure."""

    MATCH = "match"
    """The number leads to a person, and what is claimed is on record."""
    NEAR_MATCH = "near_match"
    """One person is meant beyond doubt; what differs is explained by errors that have names."""
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


#: Verdicts that say which person is meant.
FOUND = (Verdict.MATCH, Verdict.NEAR_MATCH)
