"""`/control/v1/consents`: what citizens allow agencies, recorded by the operator for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from app.api import answers, problems, schemas, writes
from app.api.control.operators import NAME, OF_WORLD
from app.api.control.people import citizen_id_of
from app.api.dependencies import CallDep
from app.exchange import access as accesses
from app.exchange import agencies, consents, disclosing, register_claim
from app.exchange.chip_verdicts import CHECKS
from app.exchange.consents import ConsentView, NewConsent
from app.exchange.presets import preset
from app.exchange.qr_verification import FIELDS as QR_FIELDS
from app.matching.verdicts import ATTRIBUTES
from app.platform import clock
from app.platform.errors import InvalidParam

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(prefix="/control/v1/consents", tags=["control"], dependencies=[OF_WORLD])

ConsentId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class ConsentRequest(schemas.Strict):
    """What a citizen allows one agency for one purpose. Dates are the world's, both inclusive."""

    pin: str = Field(pattern=schemas.PIN)
    agency: schemas.Slug = Field(description="Slug of the agency.")
    purpose: schemas.Slug
    fields: schemas.FieldNames
    from_date: schemas.Maybe[schemas.Day] = Field(None, description="The world's today if unsaid.")
    to_date: schemas.Maybe[schemas.Day] = Field(None, description="Until withdrawn if unsaid.")
    evidence: schemas.Reference = Field(description="How it was given: silence is no consent.")


class OfCitizen(schemas.Strict):
    """Whose consents."""

    pin: str = Field(pattern=schemas.PIN)


@router.post(
    "",
    status_code=201,
    responses={
        **problems.documented(401, 409),
        **answers.of(ConsentView, status=201, description="Recorded"),
    },
)
def create_consent(call: CallDep, asked: ConsentRequest) -> Response:
    """Record a consent."""
    _check_known(asked)
    at, today = accesses.of(call.world), call.world.today

    def job(session: Session) -> Response:
        agency = agencies.find(session, asked.agency)
        new = NewConsent(
            citizen_id=citizen_id_of(session, asked.pin),
            agency_id=agency.id,
            purpose=asked.purpose,
            fields=tuple(asked.fields),
            from_date=asked.from_date or today,
            to_date=asked.to_date,
            evidence=asked.evidence,
        )
        now = clock.now()
        consent_id = consents.record(session, at, new, now)
        return answers.json(consents.find(session, consent_id, today, now), status=201)

    return writes.once(call, NAME, lambda: job)


@router.post(
    "/searches", responses={**problems.documented(401, 409), **answers.of(list[ConsentView])}
)
def find_consents(call: CallDep, asked: OfCitizen) -> Response:
    """List every consent a citizen ever gave, the latest first."""
    with call.world.session() as session:
        citizen_id = citizen_id_of(session, asked.pin)
        found = consents.of_citizen(session, citizen_id, call.world.today, clock.now())
    return writes.answered(call, NAME, answers.json(found))


@router.get("/{consent_id}", responses={**problems.documented(401), **answers.of(ConsentView)})
def show_consent(call: CallDep, consent_id: ConsentId) -> Response:
    """Show one consent."""
    with call.world.session() as session:
        return answers.json(consents.find(session, consent_id, call.world.today, clock.now()))


@router.post(
    "/{consent_id}/withdraw",
    responses={**problems.documented(401, 409), **answers.of(ConsentView)},
)
def withdraw_consent(call: CallDep, consent_id: ConsentId) -> Response:
    """Withdraw a consent: it counts no more from the next question on."""
    at, today = accesses.of(call.world), call.world.today

    def job(session: Session) -> Response:
        now = clock.now()
        consents.end(session, at, consent_id, "withdrawn", now)
        return answers.json(consents.find(session, consent_id, today, now))

    return writes.once(call, NAME, lambda: job)


def _check_known(asked: ConsentRequest) -> None:
    """Refuse a consent to what nobody can ask for: it would protect nothing and open nothing."""
    wrong = []
    if asked.purpose not in preset.purposes():
        wrong.append(InvalidParam("purpose", "no such purpose", "không có mục đích này"))
    known = {
        *disclosing.CATALOGUE,
        *register_claim.by_field(),
        *ATTRIBUTES,
        *CHECKS,
        *QR_FIELDS,
    }
    wrong += [
        InvalidParam(f"fields.{place}", "no such field", "không có trường này")
        for place, name in enumerate(asked.fields)
        if name not in known
    ]
    if wrong:
        raise problems.INVALID_REQUEST.error(params=tuple(wrong))
