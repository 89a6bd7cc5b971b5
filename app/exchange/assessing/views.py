"""Views: an assessment and its second look, as agencies and citizens are shown them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.sectors.creditworthiness import scorecard
from app.sectors.creditworthiness.scorecard import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.exchange.assessing.models import CreditAssessment
    from app.platform.errors import Language

#: Days in which a second look may be asked for: a choice of ours.
APPEAL_DAYS: Final = 30


class ReasonView(msgspec.Struct, frozen=True, kw_only=True):
    """Why a score is not higher: a characteristic of the scorecard and the points it cost."""

    code: str
    title: str
    points_lost: int


class SecondLook(msgspec.Struct, frozen=True, kw_only=True):
    """A second look: `filed`, then `raised`, `lowered` or `unchanged`; dates are the world's.

    `overdue`: the answer is late today, or came late. Without an outcome there is no new score.
    """

    state: str
    by: str
    ground: str
    said: str
    filed_on: dt.date
    due_on: dt.date
    overdue: bool
    decided_on: dt.date | None
    answer: str | None
    score: int | None
    band: str | None
    reasons: tuple[ReasonView, ...]


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """A score, 300 to 850, with its band and reasons, by a scorecard that anybody may read.

    `thin_file`: no loan or card of the last year is known. `appeal_by` is the last day on which a
    second look may be asked for.
    """

    id: str
    scorecard: str
    assessed_on: dt.date
    score: int
    band: str
    thin_file: bool
    reasons: tuple[ReasonView, ...]
    appeal_by: dt.date
    second_look: SecondLook | None


def view(row: CreditAssessment, today: dt.date, language: Language) -> Assessment:
    """Return an assessment as agencies and citizens see it."""
    return Assessment(
        id=row.id,
        scorecard=row.scorecard,
        assessed_on=row.assessed_on,
        score=row.score,
        band=row.band,
        thin_file=row.thin_file,
        reasons=_reasons(row.marks, language),
        appeal_by=row.assessed_on + dt.timedelta(days=APPEAL_DAYS),
        second_look=second_look(row, today, language),
    )


def second_look(row: CreditAssessment, today: dt.date, language: Language) -> SecondLook | None:
    """Return how the second look stands, None where nobody asked for it."""
    if row.appealed_by is None:
        return None
    filed_on, due_on = row.appealed_on or today, row.due_on or today
    return SecondLook(
        state=row.outcome or "filed",
        by=row.appealed_by,
        ground=row.ground or "",
        said=row.said or "",
        filed_on=filed_on,
        due_on=due_on,
        overdue=is_late(row, today),
        decided_on=row.decided_on,
        answer=row.answer,
        score=row.second_score,
        band=None if row.second_score is None else scorecard.band(row.second_score),
        reasons=_reasons(row.second_marks or [], language),
    )


def is_late(row: CreditAssessment, today: dt.date) -> bool:
    """Whether the answer to an appeal is late on that day, or came late."""
    return row.due_on is not None and (row.decided_on or today) > row.due_on


def marks(kept: Sequence[Sequence[Any]]) -> tuple[Mark, ...]:
    """Return marks as the scorecard has them."""
    return tuple(Mark(*each) for each in kept)


def _reasons(kept: Sequence[Sequence[Any]], language: Language) -> tuple[ReasonView, ...]:
    return tuple(
        ReasonView(
            code=each.code,
            title=each.title_vi if language == "vi" else each.title_en,
            points_lost=each.lost,
        )
        for each in scorecard.reasons(marks(kept))
    )
