"""`/v1/eid-accounts`: what an authority with the power does about eID accounts.

Registering in person (form TK01), locking and unlocking (TK03), another notice to activate. Every
act is in the log before its answer leaves, and so is every refusal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, Response
from pydantic import Field

from app.api import answers, exchanges, outcomes, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.calls import Call
from app.api.dependencies import CallDep
from app.exchange import access, eid_accounts
from app.exchange.callers import EID, Caller
from app.exchange.eid_accounts import EidAnswer
from app.identity import locking, registering
from app.matching import dates
from app.platform import clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.exchange.eid_accounts import Act, Effect

router = APIRouter(prefix="/v1/eid-accounts", tags=["eid-accounts"])


class OnAccount(schemas.Strict):
    """Whose account it is about, what for, and on whose behalf."""

    number: str = Field(pattern=schemas.PIN)
    purpose: schemas.Slug = Field(description="A purpose of a grant: see `GET /v1/me`.")
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None


class RegistrationInPerson(OnAccount):
    """Form TK01, taken down by an officer: face and fingerprint are template tokens.

    `card_issue` says that the card is applied for with it; `representative` is the number of who
    comes along with somebody under 14 or with a guardian.
    """

    level: Literal[1, 2] = 2
    phone: str = Field(pattern="^[0-9]{10}$")
    face: str = Field(max_length=300)
    fingerprint: str = Field(max_length=300)
    full_name: schemas.Maybe[schemas.Name] = None
    birth_date: schemas.Maybe[schemas.PartialDate] = None
    email: schemas.Maybe[str] = Field(None, max_length=100, pattern=r"^[^@\s]+@[^@\s]+$")
    representative: schemas.Maybe[str] = Field(None, pattern=schemas.PIN)
    card_issue: bool = False


class LockRequest(OnAccount):
    """Form TK03: an authority asks that an account be locked, or unlocked."""

    reason: schemas.Reference


_RESPONSES = {**problems.documented(401, 403, 409, 422, 429), **answers.of(EidAnswer)}


@router.post("", responses=_RESPONSES)
def register_in_person(call: CallDep, caller: CallerDep, asked: RegistrationInPerson) -> Response:
    """Register somebody in person, or raise an account of level 1 to level 2.

    It is decided within three working days, within seven where the card is issued with it.
    """
    born = None if asked.birth_date is None else dates.parse(asked.birth_date)
    form = registering.InPerson(
        claim=registering.Claim(number=asked.number, full_name=asked.full_name, birth_date=born),
        level=asked.level,
        phone=asked.phone,
        face=asked.face,
        fingerprint=asked.fingerprint,
        filed_by=caller.client_id,
        officer=asked.officer or "",
        email=asked.email,
        representative=asked.representative,
        card_issue=asked.card_issue,
    )
    return _act(
        call,
        caller,
        asked,
        "register",
        lambda now: eid_accounts.register(call.world, form, now),
    )


@router.post("/locks", responses=_RESPONSES)
def request_lock(call: CallDep, caller: CallerDep, asked: LockRequest) -> Response:
    """Ask that an account be locked; it is decided within three working days."""
    return _lock(call, caller, asked, "lock")


@router.post("/unlocks", responses=_RESPONSES)
def request_unlock(call: CallDep, caller: CallerDep, asked: LockRequest) -> Response:
    """Ask that an account be unlocked; it is decided within three working days."""
    return _lock(call, caller, asked, "unlock")


@router.post("/activation-notices", responses=_RESPONSES)
def renew_notice(call: CallDep, caller: CallerDep, asked: OnAccount) -> Response:
    """Give somebody another seven days to activate an account."""
    return _act(
        call,
        caller,
        asked,
        "notice",
        lambda now: eid_accounts.notice(call.world, asked.officer, now),
    )


def _lock(call: Call, caller: Caller, asked: LockRequest, kind: locking.Kind) -> Response:
    def request(citizen_id: int) -> locking.Request:
        return locking.Request(
            citizen_id=citizen_id,
            kind=kind,
            reason=asked.reason,
            filed_by=caller.client_id,
            officer=asked.officer or "",
        )

    return _act(call, caller, asked, kind, lambda now: eid_accounts.lock(call.world, request, now))


def _act(
    call: Call,
    caller: Caller,
    asked: OnAccount,
    act: Act,
    effect: Callable[[dt.datetime], Effect],
) -> Response:
    request = eid_accounts.Request(
        errand=exchanges.errand(call, asked.purpose, asked.officer, asked.dossier),
        act=act,
        number=asked.number,
    )
    at = access.of(call.world)

    def job(session: Session) -> Response:
        now = clock.now()
        done = eid_accounts.carry_out(session, at, caller, request, effect(now), now)
        if done.withheld is None:
            return exchanges.told(call, EID, done.answered)
        answered = done.answered
        outcomes.note(call, EID, answered.verdict, answered.outcome, answered.proof)
        return call.problem(done.withheld.error(), answered.proof)

    return writes.once(call, caller.client_id, lambda: job)
