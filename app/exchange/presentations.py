"""Presentations: a holder shows a document of the wallet to a system that asked for it.

How a presentation is taken:
1. The gate decides from the caller's access; the kinds of documents are the fields of the grant.
2. The request is the caller's, and is used up: of two answers to one request, one counts.
3. What is shown comes with the call, or the simulated phone makes it once its holder accepted.
4. It is verified strictly (`identity.credentials.verifying`).
5. The leaf is durable before
6. the answer: the claims that were asked for, of a genuine presentation only.

All of it is one job of the world's writer: whatever is used up is used up with its leaf.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import delete, update

from app.exchange import answered, presentation_requests, proof
from app.exchange.gate import Refused
from app.exchange.log.leaves import Kind, subject
from app.exchange.models import PresentationRequest as Row
from app.exchange.proof import LeafPlace, Proof
from app.identity import account_problems as p
from app.identity import accounts, approvals
from app.identity.credentials import presenting, verifying
from app.identity.credentials.verifying import Finding, Wanted
from app.platform import errors

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.exchange.callers import Caller
    from app.exchange.errands import Errand

REQUEST_OVER = errors.declare(
    code="presentation-request-over",
    kind="conflict",
    fault_of="caller",
    title_vi="Yêu cầu xuất trình đã được trả lời hoặc đã hết hạn",
    title_en="The presentation request was answered before, or has expired",
    next_vi="Tạo yêu cầu mới bằng POST /v1/presentation-requests.",
    next_en="Make another with POST /v1/presentation-requests.",
)

#: The outcomes of an exchange here.
GENUINE, REJECTED, DECLINED = "genuine", "rejected", "declined"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to a request: a presentation, or None for what the phone's holder accepted."""

    request_id: str
    presentation: str | None = None


class PresentationChecks(msgspec.Struct, frozen=True, kw_only=True):
    """What was checked, in order, and what failed: nothing after it was looked at."""

    passed: tuple[str, ...]
    failed: str | None
    detail: str | None


class PresentationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer's JSON. `document` and `claims` are there for `genuine` only."""

    outcome: str
    document: str | None
    claims: dict[str, Any] | None
    checks: PresentationChecks
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


_encoder = msgspec.json.Encoder()


def take(
    session: Session,
    access: Access,
    caller: Caller,
    shown: Shown,
    errand_of: Errand,
    now: dt.datetime,
) -> Answered:
    """Take steps 1 to 6 inside a job of the world's writer; send nothing before it commits.

    `errand_of` has the purpose replaced by the request's. Raises `presentation-request-unknown`,
    `presentation-request-over`, `approval-pending`.
    """
    # 1.
    row = presentation_requests.find(session, caller, shown.request_id)
    errand = msgspec.structs.replace(errand_of, purpose=row.purpose)
    kinds = tuple(row.kinds)
    verdict = presentation_requests.admit(caller, errand, kinds, within_quota=access.take(caller))
    about = subject(access.subject_key, f"presentation:{row.id}")
    if isinstance(verdict, Refused):
        outcome = proof.refusal_outcome(verdict)
        leaf = proof.draft(
            caller,
            errand,
            verdict,
            kind=Kind.PRESENTATION,
            outcome=outcome,
            fields=(),
            about=about,
        )
        return answered.log(session, access, leaf, verdict=verdict, body=None, now=now)
    # 2.
    _use_up(session, row, now)
    # 3 and 4.
    finding = _found(session, access, row, shown, now)
    outcome = _outcome(finding)
    if finding.citizen_id is not None:
        about = proof.citizen_subject(access, finding.citizen_id)
    # 5 and 6.
    leaf = proof.draft(
        caller,
        errand,
        verdict,
        kind=Kind.PRESENTATION,
        outcome=outcome,
        fields=_fields(finding),
        about=about,
    )
    body = partial(_body, errand, finding, outcome)
    return answered.log(session, access, leaf, verdict=verdict, body=body, now=now)


def sweep(session: Session, now: dt.datetime) -> None:
    """Delete requests that have expired."""
    session.execute(delete(Row).where(Row.expires_at <= now))


def _use_up(session: Session, row: Row, now: dt.datetime) -> None:
    """Let nobody answer this request again; leave one alone that is still to be decided on."""
    if row.approval is not None and presentation_requests.state(session, row, now) == "pending":
        raise p.APPROVAL_PENDING.error()
    used = session.execute(
        update(Row)
        .where(Row.id == row.id, Row.answered_at.is_(None), Row.expires_at > now)
        .values(answered_at=now)
        .returning(Row.id)
    ).first()
    if used is None:
        raise REQUEST_OVER.error()


def _found(session: Session, access: Access, row: Row, shown: Shown, now: dt.datetime) -> Finding:
    """Verify what is shown; what the phone shows is verified like any other."""
    world = access.world
    wanted = Wanted(
        kinds=row.kinds,
        claims=row.claims,
        nonce=row.nonce,
        audience=presentation_requests.audience(world, row.client_id),
    )
    text = shown.presentation
    if text is None:
        text = _by_phone(session, access, row, wanted, now)
        if text is None:
            return Finding(
                failed="consent", detail="the holder shows nothing", citizen_id=row.citizen_id
            )
    return verifying.verify(session, world, text, wanted, now)


def _by_phone(
    session: Session, access: Access, row: Row, wanted: Wanted, now: dt.datetime
) -> str | None:
    """Return what the simulated phone shows; None if its holder did not agree, or has nothing.

    Which of them it was, and what ails the account, is the holder's to know.
    """
    if row.approval is None or row.citizen_id is None:
        return None
    used = approvals.use(
        session, row.approval, row.citizen_id, now, presentation_requests.APPROVAL
    )
    account = accounts.of(session, row.citizen_id)
    if isinstance(used, p.Refused) or account is None:
        return None
    asked = presenting.Request(
        kinds=wanted.kinds, claims=wanted.claims, nonce=wanted.nonce, audience=wanted.audience
    )
    try:
        return presenting.present(session, access.world, account, asked, now)
    except (errors.ConflictError, errors.ForbiddenError):
        return None


def _outcome(finding: Finding) -> str:
    if finding.failed is None:
        return GENUINE
    return DECLINED if finding.failed == "consent" else REJECTED


def _fields(finding: Finding) -> tuple[str, ...]:
    if finding.kind is None:
        return ()
    kind = presentation_requests.field(finding.kind)
    return tuple(f"{kind}.{name}" for name in finding.claims or ())


def _body(errand: Errand, finding: Finding, outcome: str, proved: Proof) -> bytes:
    failed = finding.failed
    known = tuple(verifying.CHECKS)
    passed = known[: known.index(failed)] if failed in known else (() if failed else known)
    return _encoder.encode(
        PresentationAnswer(
            outcome=outcome,
            document=finding.kind,
            claims=finding.claims,
            checks=PresentationChecks(passed=passed, failed=failed, detail=finding.detail),
            simulated=True,
            request_id=errand.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
        )
    )
