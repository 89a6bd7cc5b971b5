"""Appeals: a citizen or who lends asks for a second look, and an authority takes it.

Asked for once, with a reason, within `views.APPEAL_DAYS`. The answer is due by the law of the day
as a correction is (`consent_law`), on the world's clock; whoever is late is seen to be. The second
look scores what the registers say on that day, without the accounts that the officer finds not to
be the person's: whatever comes of it stands beside the first score.

What the authority reads and decides has its leaf. An agency's appeal needs grant and consent as
its question did; a citizen's own needs neither.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import msgspec
from sqlalchemy import select, update

from app.exchange import answered, consent_law, disclosing, proof
from app.exchange.assessing import assessments, views
from app.exchange.assessing.models import CreditAssessment
from app.exchange.assessing.views import SecondLook
from app.exchange.callers import CREDIT_REVIEW, Caller
from app.exchange.data_requests import NO_LAW
from app.exchange.gate import Admitted, Refused
from app.exchange.log.leaves import Kind
from app.exchange.proof import LeafPlace, Proof
from app.platform import errors
from app.registry import citizens
from app.sectors.shapes import Credit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.exchange.assessing.assessments import Prepared
    from app.exchange.errands import Errand

Ground = Literal["data-wrong", "not-mine", "changed", "other"]
#: Outcomes of the authority's leaves.
CASE_SHOWN: Final = "case_shown"
_ACCOUNTS: Final = "credit_accounts"

APPEALED = errors.declare(
    code="credit-appeal-filed",
    kind="conflict",
    fault_of="caller",
    title_vi="Lượt đánh giá này đã được yêu cầu xem xét lại",
    title_en="A second look was asked for before",
    next_vi="Xem second_look của lượt đánh giá; mỗi lượt chỉ xem xét lại một lần.",
    next_en="See second_look of the assessment; there is one for each.",
)
TOO_LATE = errors.declare(
    code="credit-appeal-late",
    kind="conflict",
    fault_of="caller",
    title_vi="Đã quá hạn yêu cầu xem xét lại",
    title_en="The time in which a second look may be asked for is over",
    next_vi="Xem appeal_by của lượt đánh giá; có thể đề nghị đánh giá mới.",
    next_en="See appeal_by of the assessment; a new one may be asked for.",
)
NO_APPEAL = errors.declare(
    code="credit-appeal-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có yêu cầu xem xét lại nào với mã này",
    title_en="No second look was asked for under this id",
    next_vi="GET /v1/credit-appeals liệt kê các yêu cầu.",
    next_en="GET /v1/credit-appeals lists those that were.",
)
DECIDED = errors.declare(
    code="credit-appeal-decided",
    kind="conflict",
    fault_of="caller",
    title_vi="Yêu cầu xem xét lại này đã có kết quả",
    title_en="The second look was taken before",
    next_vi="Xem kết quả tại GET /v1/credit-appeals/{id}.",
    next_en="See what came of it at GET /v1/credit-appeals/{id}.",
)
NO_ACCOUNT = errors.declare(
    code="credit-account-unknown",
    kind="invalid",
    fault_of="caller",
    title_vi="Hồ sơ không có khoản tín dụng với số này",
    title_en="The case holds no credit account of this number",
    next_vi="Chọn trong credit_accounts của GET /v1/credit-appeals/{id}.",
    next_en="Choose among credit_accounts of GET /v1/credit-appeals/{id}.",
)
NOT_ALIVE = errors.declare(
    code="credit-appeal-not-assessable",
    kind="conflict",
    fault_of="registry",
    title_vi="Công dân không còn sống hoặc không đánh giá được",
    title_en="The citizen cannot be assessed any more",
    next_vi="Kiểm tra tình trạng của công dân trong cơ sở dữ liệu.",
    next_en="See how the citizen stands in the registry.",
)


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A second look to be taken, or taken; nothing here is about the person. `id`: `Case`."""

    id: str
    by: str
    ground: str
    filed_on: dt.date
    due_on: dt.date
    overdue: bool
    outcome: str | None
    decided_on: dt.date | None


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """What one characteristic gave: its reading (-1: there is none, null: not told), points."""

    characteristic: str
    value: int | None
    points: int


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """What the authority has before it: the first score in full, and the accounts of today."""

    outcome: str
    id: str
    pin: str
    assessed_on: dt.date
    score: int
    points: tuple[Point, ...]
    credit_accounts: list[Credit]
    second_look: SecondLook | None
    legal_basis: str
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What the officer says, and which accounts are found not to be the person's."""

    answer: str
    leave_out: tuple[str, ...] = ()


class _Case(NamedTuple):
    """A case that the gate has let the authority see, with the accounts of today."""

    row: CreditAssessment
    errand: Errand
    admitted: Admitted
    accounts: list[Credit]


_encoder = msgspec.json.Encoder()


def file(
    session: Session,
    row: CreditAssessment,
    by: Literal["citizen", "agency"],
    said: tuple[Ground, str],
    today: dt.date,
) -> None:
    """Ask for a second look, in the world's writer. One UPDATE decides, so that it is asked once.

    Raises `credit-appeal-late` and `credit-appeal-filed`.
    """
    if today > row.assessed_on + dt.timedelta(days=views.APPEAL_DAYS):
        raise TOO_LATE.error()
    filed = session.execute(
        update(CreditAssessment)
        .where(CreditAssessment.id == row.id, CreditAssessment.appealed_by.is_(None))
        .values(appealed_by=by, ground=said[0], said=said[1], appealed_on=today, due_on=due(today))
        .returning(CreditAssessment.id)
    )
    if filed.first() is None:
        raise APPEALED.error()


def due(filed_on: dt.date) -> dt.date:
    """Return the last day for an answer: a correction's; raise `data-request-no-law`."""
    law = consent_law.of(filed_on)
    if law is None:
        raise NO_LAW.error()
    return law.due("correction", filed_on)


def file_for_agency(
    session: Session,
    access: Access,
    prepared: Prepared,
    said: tuple[Ground, str],
    now: dt.datetime,
) -> Answered:
    """Ask for it as the agency that was told the score; a refusal files nothing."""
    if isinstance(prepared.verdict, Admitted):
        row = assessments.find(session, prepared.known or "")
        file(session, row, "agency", said, prepared.errand.today)
        prepared = msgspec.structs.replace(prepared, outcome=assessments.APPEALED)
    return assessments.record(session, access, prepared, now=now)


def waiting(
    session: Session, caller: Caller, today: dt.date, *, is_open: bool | None, limit: int
) -> list[Waiting]:
    """Return what was asked for, those due first; nothing to who takes no second looks today."""
    if not _takes_them(caller, today):
        return []
    asked = select(CreditAssessment).where(CreditAssessment.due_on.is_not(None))
    if is_open is not None:
        taken = CreditAssessment.outcome
        asked = asked.where(taken.is_(None) if is_open else taken.is_not(None))
    due_first = asked.order_by(CreditAssessment.due_on, CreditAssessment.id)
    rows = session.scalars(due_first.limit(min(limit, assessments.MOST)))
    return [_waiting(row, today) for row in rows]


def review(
    session: Session,
    access: Access,
    caller: Caller,
    asked: tuple[Errand, str],
    decision: Decision | None,
    now: dt.datetime,
) -> Answered:
    """Show a case (`asked` names it) or, with a `decision`, take the second look.

    In the world's writer, with its leaf. Raises `credit-appeal-unknown`, `credit-appeal-decided`,
    `credit-account-unknown` and `credit-appeal-not-assessable`.
    """
    errand, case_id = asked
    row = session.get(CreditAssessment, case_id, populate_existing=True)
    if row is None or row.appealed_by is None:
        raise NO_APPEAL.error()
    verdict = assessments.admit(access, caller, errand, tuple(row.fields), CREDIT_REVIEW)
    fields: tuple[str, ...] = ()
    body: Callable[[Proof], bytes] | None = None
    if isinstance(verdict, Refused):
        outcome = proof.refusal_outcome(verdict)
    else:
        case = _Case(row, errand, verdict, _accounts(session, row, verdict, errand.today))
        outcome = CASE_SHOWN if decision is None else _decide(session, case, decision)
        fields, body = verdict.fields, partial(_body, session, case, outcome)
    leaf = proof.draft(
        caller,
        errand,
        verdict,
        kind=Kind.CREDIT,
        outcome=outcome,
        fields=fields,
        about=proof.citizen_subject(access, row.citizen_id),
    )
    return answered.log(session, access, leaf, verdict=verdict, body=body, now=now)


def points(kept: Sequence[Sequence[Any]]) -> tuple[Point, ...]:
    """Return every mark of a score."""
    return tuple(
        Point(characteristic=each.name, value=each.value, points=each.points)
        for each in views.marks(kept)
    )


def _takes_them(caller: Caller, today: dt.date) -> bool:
    return any(
        service == CREDIT_REVIEW and any(grant.is_in_force(today) for grant in grants)
        for (service, _), grants in caller.grants.items()
    )


def _waiting(row: CreditAssessment, today: dt.date) -> Waiting:
    return Waiting(
        id=row.id,
        by=row.appealed_by or "",
        ground=row.ground or "",
        filed_on=row.appealed_on or today,
        due_on=row.due_on or today,
        overdue=views.is_late(row, today),
        outcome=row.outcome,
        decided_on=row.decided_on,
    )


def _accounts(
    session: Session, row: CreditAssessment, admitted: Admitted, today: dt.date
) -> list[Credit]:
    if _ACCOUNTS not in admitted.fields:
        return []
    [data] = disclosing.read(session, [row.citizen_id], (_ACCOUNTS,), today)
    found: list[Credit] = data[_ACCOUNTS]
    return found


def _decide(session: Session, case: _Case, decision: Decision) -> str:
    """Take the second look once: one UPDATE decides; return its outcome."""
    row, today = case.row, case.errand.today
    _check_known(case, decision)
    result = assessments.score(
        session, row.citizen_id, case.admitted.fields, today, decision.leave_out
    )
    if result is None:
        raise NOT_ALIVE.error()
    outcome = _outcome(row.score, result.score)
    decided = session.execute(
        update(CreditAssessment)
        .where(CreditAssessment.id == row.id, CreditAssessment.outcome.is_(None))
        .values(
            outcome=outcome,
            decided_on=today,
            answer=decision.answer,
            left_out=list(decision.leave_out),
            second_score=result.score,
            second_marks=[list(each) for each in result.marks],
        )
        .returning(CreditAssessment.id)
    )
    if decided.first() is None:
        raise DECIDED.error()
    return outcome


def _check_known(case: _Case, decision: Decision) -> None:
    known = {each.number for each in case.accounts}
    unknown = tuple(
        errors.InvalidParam(f"leave_out.{place}", "not in this case", "không có trong hồ sơ")
        for place, number in enumerate(decision.leave_out)
        if number not in known
    )
    if unknown:
        raise NO_ACCOUNT.error(params=unknown)


def _outcome(first: int, second: int) -> str:
    if first == second:
        return "unchanged"
    return "raised" if second > first else "lowered"


def _body(session: Session, case: _Case, outcome: str, proved: Proof) -> bytes:
    errand = case.errand
    row = assessments.find(session, case.row.id)
    [person] = citizens.read(session, [row.citizen_id])
    return _encoder.encode(
        Case(
            outcome=outcome,
            id=row.id,
            pin=person.pin,
            assessed_on=row.assessed_on,
            score=row.score,
            points=points(row.marks),
            credit_accounts=case.accounts,
            second_look=views.second_look(row, errand.today, errand.language),
            legal_basis=case.admitted.grant.legal_basis,
            simulated=True,
            request_id=errand.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
        )
    )
