"""`/v1/my/credit-assessments`: what a citizen may know of how their credit was assessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Response

from app.api import answers, citizens, problems, writes
from app.api.citizens import ReaderDep, WriterDep
from app.api.credit_assessments import Appeal, AssessmentId
from app.api.dependencies import CallDep
from app.api.my import AboutQuery, logged
from app.exchange import access as accesses
from app.exchange.assessing import appeals, assessments, own, views
from app.exchange.assessing.own import OwnAssessments
from app.exchange.assessing.views import SecondLook
from app.platform import clock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(prefix="/v1/my/credit-assessments", tags=["citizen"])

_About = Annotated[AboutQuery, Query()]


@router.get("", responses={**problems.documented(401, 403), **answers.of(OwnAssessments)})
def list_my_credit_assessments(call: CallDep, citizen: ReaderDep, asked: _About) -> Response:
    """List them with every point, by whom they were asked for and on which consent.

    The portal is told it, too: each reading has its leaf in the log.
    """
    at = accesses.of(call.world)
    return logged(
        call,
        citizen,
        asked,
        lambda session, read: own.tell(session, at, read, call.language, clock.now()),
    )


@router.post(
    "/{assessment_id}/appeal",
    status_code=201,
    responses={
        **problems.documented(401, 403, 409),
        **answers.of(SecondLook, status=201, description="Filed"),
    },
)
def appeal_my_credit_assessment(
    call: CallDep, citizen: WriterDep, assessment_id: AssessmentId, about: _About, asked: Appeal
) -> Response:
    """Ask for a second look, within 30 days and once; the authority's term begins to run."""

    def job(session: Session) -> Response:
        subject = citizens.subject(session, call, citizen, about.ward)
        row = assessments.find(session, assessment_id, citizen_id=subject)
        today = call.world.today
        appeals.file(session, row, "citizen", (asked.ground, asked.said), today)
        row = assessments.find(session, assessment_id)
        return answers.json(views.second_look(row, today, call.language), status=201)

    return writes.once(call, citizens.name(call, citizen), lambda: job)
