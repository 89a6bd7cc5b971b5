"""The desk: where officials of the competent agency see dossiers and act on them.

How an act runs, in one transaction of the world's writer:
1. The dossier is one for which the caller's agency is competent.
2. The gate admits the caller to every disclosure of which the dossier holds fields, with officer
   and dossier: seeing it is being told them again.
3. The state allows the act; the dossier is moved.
4. The leaf is durable, with the act, before
5. the answer. A refusal is logged, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec
from sqlalchemy import select

from app.exchange import answered, gate, proof
from app.exchange.gate import Admitted, Refused
from app.exchange.log.leaves import Kind
from app.identity import working_days
from app.platform import errors
from app.procedures import catalogue, dossiers, housing, prefilling, showing
from app.procedures.models import Dossier

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.exchange.callers import Caller
    from app.exchange.errands import Errand
    from app.exchange.log.leaves import LeafDraft
    from app.exchange.proof import Proof
    from app.procedures.catalogue import Service
    from app.procedures.showing import By, DossierLine

Act = Literal["receive", "ask", "approve", "refuse", "deliver"]
State = Literal[
    "submitted",
    "received",
    "more_information_wanted",
    "approved",
    "refused",
    "withdrawn",
    "delivered",
]
#: From which states an act leads where.
MOVES: Mapping[Act, tuple[tuple[str, ...], str]] = {
    "receive": (("submitted",), "received"),
    "ask": (("submitted", "received"), "more_information_wanted"),
    "approve": (("received",), "approved"),
    "refuse": (("submitted", "received", "more_information_wanted"), "refused"),
    "deliver": (("approved",), "delivered"),
}
_WITH_REASON = frozenset({"ask", "refuse"})
MOST_LISTED = 200

REASON_MISSING = errors.declare(
    code="dossier-reason-missing",
    kind="invalid",
    fault_of="caller",
    title_vi="Phải nêu lý do",
    title_en="A reason is required",
    next_vi="Nêu lý do từ chối hoặc yêu cầu bổ sung bằng văn bản (reason).",
    next_en="Say in `reason` why it is refused, or what is wanted.",
)
LINKED = errors.declare(
    code="dossier-linked",
    kind="conflict",
    fault_of="caller",
    title_vi="Hồ sơ liên thông do các bước của nó giải quyết",
    title_en="A linked procedure is dealt with by its steps",
    next_vi="Xem `steps` của hồ sơ; bước bị từ chối được nộp lại, không duyệt tại đây.",
    next_en="See the dossier's `steps`: a refused one is submitted again, not decided here.",
)


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """What an official does about a dossier; `wanted` are further members asked of the citizen."""

    act: Act | None
    reason: str | None = None
    wanted: tuple[str, ...] = ()
    result: str | None = None


def carry_out(session: Session, access: Access, by: By, code: str, deed: Deed) -> Answered:
    """Take all steps; without an act, the dossier is only shown.

    Raises `dossier-unknown`, `dossier-state`, `dossier-linked` and `dossier-reason-missing`.
    """
    # 1.
    row = dossiers.find(session, code)
    if row is None or row.agency != by.caller.agency_slug:
        raise dossiers.DOSSIER_UNKNOWN.error()
    service = catalogue.find(row.service)
    # 2.
    verdict = _admit(access, by, row, service)
    outcome: str = deed.act or "shown"
    if isinstance(verdict, Refused):
        outcome = proof.refusal_outcome(verdict)
    # 3.
    elif deed.act is not None:
        _act(row, deed, by.today)

    def body(proved: Proof) -> bytes:
        if deed.act is not None:
            showing.note(session, row, by, deed.reason, proved.leaf.seq)
        return msgspec.json.encode(showing.answer(session, row, by, proved))

    # 4, 5.
    leaf = _leaf(access, by, row, verdict, outcome)
    told = None if isinstance(verdict, Refused) else body
    return answered.log(session, access, leaf, verdict=verdict, body=told, now=by.now)


def list_for(
    session: Session, caller: Caller, today: dt.date, state: str | None, *, overdue: bool
) -> list[DossierLine]:
    """Return the dossiers of an agency, the most urgent first; nothing personal."""
    found = select(Dossier).where(Dossier.agency == caller.agency_slug, Dossier.state != "draft")
    if state is not None:
        found = found.where(Dossier.state == state)
    if overdue:
        found = found.where(Dossier.due_on < today, Dossier.state.in_(showing.OPEN))
    by_urgency = found.order_by(Dossier.due_on.is_(None), Dossier.due_on, Dossier.id)
    return [showing.line(row, today) for row in session.scalars(by_urgency.limit(MOST_LISTED))]


def _admit(access: Access, by: By, row: Dossier, service: Service) -> Admitted | Refused:
    """Ask the gate for each disclosure; the first refusal stands for all."""
    within_quota = access.take(by.caller)
    errand = _errand(by, row, service)
    verdicts = [
        gate.admit(
            by.caller,
            gate.Request(
                service=disclosure,
                fields=fields,
                errand=msgspec.structs.replace(errand, purpose=purpose),
                within_quota=within_quota,
            ),
        )
        for disclosure, purpose, fields in _held(row, service)
    ]
    return next((each for each in verdicts if isinstance(each, Refused)), verdicts[0])


def _held(row: Dossier, service: Service) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the fields of registers that a dossier holds, by disclosure and purpose.

    One at least is asked for.
    """
    held = [
        (disclosure, service.purpose, tuple(name for name in fields if name in row.fields))
        for disclosure, fields in service.by_disclosure.items()
    ]
    kept = [each for each in held if each[2]]
    if housing.is_shown(row.fields):
        kept.append((housing.DISCLOSURE, housing.PURPOSE, housing.FIELDS))
    first = next(iter(service.by_disclosure.items()))
    return kept or [(first[0], service.purpose, first[1])]


def _errand(by: By, row: Dossier, service: Service) -> Errand:
    return prefilling.errand(service, dossiers.about(row, by), by.officer)


def _act(row: Dossier, deed: Deed, today: dt.date) -> None:
    if row.declaration is not None:
        raise LINKED.error()
    act = deed.act or "receive"
    before, after = MOVES[act]
    if row.state not in before:
        raise dossiers.DOSSIER_STATE.error(
            f"{act} is not for one that is {row.state}",
            detail_vi=f"không thể {act} hồ sơ ở trạng thái {row.state}",
        )
    if act in _WITH_REASON and not deed.reason:
        raise REASON_MISSING.error()
    dossiers.move(row, after, today, deed.reason)
    if act == "ask":
        row.wanted = list(deed.wanted)
        row.days_left = working_days.between(today, row.due_on or today)
        row.due_on = None
    if deed.result is not None:
        row.result = deed.result


def _leaf(
    access: Access, by: By, row: Dossier, verdict: Admitted | Refused, outcome: str
) -> LeafDraft:
    return proof.draft(
        by.caller,
        _errand(by, row, catalogue.find(row.service)),
        verdict,
        kind=Kind.DOSSIER,
        outcome=outcome,
        fields=() if isinstance(verdict, Refused) else tuple(sorted(row.fields)),
        about=proof.citizen_subject(access, row.citizen_id),
    )
