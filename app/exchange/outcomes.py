"""THE table of outcomes: what a caller is told, for each standing of a number, claim and state.

The table is data: answers are looked up in it, and the docs are printed from it. A verification
never tells a value of the record; a caller without `outcome_detail` learns `match` or `no_match`.
"""

from __future__ import annotations

from enum import StrEnum, unique
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from app.exchange.refusals import PROBLEMS
from app.matching.findings import MATCH, Finding, Reason, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.platform.errors import Language
    from app.registry.lookup import Found


@unique
class Outcome(StrEnum):
    """The answer to a verification as a whole."""

    MATCH = "match"
    NO_MATCH = "no_match"
    MISMATCH = "mismatch"
    NEAR_MATCH = "near_match"
    NOT_ON_RECORD = "not_on_record"
    BIRTH_DATE_PARTIAL = "birth_date_partial"
    OLD_NUMBER_LINKED = "old_number_linked"
    SUPERSEDED_NUMBER = "superseded_number"
    AMBIGUOUS = "ambiguous"
    NOT_FOUND = "not_found"
    DECEASED = "deceased"
    MISSING = "missing"
    UNDER_REVIEW = "under_review"
    EMIGRATED = "emigrated"


@unique
class Standing(StrEnum):
    """What the number claimed is."""

    UNKNOWN = "unknown"
    CURRENT = "current"
    SUPERSEDED = "superseded"
    OLD = "old"
    SHARED = "shared"


@unique
class Agreement(StrEnum):
    """How the claim as a whole stands to the record."""

    AGREES = "agrees"
    AGREES_IN_PART = "agrees_in_part"
    UNKNOWN_IN_PART = "unknown_in_part"
    UNKNOWN = "unknown"
    NEAR = "near"
    DIFFERS = "differs"


class Row(NamedTuple):
    """One row: the cases it is for (None: all), what it answers, and what that means.

    `outcome` is for callers with `outcome_detail`, who are told the verdict of each attribute,
    too, where `attributes` says so; `plain` is for all others.
    """

    outcome: Outcome
    plain: Outcome
    meaning_vi: str
    meaning_en: str
    standing: Standing | None = None
    agreement: Agreement | None = None
    state: str | None = None
    attributes: bool = True


STATES = ("alive", "dead", "missing", "under_review", "emigrated")

#: The first row that fits decides. `near` is for callers with `cleansing`; others see `differs`.
ROWS = (
    Row(
        Outcome.NOT_FOUND,
        Outcome.NO_MATCH,
        "Không ai mang số này.",
        "Nobody bears this number.",
        standing=Standing.UNKNOWN,
        attributes=False,
    ),
    Row(
        Outcome.AMBIGUOUS,
        Outcome.NO_MATCH,
        "Số CMND này từng cấp cho nhiều người: cần số định danh 12 số.",
        "Several people had this old number: ask by the 12-digit number.",
        standing=Standing.SHARED,
        attributes=False,
    ),
    Row(
        Outcome.SUPERSEDED_NUMBER,
        Outcome.NO_MATCH,
        "Số định danh này đã hủy; công dân mang số khác.",
        "This personal number was cancelled; its holder bears another.",
        standing=Standing.SUPERSEDED,
    ),
    Row(
        Outcome.MISMATCH,
        Outcome.NO_MATCH,
        "Có thông tin không khớp.",
        "Something claimed differs from the record.",
        agreement=Agreement.DIFFERS,
    ),
    Row(
        Outcome.NOT_ON_RECORD,
        Outcome.NO_MATCH,
        "Không có gì trái, nhưng có thông tin chưa có trong cơ sở dữ liệu.",
        "Nothing differs, but something claimed is not on record.",
        agreement=Agreement.UNKNOWN,
    ),
    Row(
        Outcome.DECEASED,
        Outcome.NO_MATCH,
        "Thông tin khớp với một người đã chết.",
        "The claim fits a person who has died.",
        state="dead",
    ),
    Row(
        Outcome.MISSING,
        Outcome.NO_MATCH,
        "Thông tin khớp với một người bị tuyên bố mất tích.",
        "The claim fits a person who is declared missing.",
        state="missing",
    ),
    Row(
        Outcome.UNDER_REVIEW,
        Outcome.NO_MATCH,
        "Thông tin khớp với một hồ sơ đang được xác minh.",
        "The claim fits a record that is under review.",
        state="under_review",
    ),
    Row(
        Outcome.NEAR_MATCH,
        Outcome.NO_MATCH,
        "Gần khớp: khác dấu, khoảng trắng, y/i, cách viết cũ hoặc một lỗi gõ.",
        "Nearly: marks, spacing, y/i, an old spelling or one slip of the key.",
        agreement=Agreement.NEAR,
    ),
    Row(
        Outcome.BIRTH_DATE_PARTIAL,
        Outcome.NO_MATCH,
        "Khớp, nhưng hồ sơ không có đủ ngày, tháng, năm sinh để đối chiếu hết.",
        "It fits, but the birth date on record is too partial to check all of the claim.",
        agreement=Agreement.UNKNOWN_IN_PART,
    ),
    Row(
        Outcome.BIRTH_DATE_PARTIAL,
        Outcome.MATCH,
        "Khớp; ngày sinh chỉ được đối chiếu phần đã khai.",
        "It fits; of the birth date only the part that was claimed was compared.",
        agreement=Agreement.AGREES_IN_PART,
    ),
    Row(
        Outcome.EMIGRATED,
        Outcome.MATCH,
        "Khớp; người này đã ra nước ngoài định cư.",
        "It fits; the person has settled abroad.",
        state="emigrated",
    ),
    Row(
        Outcome.OLD_NUMBER_LINKED,
        Outcome.MATCH,
        "Khớp qua số CMND 9 số cũ.",
        "It fits, found by the old 9-digit number.",
        standing=Standing.OLD,
    ),
    Row(
        Outcome.MATCH,
        Outcome.MATCH,
        "Khớp.",
        "It fits.",
        standing=Standing.CURRENT,
        agreement=Agreement.AGREES,
        state="alive",
    ),
)


def agreement(findings: Mapping[str, Finding]) -> Agreement:
    """Join the findings of every attribute; nothing claimed differs, for it proves nothing."""
    if findings and all(finding == MATCH for finding in findings.values()):
        return Agreement.AGREES  # the usual case, and the quickest
    verdicts = {finding.verdict for finding in findings.values()}
    if not verdicts or Verdict.MISMATCH in verdicts:
        return Agreement.DIFFERS
    gaps = [finding for finding in findings.values() if finding.verdict is Verdict.NOT_ON_RECORD]
    if any(gap.reason is not Reason.DOB_PARTIAL for gap in gaps):
        return Agreement.UNKNOWN
    if Verdict.NEAR_MATCH in verdicts:
        return Agreement.NEAR
    if gaps:
        return Agreement.UNKNOWN_IN_PART
    return Agreement.AGREES_IN_PART


def standing(found: Found) -> Standing:
    """Return what the number is, by who was found under it."""
    if not found.hits:
        return Standing.UNKNOWN
    return _STANDINGS[found.hits[0].via] if len(found.hits) == 1 else Standing.SHARED


def row(number: Standing, agreed: Agreement, state: str) -> Row:
    """Return the row of the table that decides this case; `state` is one of `STATES`."""
    return _DECIDED[number, agreed, state]


def table_markdown(language: Language) -> str:
    """Print the whole table, refusals included, for the docs."""
    lines = [
        "| " + " | ".join(_HEADINGS[language]) + " |",
        "|---" * len(_HEADINGS[language]) + "|",
        *(_line(entry, language) for entry in ROWS),
    ]
    for problem in PROBLEMS.values():
        cells = ("–", "–", "–", str(_STATUS[problem.kind]), f"`{problem.code}`")
        lines.append(f"| {' | '.join(cells)} | `{problem.code}` | {problem.title(language)} |")
    return "\n".join(lines) + "\n"


_STANDINGS = {"pin": Standing.CURRENT, "superseded": Standing.SUPERSEDED, "old": Standing.OLD}
_HEADINGS = {
    "en": ("number", "claim", "state", "HTTP", "outcome", "with `outcome_detail`", "meaning"),
    "vi": ("số", "thông tin", "trạng thái", "HTTP", "outcome", "có `outcome_detail`", "nghĩa"),
}
_STATUS = {"forbidden": 403, "too_many": 429}


def _line(entry: Row, language: Language) -> str:
    case = [of or "*" for of in (entry.standing, entry.agreement, entry.state)]
    told = f"`{entry.outcome}`" + (" + `attributes`" if entry.attributes else "")
    meaning = entry.meaning_en if language == "en" else entry.meaning_vi
    return f"| {' | '.join(case)} | 200 | `{entry.plain}` | {told} | {meaning} |"


def _fits(entry: Row, case: tuple[Standing, Agreement, str]) -> bool:
    wanted = (entry.standing, entry.agreement, entry.state)
    return all(want is None or want == is_ for want, is_ in zip(wanted, case, strict=True))


_DECIDED = {
    case: next(entry for entry in ROWS if _fits(entry, case))
    for case in product(Standing, Agreement, STATES)
}
