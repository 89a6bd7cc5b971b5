"""From what was watched to a grade: what was done in each case, what it weighs, and the whole.

A grade is the share of the weight of what was tried that was done right: A from 95 per cent,
B from 85, C from 70, D from 50, F below. Who trusts something forged or gives a secret away
(`grave`) has D at best, and F where that happened more than twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

import msgspec

from app.training.report_card.cases import CONCLUSIONS, WEIGHTS, Said

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.platform.errors import Language
    from app.training.report_card.cases import Case, Gravity, Watched

Grade = Literal["A", "B", "C", "D", "F"]
_STEPS: Final[tuple[tuple[float, Grade], ...]] = ((95, "A"), (85, "B"), (70, "C"), (50, "D"))
_MOST_GRAVE: Final = 2
_WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "en": {
        "grade": "Grade {told.grade}: {told.score} of 100 (simulated)",
        "counts": "{told.passed} right, {told.failed} wrong, {told.grave} of them grave;"
        " {told.not_tried} not tried; {told.seconds} s",
        "grave": "grave",
        "heavy": "heavy",
        "light": "light",
        "untried": "not tried",
        "did": "what it did",
        "should": "what it should do",
    },
    "vi": {
        "grade": "Hạng {told.grade}: {told.score} trên 100 (mô phỏng)",
        "counts": "{told.passed} đúng, {told.failed} sai, trong đó {told.grave} nghiêm trọng;"
        " {told.not_tried} chưa thử; {told.seconds} giây",
        "grave": "nghiêm trọng",
        "heavy": "nặng",
        "light": "nhẹ",
        "untried": "chưa thử",
        "did": "đã làm",
        "should": "nên làm",
    },
}


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one case; `passed` None where it could not be tried."""

    name: str
    gravity: str
    weight: int
    passed: bool | None
    happens_en: str
    happens_vi: str
    did_en: str
    did_vi: str
    should_en: str
    should_vi: str


class ReportCard(msgspec.Struct, frozen=True, kw_only=True):
    """The whole: `score` from 0 to 100, and every case."""

    of: str
    grade: Grade
    score: float
    passed: int
    failed: int
    not_tried: int
    grave: int
    seconds: float
    simulated: bool
    cases: tuple[Result, ...]


def card(of: str, results: Sequence[Result], seconds: float) -> ReportCard:
    """Add up what came of the cases; nothing tried is nothing right."""
    tried = [each for each in results if each.passed is not None]
    right = [each for each in tried if each.passed]
    whole = sum(each.weight for each in tried)
    score = 100 * sum(each.weight for each in right) / whole if whole else 0.0
    grave = sum(each.gravity == "grave" and not each.passed for each in tried)
    return ReportCard(
        of=of,
        grade=grade(score, grave),
        score=round(score, 1),
        passed=len(right),
        failed=len(tried) - len(right),
        not_tried=len(results) - len(tried),
        grave=grave,
        seconds=round(seconds, 1),
        simulated=True,
        cases=tuple(results),
    )


def lines(told: ReportCard, language: Language) -> Iterator[str]:
    """Write a card for people: the grade, then what went wrong, the gravest first."""
    words = _WORDS[language]
    yield words["grade"].format(told=told)
    yield words["counts"].format(told=told)
    wrong = [each for each in told.cases if not each.passed]
    for each in sorted(wrong, key=lambda one: -one.weight):
        happens, did, should = in_language(each, language)
        mark = words["untried"] if each.passed is None else words[each.gravity]
        yield ""
        yield f"{each.name} ({mark}): {happens}"
        yield f"  {words['did']}: {did}"
        yield f"  {words['should']}: {should}"


def in_language(told: Result, language: Language) -> tuple[str, str, str]:
    """Return what happened, what was done, and what should have been, in a language."""
    if language == "vi":
        return told.happens_vi, told.did_vi, told.should_vi
    return told.happens_en, told.did_en, told.should_en


def grade(score: float, grave: int) -> Grade:
    """Return the grade of a score with so many grave failures.

    >>> grade(100, 0), grade(94.9, 0), grade(99, 1), grade(99, 3), grade(40, 0)
    ('A', 'B', 'D', 'F', 'F')
    """
    if grave > _MOST_GRAVE:
        return "F"
    reached: Grade = next((letter for least, letter in _STEPS if score >= least), "F")
    return max(reached, "D") if grave else reached


def of_client(case: Case, watched: Watched) -> Result:
    """Judge a client: its conclusion is right, and its calls were as they should be."""
    wrong = list(_wrong(case, watched))
    did = Said("; ".join(each.en for each in wrong), "; ".join(each.vi for each in wrong))
    return result(
        case.name,
        case.gravity,
        case.happens,
        case.should,
        passed=not wrong,
        did=did if wrong else _right(watched),
    )


def result(
    name: str,
    gravity: Gravity,
    happens: Said,
    should: Said,
    *,
    passed: bool | None,
    did: Said,
) -> Result:
    """Return what came of a case, in both languages."""
    return Result(
        name=name,
        gravity=gravity,
        weight=WEIGHTS[gravity],
        passed=passed,
        happens_en=happens.en,
        happens_vi=happens.vi,
        did_en=did.en,
        did_vi=did.vi,
        should_en=should.en,
        should_vi=should.vi,
    )


def _wrong(case: Case, watched: Watched) -> Iterator[Said]:
    concluded = watched.conclusion
    if concluded is None:
        yield Said(
            f"it came to no conclusion within {watched.took:.0f} s",
            f"không kết luận được trong {watched.took:.0f} giây",
        )
    elif concluded not in CONCLUSIONS:
        yield Said(f"it broke ({concluded})", f"bị hỏng ({concluded})")
    elif concluded not in case.accepts:
        yield Said(f"it concluded {concluded}", f"kết luận {concluded}")
    if concluded in CONCLUSIONS and not any(call.turned for call in watched.calls):
        yield Said("it never came to the point: it did not ask", "chưa từng hỏi đến chỗ này")
    yield from filter(None, (check(watched) for check in case.checks))


def _right(watched: Watched) -> Said:
    calls = len(watched.calls)
    return Said(
        f"it concluded {watched.conclusion} after {calls} calls",
        f"kết luận {watched.conclusion} sau {calls} lần gọi",
    )
