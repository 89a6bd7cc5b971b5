"""Assisting: a clerk at a post office or a counter submits a dossier for a citizen, who agrees.

1. The clerk's system asks; the question is on the citizen's phone. Whether anybody has the number
   is not told.
2. The citizen accepts it there. Silence is no consent.
3. The clerk submits, once for each consent: the dossier names the clerk, and the consent that is
   recorded with it (by which the form fills itself).

In the first three weeks of 2024, of 23,042 people who were guided at 5,412 post-office points
16,486 submitted a dossier (71.5 %, report of the task force of 25 January 2024).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.exchange import consents, gate
from app.exchange.refusals import PROBLEMS
from app.identity import account_problems, approvals
from app.identity.approvals import Ask
from app.platform import errors
from app.procedures import catalogue, competent, dossiers
from app.registry import lookup

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.procedures.showing import By, DossierAnswer

KIND: Final = "assisted-dossier"
#: How long the citizen has to agree, of real time: our choice.
LIFETIME: Final = dt.timedelta(minutes=15)
#: Who has no counter for public services.
_NOT_COUNTERS: Final = frozenset({"bank", "lender", "telco"})

NO_COUNTER = errors.declare(
    code="assistance-no-counter",
    kind="forbidden",
    fault_of="caller",
    title_vi="Hệ thống này không có quầy hỗ trợ dịch vụ công",
    title_en="This system has no counter for public services",
    next_vi="Dùng hệ thống của cơ quan nhà nước hoặc doanh nghiệp bưu chính.",
    next_en="Use the system of an authority, or of the post.",
)
NOT_AGREED = errors.declare(
    code="assistance-not-agreed",
    kind="conflict",
    fault_of="citizen",
    title_vi="Công dân chưa đồng ý, đã từ chối, hoặc sự đồng ý đã được dùng",
    title_en="The citizen has not agreed, has refused, or the consent was used already",
    next_vi="Chờ công dân đồng ý trên điện thoại, hoặc hỏi lại.",
    next_en="Wait until the citizen agrees on the phone, or ask again.",
)


class AskedToAssist(msgspec.Struct, frozen=True, kw_only=True):
    """A question that was put to a citizen: `id` is what the clerk submits with."""

    id: str
    expires_at: dt.datetime


def ask(session: Session, by: By, number: str, service_name: str) -> AskedToAssist:
    """Take step 1, in a job of the world's writer. Raises `assistance-no-counter` and the like."""
    _require_counter(by)
    service = catalogue.find(service_name)
    hit = lookup.find(session, number).only
    expires = by.now + LIFETIME
    asked = Ask(
        kind=KIND,
        title_vi=f"Nhờ nộp hồ sơ: {service.title_vi}?",
        title_en=f"Have a dossier submitted for you: {service.title_en}?",
        details={
            "service": service.name,
            "agency": by.caller.agency_name,
            "clerk": by.officer or "",
        },
        asked_by=by.caller.client_id,
        expires_at=expires,
    )
    who = None if hit is None else hit.citizen_id
    return AskedToAssist(id=approvals.ask_whoever(session, who, asked, by.now), expires_at=expires)


def submit(
    session: Session,
    access: Access,
    by: By,
    asked: Mapping[str, str],
    answers: Mapping[str, str],
) -> DossierAnswer:
    """Take step 3: `asked` has the question's `id` and the citizen's `number`.

    Raises `assistance-not-agreed` and what opening a dossier raises.
    """
    _require_counter(by)
    hit = lookup.find(session, asked["number"]).only
    if hit is None:
        raise NOT_AGREED.error()
    agreed = approvals.use(session, asked["id"], hit.citizen_id, by.now, KIND)
    if isinstance(agreed, account_problems.Refused) or agreed.asked_by != by.caller.client_id:
        raise NOT_AGREED.error()
    service = catalogue.find(str(agreed.details["service"]))
    clerk = f"{by.caller.client_id}/{by.officer or agreed.details['clerk']}"
    new = dossiers.New(
        citizen_id=hit.citizen_id,
        service=service.name,
        answers=answers,
        submit=True,
        clerk=clerk,
        consent_id=_recorded(session, access, by, service, agreed),
    )
    return dossiers.opened(session, access, by, new)


def _recorded(
    session: Session, access: Access, by: By, service: catalogue.Service, agreed: Any
) -> str:
    """Record the consent for the agency that is competent, as the gate looks for it."""
    resides = competent.province(session, agreed.citizen_id, by.today)
    recipient = competent.system(access, competent.agency(service, resides))
    evidence = f"approval {agreed.id} at {by.caller.client_id}"
    between = (agreed.citizen_id, recipient)
    given = dossiers.consent_to(service, between, by, evidence, "assisted")
    return consents.record(session, access, given, by.now)


def _require_counter(by: By) -> None:
    closed = gate.closed_by(by.caller, by.today)
    if closed is not None:
        raise PROBLEMS[closed].error()
    if by.caller.agency_kind in _NOT_COUNTERS:
        raise NO_COUNTER.error()
