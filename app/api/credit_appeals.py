"""`/v1/credit-appeals`: second looks at credit assessments, for the authority that takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from app.api import answers, exchanges, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.credit_assessments import AssessmentId, ShowQuery
from app.api.dependencies import CallDep
from app.exchange import access
from app.exchange.assessing import appeals, assessments
from app.exchange.assessing.appeals import Case, Waiting
from app.exchange.callers import CREDIT_REVIEW
from app.platform import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call
    from app.exchange.callers import Caller
    from app.exchange.errands import Errand

router = APIRouter(prefix="/v1/credit-appeals", tags=["credit"])

#: For which purpose the authority looks.
PURPOSE = "credit-scoring"


class AppealsQuery(schemas.Query):
    """Which of them."""

    state: Literal["open", "decided", "all"] = "open"
    limit: int = Field(50, ge=1, le=assessments.MOST)


class AppealDecision(schemas.Strict):
    """What came of a second look, in the officer's words."""

    answer: schemas.Sentence
    leave_out: list[Annotated[str, Field(pattern="^[0-9]{11}$")]] = Field(
        default=[],
        max_length=50,
        description="Numbers of credit accounts that are found to be somebody else's.",
    )
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None


@router.get("", responses={**problems.documented(401), **answers.of(list[Waiting])})
def list_credit_appeals(
    call: CallDep, caller: CallerDep, asked: Annotated[AppealsQuery, Query()]
) -> Response:
    """List them, those due first; empty for systems without a grant for `credit-review`."""
    is_open = None if asked.state == "all" else asked.state == "open"
    with call.world.session() as session:
        found = appeals.waiting(
            session, caller, call.world.today, is_open=is_open, limit=asked.limit
        )
    return answers.json(found)


@router.get(
    "/{assessment_id}",
    responses={**problems.documented(401, 403, 406, 429), **answers.of(Case)},
)
def show_credit_appeal(
    call: CallDep,
    caller: CallerDep,
    assessment_id: AssessmentId,
    asked: Annotated[ShowQuery, Query()],
) -> Response:
    """Show a case: the first score point by point, and the credit accounts of today."""
    errand = exchanges.errand(call, PURPOSE, asked.officer, asked.dossier)
    return call.world.writer.submit(_review(call, caller, (errand, assessment_id), None))


@router.post(
    "/{assessment_id}/decision",
    responses={**problems.documented(401, 403, 406, 409, 429), **answers.of(Case)},
)
def decide_credit_appeal(
    call: CallDep, caller: CallerDep, assessment_id: AssessmentId, asked: AppealDecision
) -> Response:
    """Take the second look, once: what the registers say today, without the accounts left out."""
    errand = exchanges.errand(call, PURPOSE, asked.officer, asked.dossier)
    decision = appeals.Decision(answer=asked.answer, leave_out=tuple(asked.leave_out))
    job = _review(call, caller, (errand, assessment_id), decision)
    return writes.once(call, caller.client_id, lambda: job)


def _review(
    call: Call, caller: Caller, asked: tuple[Errand, str], decision: appeals.Decision | None
) -> Callable[[Session], Response]:
    at = access.of(call.world)
    return lambda session: exchanges.told(
        call,
        CREDIT_REVIEW,
        appeals.review(session, at, caller, asked, decision, clock.now()),
    )
