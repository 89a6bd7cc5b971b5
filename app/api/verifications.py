"""`/v1/verifications`: is what is claimed about a number true? Yes or no; no data leaves.

The single question has two ways to the same answer: this ordinary route, and the hot route
(`hot.py`), which takes the usual form of it. Tests hold the two to equal answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.api import answers, exchanges, problems, schemas
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import verification, verification_batch
from app.exchange.callers import VERIFICATION
from app.exchange.outcomes import Outcome
from app.exchange.verification import Question
from app.matching import dates
from app.matching.verdicts import Verdict
from app.registry.countries import Nationality

if TYPE_CHECKING:
    from app.exchange.answered import Answered
    from app.matching.verdicts import ClaimedValue

router = APIRouter(tags=["exchange"])


class Claims(schemas.Strict):
    """What is claimed about the number's bearer; at least one attribute."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    full_name: schemas.Maybe[schemas.Name] = None
    birth_date: schemas.Maybe[schemas.PartialDate] = None
    sex: schemas.Maybe[Literal["M", "F"]] = None
    nationality: schemas.Maybe[Nationality] = None
    ethnicity: schemas.Maybe[schemas.TwoDigits] = None
    residence_province: schemas.Maybe[schemas.TwoDigits] = None
    origin_province: schemas.Maybe[schemas.TwoDigits] = None
    father_name: schemas.Maybe[schemas.Name] = None
    mother_name: schemas.Maybe[schemas.Name] = None

    @model_validator(mode="after")
    def _not_empty(self) -> Claims:
        if not self.model_fields_set:
            raise PydanticCustomError("nothing_claimed", "claim at least one attribute")
        return self

    def values(self) -> dict[str, ClaimedValue]:
        """Return what is claimed, without what is not, in the order of the table."""
        claimed: dict[str, ClaimedValue] = self.model_dump(exclude_none=True)
        if self.birth_date is not None:
            claimed["birth_date"] = dates.parse(self.birth_date)
        return claimed


class VerificationRequest(schemas.Strict):
    """One question about one number."""

    number: schemas.Number
    claims: Claims
    purpose: schemas.Slug = Field(description="A purpose of a grant: see `GET /v1/me`.")
    officer: schemas.Maybe[schemas.Reference] = Field(
        None, description="Account of the official who asks, where the grant demands one."
    )
    dossier: schemas.Maybe[schemas.Reference] = Field(
        None, description="Code of the procedure at hand, where the grant demands one."
    )
    consent: schemas.Maybe[schemas.Reference] = Field(
        None, description="Id of the citizen's consent, where the grant demands one."
    )
    as_of: schemas.Maybe[schemas.Day] = Field(
        None,
        description="The claim is to have been true on record at the end of this day; for callers "
        "with `outcome_detail`.",
    )
    signed: bool = Field(
        default=False, description="Answer as a JWS, like `Accept: application/jose`."
    )
    sealed: bool = schemas.SEALED
    explain: bool = Field(
        default=False, description="Explain the answer; only worlds set to training do."
    )


class VerificationAnswer(schemas.Exchange):
    """Yes or no; more for callers whose grants say so."""

    outcome: Outcome
    attributes: dict[str, Verdict] | None = Field(
        None, description="Per attribute, for callers with `outcome_detail`."
    )
    explain: dict[str, Any] | None = Field(
        None,
        description="How the answer came about, in worlds set to training; in others, where asked "
        "for, `next_vi` and `next_en`: how a world is set to it.",
    )
    as_of: schemas.Day | None = Field(None, description="The day, where one was asked about.")


class BatchItem(schemas.Strict):
    """One question of a batch."""

    number: schemas.Number
    claims: Claims
    consent: schemas.Maybe[schemas.Reference] = None


class BatchRequest(schemas.Strict):
    """Up to 1,000 questions with one purpose; answered together, logged under one leaf."""

    purpose: schemas.Slug
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None
    items: list[BatchItem] = Field(min_length=1, max_length=verification_batch.MOST_CLAIMS)
    signed: bool = False
    sealed: bool = schemas.SEALED


@router.post(
    "/v1/verifications",
    response_model=VerificationAnswer,
    responses={
        **problems.documented(401, 403, 409, 429),
        200: {"content": exchanges.SIGNED},
    },
)
def verify(call: CallDep, caller: CallerDep, asked: VerificationRequest) -> Response:
    """Compare claims with the registry and say whether they fit.

    The outcome follows the published table of outcomes. The exchange is in the log before the
    answer leaves; the receipt proves it.
    """
    question = Question(
        errand=exchanges.errand_of(call, asked),
        number=asked.number,
        claim=asked.claims.values(),
        explain=asked.explain,
        as_of=asked.as_of,
    )

    def tell(answered: Answered, _prepared: verification.Prepared) -> Response:
        return exchanges.told(call, VERIFICATION, answered, signed=asked.signed)

    return exchanges.put(call, caller, verification, question, tell)


@router.post(
    "/v1/verifications/batch",
    responses={
        **problems.documented(401, 403, 409, 429),
        **answers.of(verification_batch.BatchAnswer, more=exchanges.SIGNED),
    },
)
def verify_batch(call: CallDep, caller: CallerDep, asked: BatchRequest) -> Response:
    """Answer up to 1,000 questions at once, each by its place in the list.

    One leaf stands for all of them: the root over one salted entry per question, so that each
    person still gets a proof.
    """
    batch = verification_batch.Batch(
        errand=exchanges.errand(
            call, asked.purpose, asked.officer, asked.dossier, sealed=asked.sealed
        ),
        items=tuple(
            verification_batch.Item(
                number=item.number, claim=item.claims.values(), consent=item.consent
            )
            for item in asked.items
        ),
    )

    def tell(answered: Answered, _prepared: verification_batch.Prepared) -> Response:
        return exchanges.told(call, VERIFICATION, answered, signed=asked.signed)

    return exchanges.put(call, caller, verification_batch, batch, tell)
