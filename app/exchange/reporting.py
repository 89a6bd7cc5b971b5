"""Reporting: an agency tells of a life event, and the registry changes by it if that can be.

How a report runs, in one transaction of the world's writer:
1. The gate decides from the caller's access: the kinds of events are the fields of the grant.
2. The registry, and the rooms that keep something of the people concerned, check it and enter it.
3. The leaf is durable, with the event, before
4. the answer, with its receipt. What was refused in 2 is told as its problem, with the same proof:
   it tells what is on record, so it is in the log like an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.exchange import answered, gate, proof
from app.exchange.answered import Answered
from app.exchange.callers import REPORTING
from app.exchange.errands import Errand
from app.exchange.gate import Admitted, Refused
from app.exchange.log.leaves import Kind
from app.exchange.proof import LeafPlace
from app.identity import reports
from app.platform.errors import DancuError
from app.registry import events
from app.registry.events import Report

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.callers import Caller
    from app.exchange.log.leaves import LeafDraft
    from app.exchange.proof import Proof
    from app.registry.events import Applied

_ENTERED: Final = "entered"


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A life event as an agency tells it: its kind, what happened, and on whose behalf."""

    errand: Errand
    kind: str
    payload: Mapping[str, Any]
    report: Report


class EventEntered(msgspec.Struct, frozen=True, kw_only=True):
    """What was entered. `pin` is the number that the person has now.

    `chosen` are members that the report left open, as a rule chose them.
    """

    event_id: int
    pin: str
    chosen: Mapping[str, str]
    legal_basis: str
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a report, logged; `refusal` is what the registry has against it."""

    answered: Answered
    refusal: DancuError | None


_encoder = msgspec.json.Encoder()


def carry_out(
    session: Session, access: Access, caller: Caller, told: Told, now: dt.datetime
) -> Done:
    """Take all steps inside a job of the world's writer; send nothing before it commits.

    Raises `life-event-malformed`, which says nothing of anybody and is not logged.
    """
    # 1.
    verdict = _admit(access, caller, told)
    if isinstance(verdict, Refused):
        leaf = _leaf(access, caller, told, verdict, proof.refusal_outcome(verdict), None)
        logged = answered.log(session, access, leaf, verdict=verdict, body=None, now=now)
        return Done(answered=logged, refusal=None)
    # 2.
    entered = _enter(session, told)
    # 3.
    if isinstance(entered, DancuError):
        leaf = _leaf(access, caller, told, verdict, f"refused:{entered.code}", None)
        logged = answered.log(session, access, leaf, verdict=verdict, body=None, now=now)
        return Done(answered=logged, refusal=entered)
    leaf = _leaf(access, caller, told, verdict, _ENTERED, entered.citizen_id)
    # 4.
    body = partial(_body, told, verdict, entered)
    logged = answered.log(session, access, leaf, verdict=verdict, body=body, now=now)
    return Done(answered=logged, refusal=None)


def _admit(access: Access, caller: Caller, told: Told) -> Admitted | Refused:
    errand = told.errand
    return gate.admit(
        caller,
        gate.Request(
            service=REPORTING,
            errand=errand,
            fields=(told.kind,),
            within_quota=access.take(caller),
        ),
    )


def _enter(session: Session, told: Told) -> Applied | DancuError:
    try:
        return reports.enter(session, told.kind, told.payload, told.report)
    except DancuError as error:
        if error.code != events.REFUSED.code:
            raise
        return error


def _leaf(
    access: Access,
    caller: Caller,
    told: Told,
    verdict: Admitted | Refused,
    outcome: str,
    citizen_id: int | None,
) -> LeafDraft:
    if citizen_id is not None:
        about: str | None = proof.citizen_subject(access, citizen_id)
    else:
        number = _number(told.payload)
        about = None if number is None else proof.number_subject(access, number)
    return proof.draft(
        caller,
        told.errand,
        verdict,
        kind=Kind.LIFE_EVENT,
        outcome=outcome,
        fields=(told.kind,),
        about=about,
    )


def _number(payload: Mapping[str, Any]) -> str | None:
    """Return the number that a report is about: the person's, of a newborn a parent's."""
    kin = (payload.get(member) or {} for member in ("mother", "father"))
    numbers = [payload.get("pin"), *(one.get("pin") for one in kin)]
    return next((number for number in numbers if number is not None), None)


def _body(told: Told, admitted: Admitted, entered: Applied, proved: Proof) -> bytes:
    return _encoder.encode(
        EventEntered(
            event_id=entered.event_id,
            pin=entered.pin,
            chosen=entered.chosen,
            legal_basis=admitted.grant.legal_basis,
            simulated=True,
            request_id=told.errand.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
        )
    )
