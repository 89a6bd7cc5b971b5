"""`/control/v1/phones/{who}`: a simulated phone, what it shows and what is asked on it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from app.api import answers, problems, schemas
from app.api.control.holders import Who, act
from app.api.control.operators import OF_WORLD
from app.api.dependencies import CallDep
from app.exchange import access as accesses
from app.exchange import consent_requests
from app.identity import (
    account_history,
    accounts,
    applications,
    approvals,
    biometrics,
    devices,
    messages,
    passcodes,
    phones,
    registering,
)
from app.identity.account_history import Event
from app.identity.account_problems import Refused
from app.identity.applications import Application
from app.identity.approvals import Approval
from app.identity.authentication import SIGN_IN, Factors
from app.identity.messages import Message
from app.identity.phones import Phone
from app.platform import clock
from app.registry import citizens
from app.sandbox import personas
from app.sectors import subscribers

if TYPE_CHECKING:
    from app.identity.accounts import Account

router = APIRouter(prefix="/control/v1/phones/{who}", tags=["phones"], dependencies=[OF_WORLD])

ApprovalId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """An eID account as it stands today; `problem` is the code of what stands against its use."""

    level: int
    state: str
    state_since: dt.date
    collected_on: dt.date
    activated_on: dt.date | None
    usable: bool
    problem: str | None
    phone: str | None
    email: str | None
    history: list[Event]


class DeviceView(msgspec.Struct, frozen=True, kw_only=True):
    """The device the account is used on; `secret` is what it proves itself by."""

    number: int
    name: str
    bound_on: dt.date | None
    secret: str


class NumberView(msgspec.Struct, frozen=True, kw_only=True):
    """A telephone number in this citizen's name."""

    number: str
    telco: str
    activated_on: dt.date
    state: str


class PhoneView(msgspec.Struct, frozen=True, kw_only=True):
    """All that a test needs to act as this citizen.

    `passcode` is null where its holder has chosen one. While an account is applied for, its
    `state` is `pending` and there is neither passcode nor device. `face` and `fingerprint` are the
    template tokens that a good reader gives of this person.
    """

    pin: str
    full_name: str
    account: AccountView | None
    passcode: str | None
    device: DeviceView | None
    numbers: list[NumberView]
    face: str
    fingerprint: str
    applications: list[Application]
    simulated: bool = True


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    """A message; `state` of a code is `open`, `used` or `expired`."""

    id: int
    phone: str | None
    purpose: str
    text_vi: str
    text_en: str
    code: str | None
    sent_at: dt.datetime
    expires_at: dt.datetime | None
    state: str | None


class CodeRequest(schemas.Strict):
    """What a one-time code is for: signing in, or registering with a telephone number."""

    purpose: Literal["sign-in", "registration"] = "sign-in"
    phone: schemas.Maybe[str] = Field(
        None, pattern="^[0-9]{10}$", description="For `registration`: the number to prove."
    )


class AcceptRequest(schemas.Strict):
    """What else than the device the citizen accepts with: it raises the level of assurance."""

    passcode: schemas.Maybe[str] = Field(None, max_length=32)
    face: schemas.Maybe[str] = Field(None, max_length=300)


class SampleQuery(schemas.Query):
    """How a reader sees the person."""

    kind: Literal["face", "fingerprint"] = "face"
    quality: int = Field(biometrics.USUAL_QUALITY, ge=0, le=100)
    presented: Literal["live", "spoof", "none"] = "live"


class SampleView(msgspec.Struct, frozen=True, kw_only=True):
    """A template token, to be sent where a face or fingerprint is asked for."""

    token: str
    simulated: bool = True


@router.get("", responses={**problems.documented(401), **answers.of(PhoneView)})
def show_phone(call: CallDep, who: Who) -> Response:
    """Show a phone: the account, its passcode and device, numbers, template tokens."""
    with call.world.session() as session:
        phone = Phone(session, call.world, personas.whose(session, who), clock.now())
        return answers.json(view(phone))


@router.get("/messages", responses={**problems.documented(401), **answers.of(list[MessageView])})
def list_messages(call: CallDep, who: Who) -> Response:
    """List the messages of a phone, the latest first."""
    with call.world.session() as session:
        found = messages.inbox(session, personas.whose(session, who), clock.now())
    return answers.json([_message(each) for each in found])


@router.post(
    "/codes",
    status_code=201,
    responses={
        **problems.documented(401, 409, 429),
        **answers.of(MessageView, status=201, description="Sent"),
    },
)
def ask_for_code(call: CallDep, who: Who, asked: CodeRequest) -> Response:
    """Have a one-time code sent, and see it: it is good once, for three minutes."""

    def send(phone: Phone) -> Message:
        account = phone.account()
        number = asked.phone
        if number is None and account is not None:
            number = accounts.phone_of(phone.session, account)
        purpose = SIGN_IN if asked.purpose == "sign-in" else registering.code_purpose(number or "")
        return messages.send_code(phone.session, phone.citizen_id, purpose, phone.now, number)

    return act(call, who, send, lambda _phone, sent: _message(sent), status=201)


@router.get("/approvals", responses={**problems.documented(401), **answers.of(list[Approval])})
def list_approvals(call: CallDep, who: Who) -> Response:
    """List what the citizen is or was asked to allow, the latest first."""
    with call.world.session() as session:
        citizen_id = personas.whose(session, who)
        return answers.json(approvals.of_citizen(session, citizen_id, clock.now()))


@router.post(
    "/approvals/{approval_id}/accept",
    responses={**problems.documented(401, 403, 409, 429), **answers.of(Approval)},
)
def accept_approval(
    call: CallDep, who: Who, approval_id: ApprovalId, asked: AcceptRequest
) -> Response:
    """Accept on the account's device, as the citizen."""
    at = accesses.of(call.world)

    def accept(phone: Phone) -> Approval | Refused:
        factors = Factors(
            device=phones.own_secret(phone), passcode=asked.passcode, face=asked.face
        )
        return consent_requests.decide_whole(phone, at, approval_id, "accepted", factors)

    return act(call, who, accept, lambda _phone, decided: decided)


@router.post(
    "/approvals/{approval_id}/refuse",
    responses={**problems.documented(401, 409), **answers.of(Approval)},
)
def refuse_approval(call: CallDep, who: Who, approval_id: ApprovalId) -> Response:
    """Refuse, as the citizen."""
    at = accesses.of(call.world)

    def refuse(phone: Phone) -> Approval | Refused:
        return consent_requests.decide_whole(phone, at, approval_id, "refused", Factors())

    return act(call, who, refuse, lambda _phone, decided: decided)


@router.get("/samples", responses={**problems.documented(401), **answers.of(SampleView)})
def capture_sample(call: CallDep, who: Who, asked: Annotated[SampleQuery, Query()]) -> Response:
    """Capture a face or a fingerprint: well or badly, of the person, of a picture, of nobody."""
    with call.world.session() as session:
        citizen_id = personas.whose(session, who)
    token = biometrics.template(call.world, citizen_id, asked.kind, asked.quality, asked.presented)
    return answers.json(SampleView(token=token))


def view(phone: Phone) -> PhoneView:
    """Return all that a phone shows."""
    session, world = phone.session, phone.world
    [person] = citizens.read(session, [phone.citizen_id])
    account = accounts.of(session, phone.citizen_id)
    shown = None if account is None else account_view(phone, account)
    granted = None if shown is None or shown.state == "pending" else account
    numbers = subscribers.of_citizen(session, phone.citizen_id, person.pin)
    face, finger = (
        biometrics.template(world, phone.citizen_id, kind) for kind in biometrics.KINDS
    )
    return PhoneView(
        pin=person.pin,
        full_name=person.full_name,
        account=shown,
        passcode=None if granted is None else passcodes.known(session, world, granted.id),
        device=None if granted is None else device_view(phone, granted),
        numbers=[
            NumberView(
                number=each.number,
                telco=each.telco,
                activated_on=each.activated_on,
                state=each.state,
            )
            for each in numbers
        ],
        face=face,
        fingerprint=finger,
        applications=applications.of_citizen(session, phone.citizen_id, phone.today),
    )


def account_view(phone: Phone, account: Account) -> AccountView:
    """Return an account as it stands today."""
    standing = accounts.standing(phone.session, account, phone.today)
    number, email = accounts.contact_of(phone.session, account)
    return AccountView(
        level=standing.level,
        state=standing.state,
        state_since=account.state_since,
        collected_on=account.collected_on,
        activated_on=account.activated_on,
        usable=standing.usable,
        problem=standing.code,
        phone=number,
        email=email,
        history=account_history.of(phone.session, account),
    )


def device_view(phone: Phone, account: Account) -> DeviceView:
    """Return the device the account is used on."""
    device = devices.current(phone.session, account.id)
    return DeviceView(
        number=device.number,
        name=device.name,
        bound_on=device.bound_on,
        secret=devices.secret(phone.world, account.id, device),
    )


def _message(message: Message) -> MessageView:
    return MessageView(
        id=message.id,
        phone=message.phone,
        purpose=message.purpose,
        text_vi=message.text_vi,
        text_en=message.text_en,
        code=message.code,
        sent_at=message.sent_at,
        expires_at=message.expires_at,
        state=message.state,
    )
