"""`/v1/consent-requests`: an agency asks citizens for consent, and sees what they decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from app.api import answers, exchanges, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import access as accesses
from app.exchange import consent_requests
from app.exchange.consent_requests import MOST_MINUTES, USUAL_MINUTES, RequestedConsent
from app.platform import clock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(prefix="/v1/consent-requests", tags=["consent"])

ConsentId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class ConsentAsk(schemas.Strict):
    """Whom to ask for which fields, what for and until when."""

    number: schemas.Number
    purpose: schemas.Slug = Field(
        description="A purpose with a grant that rests on consent: see `GET /v1/me`."
    )
    fields: schemas.FieldNames
    to_date: schemas.Maybe[schemas.Day] = Field(
        None, description="The last day, the world's. Until it is withdrawn if unsaid."
    )
    why: schemas.Sentence = Field(
        description="For the person to read: what is done with it, and by whom.",
        examples=["Mở tài khoản thanh toán"],
    )
    minutes: int = Field(
        USUAL_MINUTES,
        ge=1,
        le=MOST_MINUTES,
        description="How long the question waits on the phone, in real time.",
    )


_VIEW = answers.of(RequestedConsent)


@router.post(
    "",
    status_code=201,
    responses={
        **problems.documented(401, 403, 409, 429),
        **answers.of(RequestedConsent, status=201, description="Asked"),
    },
)
def ask_for_consent(call: CallDep, caller: CallerDep, asked: ConsentAsk) -> Response:
    """Ask a citizen for consent: it is put on the phone, and decided whole or field by field.

    The answer's `id` is what to name as `consent` once it is `given`. A number that nobody bears
    is answered alike, and is never decided on. It tells nothing about anybody and leaves nothing
    in the disclosure log; the decision does.
    """
    new = consent_requests.NewRequest(
        errand=exchanges.errand(call, asked.purpose),
        number=asked.number,
        fields=tuple(asked.fields),
        to_date=asked.to_date,
        why=asked.why,
        minutes=asked.minutes,
    )
    at = accesses.of(call.world)

    def job(session: Session) -> Response:
        made = consent_requests.create(session, at, caller, new, clock.now())
        return answers.json(made, status=201)

    return writes.once(call, caller.client_id, lambda: job)


@router.get("/{consent_id}", responses={**problems.documented(401), **_VIEW})
def show_consent_request(call: CallDep, caller: CallerDep, consent_id: ConsentId) -> Response:
    """Tell how a request stands, and what of it was agreed to."""
    with call.world.session() as session:
        found = consent_requests.find(session, caller, consent_id, call.world.today, clock.now())
    return answers.json(found)


@router.post("/{consent_id}/end", responses={**problems.documented(401, 409), **_VIEW})
def end_consent_request(call: CallDep, caller: CallerDep, consent_id: ConsentId) -> Response:
    """Take a question back, or end a consent that the agency needs no more."""
    at = accesses.of(call.world)

    def job(session: Session) -> Response:
        return answers.json(consent_requests.end(session, at, caller, consent_id, clock.now()))

    return writes.once(call, caller.client_id, lambda: job)
