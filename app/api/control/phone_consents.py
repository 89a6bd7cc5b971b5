"""`/control/v1/phones/{who}/consents`: what somebody is asked to agree to, and agreed to."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from pydantic import Field

from app.api import answers, problems, schemas
from app.api.control.holders import Who, act
from app.api.control.operators import OF_WORLD
from app.api.dependencies import CallDep
from app.exchange import access as accesses
from app.exchange import consent_requests, consents, data_requests
from app.exchange.consent_requests import Choice
from app.exchange.consents import ConsentView
from app.identity import phones
from app.identity.account_problems import Refused
from app.identity.authentication import Factors
from app.identity.phones import Phone
from app.platform import clock
from app.sandbox import personas

router = APIRouter(
    prefix="/control/v1/phones/{who}/consents", tags=["phones"], dependencies=[OF_WORLD]
)

ConsentId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class ConsentDecision(schemas.Strict):
    """What is decided, and what else than the device it is proved with."""

    decision: Literal["accept", "refuse"]
    fields: schemas.Maybe[schemas.FieldNames] = Field(
        None, description="To `accept` these alone; all that was asked for if unsaid."
    )
    child_agrees: bool = Field(
        default=False,
        description="A child of seven or more, for whom this representative decides, agrees.",
    )
    passcode: schemas.Maybe[str] = Field(None, max_length=32)
    face: schemas.Maybe[str] = Field(None, max_length=300)


@router.get("", responses={**problems.documented(401), **answers.of(list[ConsentView])})
def list_phone_consents(call: CallDep, who: Who) -> Response:
    """List all that agencies were allowed, asked for, or refused, the latest first."""
    with call.world.session() as session:
        citizen_id = personas.whose(session, who)
        found = consents.of_citizen(session, citizen_id, call.world.today, clock.now())
    return answers.json(found)


@router.post(
    "/{consent_id}/decision",
    responses={**problems.documented(401, 403, 409, 429), **answers.of(ConsentView)},
)
def decide_consent(
    call: CallDep, who: Who, consent_id: ConsentId, asked: ConsentDecision
) -> Response:
    """Decide on what an agency asks: whole or field by field, on the account's device.

    Of a child, on the phone of whoever represents it.
    """
    fields = asked.fields if asked.decision == "accept" else ()
    choice = Choice(
        fields=None if fields is None else tuple(fields), child_agrees=asked.child_agrees
    )
    at = accesses.of(call.world)

    def decide(phone: Phone) -> str | Refused:
        factors = Factors(
            device=phones.own_secret(phone), passcode=asked.passcode, face=asked.face
        )
        return consent_requests.decide(phone, at, consent_id, choice, factors)

    return act(call, who, decide, _shown)


@router.post(
    "/{consent_id}/withdrawal",
    responses={**problems.documented(401, 409), **answers.of(ConsentView)},
)
def withdraw_phone_consent(call: CallDep, who: Who, consent_id: ConsentId) -> Response:
    """Withdraw a consent, as the citizen: it counts no more from the next question on."""
    at = accesses.of(call.world)

    def withdraw(phone: Phone) -> str:
        acting = phone.citizen_id, phone.citizen_id
        data_requests.withdraw(phone.session, at, acting, consent_id, phone.now)
        return consent_id

    return act(call, who, withdraw, _shown)


def _shown(phone: Phone, consent_id: str) -> ConsentView:
    return consents.find(phone.session, consent_id, phone.today, phone.now)
