"""`/v1/credit-assessments`: how creditworthy a citizen who consents looks; openly synthetic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import AfterValidator, Field

from app.api import answers, exchanges, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import access
from app.exchange.assessing import appeals, assessments
from app.exchange.assessing.assessments import AssessmentAnswer, Brief
from app.exchange.callers import CREDIT
from app.platform import clock
from app.sectors.creditworthiness import scorecard
from app.sectors.creditworthiness.scorecard import Band, Bin

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.answered import Answered

router = APIRouter(prefix="/v1", tags=["credit"])

AssessmentId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of an assessment.")]
_Field: Any = Literal[scorecard.FIELDS]


class CreditQuestion(schemas.Strict):
    """Whose credit is to be assessed, by which consent, and from what."""

    number: schemas.Number
    purpose: schemas.Slug = Field("credit-scoring", description="A purpose of a grant.")
    consent: schemas.Maybe[schemas.Reference] = Field(
        None, description="The citizen's consent, to every field that is read."
    )
    fields: Annotated[list[_Field], AfterValidator(schemas.distinct)] = Field(
        default=list(scorecard.FIELDS),
        min_length=1,
        max_length=len(scorecard.FIELDS),
        json_schema_extra={"uniqueItems": True},
        description="From which fields: all of the scorecard's if unsaid. `state` is always read.",
    )
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None
    signed: bool = False
    sealed: bool = schemas.SEALED


class Appeal(schemas.Strict):
    """Why a second look is asked for."""

    ground: Literal["data-wrong", "not-mine", "changed", "other"] = Field(
        description="Data are wrong; they are somebody else's; they have changed since; other."
    )
    said: schemas.Sentence = Field(description="In one's own words.")


class AgencyAppeal(Appeal):
    """Why the agency asks for a second look, and on whose behalf."""

    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None


class ShowQuery(schemas.Query):
    """On whose behalf it is shown again."""

    officer: schemas.Reference | None = None
    dossier: schemas.Reference | None = None


class ListQuery(schemas.Query):
    """How many."""

    limit: int = Field(50, ge=1, le=assessments.MOST)


class CharacteristicView(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the scorecard; `unknown` are the points where a field was not told."""

    name: str
    title_vi: str
    title_en: str
    reason_vi: str
    reason_en: str
    fields: tuple[str, ...]
    unknown: int
    bins: tuple[Bin, ...]


class ScorecardView(msgspec.Struct, frozen=True, kw_only=True):
    """The whole scorecard: `base` and the points of each characteristic, kept within limits."""

    version: str
    notice: str
    base: int
    least: int
    most: int
    bands: tuple[Band, ...]
    characteristics: list[CharacteristicView]
    simulated: bool = True


_ANSWERED = {
    **problems.documented(401, 403, 406, 409, 429),
    **answers.of(AssessmentAnswer, more=exchanges.SIGNED),
}


@router.get("/credit-scorecard", responses=answers.of(ScorecardView), tags=["reference"])
def show_credit_scorecard(call: CallDep) -> Response:
    """Show the scorecard, every point of it. OPENLY SYNTHETIC: the real model is not public."""
    return answers.json(
        ScorecardView(
            version=scorecard.VERSION,
            notice=assessments.NOTICE[call.language],
            base=scorecard.BASE,
            least=scorecard.LEAST,
            most=scorecard.MOST,
            bands=scorecard.BANDS,
            characteristics=[_row(each) for each in scorecard.CHARACTERISTICS],
        )
    )


@router.post("/credit-assessments", responses=_ANSWERED)
def assess_credit(call: CallDep, caller: CallerDep, asked: CreditQuestion) -> Response:
    """Score a citizen who consents: score, band and reasons, and none of the fields behind them.

    OPENLY SYNTHETIC (`GET /v1/credit-scorecard`). Sex, ethnicity, religion, age and place are not
    among what is read.
    """
    ask = assessments.Ask(
        errand=exchanges.errand_of(call, asked),
        number=asked.number,
        fields=tuple(name for name in scorecard.FIELDS if name in asked.fields),
    )

    def tell(answered: Answered, _prepared: assessments.Prepared) -> Response:
        return exchanges.told(call, CREDIT, answered, signed=asked.signed)

    return exchanges.put(call, caller, assessments, ask, tell)


@router.get(
    "/credit-assessments", responses={**problems.documented(401), **answers.of(list[Brief])}
)
def list_credit_assessments(
    call: CallDep, caller: CallerDep, asked: Annotated[ListQuery, Query()]
) -> Response:
    """List the agency's, the latest first: ids and second looks, no scores and no people."""
    with call.world.session() as session:
        return answers.json(assessments.of_agency(session, caller.agency_id, asked.limit))


@router.get("/credit-assessments/{assessment_id}", responses=_ANSWERED)
def show_credit_assessment(
    call: CallDep,
    caller: CallerDep,
    assessment_id: AssessmentId,
    asked: Annotated[ShowQuery, Query()],
) -> Response:
    """Show one again, with its second look: by today's grant, and only while the consent lasts."""
    errand = exchanges.errand(call, "", asked.officer, asked.dossier)
    at = access.of(call.world)

    def job(session: Session) -> Response:
        prepared = assessments.prepare_again(session, at, caller, errand, assessment_id)
        return exchanges.told(
            call, CREDIT, assessments.record(session, at, prepared, now=clock.now())
        )

    return call.world.writer.submit(job)


@router.post("/credit-assessments/{assessment_id}/appeal", responses=_ANSWERED)
def appeal_credit_assessment(
    call: CallDep, caller: CallerDep, assessment_id: AssessmentId, asked: AgencyAppeal
) -> Response:
    """Ask for a second look as the agency that was told the score, while the consent lasts."""
    errand = exchanges.errand(call, "", asked.officer, asked.dossier)
    at = access.of(call.world)

    def job(session: Session) -> Response:
        prepared = assessments.prepare_again(session, at, caller, errand, assessment_id)
        said = asked.ground, asked.said
        filed = appeals.file_for_agency(session, at, prepared, said, clock.now())
        return exchanges.told(call, CREDIT, filed)

    return writes.once(call, caller.client_id, lambda: job)


def _row(each: scorecard.Characteristic) -> CharacteristicView:
    return CharacteristicView(
        name=each.name,
        title_vi=each.title_vi,
        title_en=each.title_en,
        reason_vi=each.reason_vi,
        reason_en=each.reason_en,
        fields=each.fields,
        unknown=each.unknown,
        bins=each.bins,
    )
