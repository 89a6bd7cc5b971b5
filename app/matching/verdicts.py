"""Comparing a claim with a record: the table of what may be claimed, and how each is judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from app.matching.dates import PartialDate, compare_birth_date
from app.matching.findings import MATCH, MISMATCH, NOT_ON_RECORD, Finding, Reason, Verdict
from app.matching.names import compare_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "ATTRIBUTES",
    "Attribute",
    "ClaimedValue",
    "Finding",
    "Reason",
    "Record",
    "Verdict",
    "compare",
]

ClaimedValue = str | PartialDate
"""A birth date is claimed as a PartialDate, everything else as text."""


class Record(NamedTuple):
    """What the registry holds about one person, as far as it may be compared; None for nothing.

    Only the attributes that are claimed need be filled. Provinces are two-digit GSO codes of the
    claim's era: the caller translates. Sex, ethnicity and nationality are the registry's codes.
    """

    full_name: str | None = None
    birth_date: PartialDate | None = None
    sex: str | None = None
    nationality: str | None = None
    ethnicity: str | None = None
    residence_province: str | None = None
    origin_province: str | None = None
    father_name: str | None = None
    mother_name: str | None = None


def compare_code(claimed: str, recorded: str | None) -> Finding:
    """Compare codes of one list: equal or not; no code is near another."""
    if not recorded:
        return NOT_ON_RECORD
    return MATCH if claimed == recorded else MISMATCH


def compare_sex(claimed: str, recorded: str | None) -> Finding:
    """Compare `M` and `F`; a record of `U` (no information) holds nothing."""
    return NOT_ON_RECORD if recorded == "U" else compare_code(claimed, recorded)


def compare_ethnicity(claimed: str, recorded: str | None) -> Finding:
    """Compare codes of Decision 121-TCTK/1979; a record of `99` (not known) holds nothing."""
    return NOT_ON_RECORD if recorded == "99" else compare_code(claimed, recorded)


class Attribute(NamedTuple):
    """One row of the table: how a claim is judged, and what it is called on papers."""

    compare: Callable[[Any, Any], Finding]
    title_vi: str
    title_en: str


ATTRIBUTES: Mapping[str, Attribute] = {
    "full_name": Attribute(compare_name, "Họ, chữ đệm và tên khai sinh", "Full name"),
    "birth_date": Attribute(compare_birth_date, "Ngày, tháng, năm sinh", "Date of birth"),
    "sex": Attribute(compare_sex, "Giới tính", "Sex"),
    "nationality": Attribute(compare_code, "Quốc tịch", "Nationality"),
    "ethnicity": Attribute(compare_ethnicity, "Dân tộc", "Ethnicity"),
    "residence_province": Attribute(
        compare_code, "Tỉnh, thành phố nơi thường trú", "Province of permanent residence"
    ),
    "origin_province": Attribute(compare_code, "Tỉnh, thành phố quê quán", "Province of origin"),
    "father_name": Attribute(compare_name, "Họ, chữ đệm và tên của cha", "Father's full name"),
    "mother_name": Attribute(compare_name, "Họ, chữ đệm và tên của mẹ", "Mother's full name"),
}
"""Every attribute a caller may claim, by its name in the interface and in `Record`."""


def compare(claim: Mapping[str, ClaimedValue], record: Record) -> dict[str, Finding]:
    """Judge what is claimed, in the order claimed; KeyError for a name not in `ATTRIBUTES`."""
    return {
        name: ATTRIBUTES[name].compare(claimed, getattr(record, name))
        for name, claimed in claim.items()
    }
