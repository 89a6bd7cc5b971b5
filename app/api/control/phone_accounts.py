"""`/control/v1/phones/{who}/…`: what a holder does about the account, on the phone."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Path, Response
from pydantic import Field

from app.api import answers, problems, schemas
from app.api.control.holders import Who, act
from app.api.control.operators import OF_WORLD
from app.api.control.phones import (
    AccountView,
    DeviceView,
    account_view,
    device_view,
)
from app.api.dependencies import CallDep
from app.identity import account_problems as p
from app.identity import (
    accounts,
    applications,
    biometrics,
    organisation_accounts,
    phones,
    registering,
)
from app.identity.account_problems import Refused
from app.identity.applications import Application
from app.identity.phones import Phone
from app.matching import dates
from app.registry import citizens

router = APIRouter(prefix="/control/v1/phones/{who}", tags=["phones"], dependencies=[OF_WORLD])

ApplicationId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
TaxCode = Annotated[str, Path(pattern="^[0-9]{10}$", examples=["9900000013"])]
_REFUSALS = problems.documented(401, 403, 409, 422, 429)


class RegistrationRequest(schemas.Strict):
    """An application for level 1. What is left out is the phone owner's own.

    `number` is another's where the owner registers a child or ward. Without `face` the phone takes
    a good picture of that person.
    """

    phone: str = Field(pattern="^[0-9]{10}$")
    code: str = Field(max_length=16, description="Sent to that number for `registration`.")
    number: schemas.Maybe[str] = Field(None, pattern=schemas.PIN)
    full_name: schemas.Maybe[schemas.Name] = None
    birth_date: schemas.Maybe[schemas.PartialDate] = None
    face: schemas.Maybe[str] = Field(None, max_length=300)
    email: schemas.Maybe[str] = Field(None, max_length=100, pattern=r"^[^@\s]+@[^@\s]+$")


class PasscodeRequest(schemas.Strict):
    """The passcode there is, and the one the holder wants: six digits."""

    old: str = Field(max_length=32)
    new: str = Field(max_length=32)


class DeviceRequest(schemas.Strict):
    """Another device to use the account on. Without `face` it takes a good picture."""

    name: schemas.Reference
    passcode: str = Field(max_length=32)
    face: schemas.Maybe[str] = Field(None, max_length=300)


class OrganisationRequest(schemas.Strict):
    """An organisation that the phone's owner represents."""

    tax_code: str = Field(pattern="^[0-9]{10}$")


class DecisionRequest(schemas.Strict):
    """What the police decide, before the day on which the application is due."""

    decision: Literal["approve", "refuse"]
    reason: schemas.Reference = "refused_by_police"


class OrganisationAccountView(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation's account as it stands today."""

    tax_code: str
    state: str
    usable: bool
    problem: str | None
    simulated: bool = True


class Forgiven(msgspec.Struct, frozen=True, kw_only=True):
    """The holder's failures are forgotten."""

    forgiven: bool = True
    simulated: bool = True


@router.post(
    "/registrations",
    status_code=201,
    responses={**_REFUSALS, **answers.of(Application, status=201, description="Filed")},
)
def register(call: CallDep, who: Who, asked: RegistrationRequest) -> Response:
    """Apply for an account of level 1; it is decided within one working day."""
    born = None if asked.birth_date is None else dates.parse(asked.birth_date)

    def apply(phone: Phone) -> Application | Refused:
        [owner] = citizens.read(phone.session, [phone.citizen_id])
        number = asked.number or owner.pin
        subject = citizens.find(phone.session, number)
        face = asked.face
        if face is None and subject is not None:
            face = biometrics.template(phone.world, subject.id)
        claim = registering.Claim(number=number, full_name=asked.full_name, birth_date=born)
        form = registering.OnPhone(
            claim=claim, phone=asked.phone, face=face, code=asked.code, email=asked.email
        )
        return registering.on_phone(phone.session, phone.world, phone.citizen_id, form, phone.now)

    return act(call, who, apply, lambda _phone, filed: filed, status=201)


@router.post(
    "/applications/{application_id}/decision",
    responses={**_REFUSALS, **answers.of(Application)},
)
def decide_application(
    call: CallDep, who: Who, application_id: ApplicationId, asked: DecisionRequest
) -> Response:
    """Decide, as the police may, before the application is due."""

    def decide(phone: Phone) -> Application | Refused:
        found = applications.find(phone.session, application_id)
        if found is None or found.citizen_id != phone.citizen_id:
            return Refused(p.APPLICATION_UNKNOWN)
        if applications.shown(found, phone.today).state != "pending":
            return Refused(p.APPLICATION_DECIDED)
        if asked.decision == "approve":
            return applications.approve(phone.session, found, phone.today, phone.now)
        return applications.refuse(phone.session, found, asked.reason, phone.today)

    return act(call, who, decide, lambda _phone, decided: decided)


@router.post("/activation", responses={**_REFUSALS, **answers.of(AccountView)})
def activate(call: CallDep, who: Who) -> Response:
    """Activate the account that was granted, within seven days of the notice."""
    return act(call, who, phones.activate, account_view)


@router.post("/activation-notices", responses={**_REFUSALS, **answers.of(AccountView)})
def call_hotline(call: CallDep, who: Who) -> Response:
    """Call the hotline for a new notice, where the seven days have passed."""
    return act(call, who, lambda phone: phones.notice_again(phone, "hotline"), account_view)


@router.post("/passcode", responses={**_REFUSALS, **answers.of(AccountView)})
def choose_passcode(call: CallDep, who: Who, asked: PasscodeRequest) -> Response:
    """Choose another passcode."""
    return act(
        call, who, lambda phone: phones.choose_passcode(phone, asked.old, asked.new), account_view
    )


@router.post(
    "/devices",
    status_code=201,
    responses={**_REFUSALS, **answers.of(DeviceView, status=201, description="Bound")},
)
def change_device(call: CallDep, who: Who, asked: DeviceRequest) -> Response:
    """Use the account on another device; the one before is signed out."""

    def change(phone: Phone) -> Any:
        face = asked.face or biometrics.template(phone.world, phone.citizen_id)
        done = phones.change_device(phone, asked.name, asked.passcode, face)
        return done if isinstance(done, Refused) else accounts.of(phone.session, phone.citizen_id)

    return act(call, who, change, device_view, status=201)


@router.post("/lock", responses={**_REFUSALS, **answers.of(AccountView)})
def lock(call: CallDep, who: Who) -> Response:
    """Lock the account at once, as its holder."""
    return act(call, who, lambda phone: phones.lock(phone, "lock"), account_view)


@router.post("/unlock", responses={**_REFUSALS, **answers.of(AccountView)})
def unlock(call: CallDep, who: Who) -> Response:
    """Unlock, as its holder, an account that the holder has locked."""
    return act(call, who, lambda phone: phones.lock(phone, "unlock"), account_view)


@router.post(
    "/failures/forget", responses={**problems.documented(401, 409), **answers.of(Forgiven)}
)
def forget_failures(call: CallDep, who: Who) -> Response:
    """Forget wrong passcodes, codes and faces, so that no test has to wait."""

    def forgive(phone: Phone) -> Forgiven:
        phones.forgive(phone)
        return Forgiven()

    return act(call, who, forgive, lambda _phone, done: done)


@router.post(
    "/organisations",
    status_code=201,
    responses={**_REFUSALS, **answers.of(Application, status=201, description="Filed")},
)
def register_organisation(call: CallDep, who: Who, asked: OrganisationRequest) -> Response:
    """Apply for the account of an organisation, as its legal representative."""
    return act(
        call,
        who,
        lambda phone: organisation_accounts.register(phone, asked.tax_code),
        lambda _phone, filed: filed,
        status=201,
    )


_ACTS = {
    "activation": organisation_accounts.activate,
    "lock": organisation_accounts.lock,
    "unlock": organisation_accounts.unlock,
}


@router.post(
    "/organisations/{tax_code}/{step}",
    responses={**_REFUSALS, **answers.of(OrganisationAccountView)},
)
def act_for_organisation(
    call: CallDep,
    who: Who,
    tax_code: TaxCode,
    step: Annotated[Literal["activation", "lock", "unlock"], Path()],
) -> Response:
    """Activate, lock or unlock an organisation's account, as its legal representative."""
    return act(call, who, lambda phone: _ACTS[step](phone, tax_code), _organisation)


def _organisation(
    _phone: Phone, account: organisation_accounts.OrganisationAccount
) -> OrganisationAccountView:
    return OrganisationAccountView(
        tax_code=account.tax_code,
        state=account.state,
        usable=account.usable,
        problem=None if account.problem is None else account.problem.code,
    )
