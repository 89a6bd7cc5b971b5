"""Dossiers: what a citizen who has signed in at level 2 asks of an agency, and what becomes of it.

How one is opened, in one transaction of the world's writer:
1. The agency that is competent for the service, and for where the citizen resides, is found.
2. Where its grants ask for consent, and the citizen gives it, it is recorded.
3. The form fills itself (`prefilling`); what the citizen says besides is added; the land register
   is asked, so that nobody has to prove where they may live (`housing`).
4. Complete, it is submitted if the citizen wants; else it stays a draft.
5. The leaf is durable before it is shown.

A field that the registry supplied is not the citizen's to change: a correction is another matter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import func, select

from app.exchange import consents
from app.exchange.consents import Means, NewConsent
from app.identity import working_days
from app.platform import errors
from app.procedures import (
    catalogue,
    competent,
    fees,
    housing,
    numbering,
    prefilling,
    showing,
)
from app.procedures.models import Dossier
from app.procedures.prefilling import CITIZEN, About, FormField

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.callers import Caller
    from app.procedures.catalogue import Service
    from app.procedures.showing import By, DossierAnswer, DossierLine

#: States from which a citizen may take a dossier back.
MAY_WITHDRAW = ("draft", "submitted", "received", "more_information_wanted")

DOSSIER_UNKNOWN = errors.declare(
    code="dossier-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có hồ sơ với mã này, hoặc không phải của quý vị",
    title_en="There is no dossier of this code, or it is not yours",
    next_vi="Xem danh sách hồ sơ để lấy đúng mã.",
    next_en="List the dossiers to find its code.",
)
DOSSIER_STATE = errors.declare(
    code="dossier-state",
    kind="conflict",
    fault_of="caller",
    title_vi="Hồ sơ đang ở trạng thái không cho phép việc này",
    title_en="The dossier is in a state that does not allow this",
    next_vi="Xem trạng thái của hồ sơ và các việc được phép trong tài liệu.",
    next_en="See the dossier's state, and in the docs what may follow it.",
)
DOSSIER_INCOMPLETE = errors.declare(
    code="dossier-incomplete",
    kind="invalid",
    fault_of="citizen",
    title_vi="Hồ sơ còn thiếu thông tin",
    title_en="The dossier lacks members of its form",
    next_vi="Bổ sung các mục nêu trong invalid_params.",
    next_en="Give what invalid_params names.",
)
ANSWER_UNKNOWN = errors.declare(
    code="dossier-answer-unknown",
    kind="invalid",
    fault_of="caller",
    title_vi="Biểu mẫu không có mục này, hoặc cơ sở dữ liệu đã cung cấp mục này",
    title_en="The form has no such member, or the registry has supplied it",
    next_vi="Chỉ gửi các mục còn thiếu (missing) hoặc được yêu cầu (wanted) của hồ sơ.",
    next_en="Send only members that the dossier lacks (missing) or that are wanted.",
)


class New(msgspec.Struct, frozen=True, kw_only=True):
    """What a citizen asks for; `consents` where the agency may read on consent only.

    `clerk` and `consent_id` are those of an assisted dossier.
    """

    citizen_id: int
    service: str
    answers: Mapping[str, str]
    submit: bool
    consents: bool = False
    clerk: str | None = None
    consent_id: str | None = None
    declaration: Mapping[str, object] | None = None


def create(session: Session, access: Access, by: By, new: New) -> Dossier:
    """Take steps 1 to 4 in a job of the world's writer. Raises `service-unknown` and the like."""
    service = catalogue.find(new.service)
    # 1.
    resides = competent.province(session, new.citizen_id, by.today)
    slug = competent.agency(service, resides)
    caller = competent.system(access, slug)
    code = numbering.next_code(session, caller.agency_code, by.today)
    # 2.
    consent_id = new.consent_id or _consent(session, caller, service, new, by, code)
    # 3.
    asked = About(
        citizen_id=new.citizen_id,
        dossier=code,
        request_id=by.request_id,
        today=by.today,
        consent=consent_id,
    )
    filled = prefilling.fill(session, access, caller, service, asked, by.now)
    fee = fees.of(service, slug)
    row = Dossier(
        code=code,
        service=service.name,
        citizen_id=new.citizen_id,
        agency=slug,
        province=None if resides is None else resides.code,
        client_id=by.caller.client_id,
        channel="online" if new.clerk is None else "assisted",
        clerk=new.clerk,
        consent_id=consent_id,
        state="draft",
        state_since=by.today,
        created_on=by.today,
        fields=msgspec.to_builtins(filled),
        declaration=None if new.declaration is None else dict(new.declaration),
        wanted=[],
        papers=[],
        prefilled=sum(name in filled for name in service.required),
        required=len(service.required),
        fee=fee.amount,
        fee_waived=fee.waived,
    )
    _add_answers(row, service, new.answers)
    _spare_papers(session, access, row, service, by)
    # 4.
    if new.submit and not _missing(row, service):
        _submit(row, service, by.today)
    session.add(row)
    session.flush()
    return row


def opened(session: Session, access: Access, by: By, new: New) -> DossierAnswer:
    """Open a dossier and return it, logged."""
    row = create(session, access, by, new)
    return told(session, access, row, by, "created" if row.state == "draft" else "submitted")


def submit(
    session: Session, access: Access, by: By, row: Dossier, answers: Mapping[str, str]
) -> DossierAnswer:
    """Complete and submit a draft, or one of which the agency wants more.

    Raises `dossier-state`, `dossier-answer-unknown` and `dossier-incomplete`.
    """
    service = catalogue.find(row.service)
    _require(row, showing.MAY_SUBMIT)
    _add_answers(row, service, answers)
    _spare_papers(session, access, row, service, by)
    missing = (*_missing(row, service), *(name for name in row.wanted if name not in answers))
    if missing:
        params = tuple(errors.InvalidParam(f"answers.{name}", "required") for name in missing)
        raise DOSSIER_INCOMPLETE.error(params=params)
    _submit(row, service, by.today)
    return told(session, access, row, by, "submitted")


def withdraw(session: Session, access: Access, by: By, row: Dossier, reason: str) -> DossierAnswer:
    """Take a dossier back, at the citizen's wish. Raises `dossier-state`."""
    _require(row, MAY_WITHDRAW)
    move(row, "withdrawn", by.today, reason)
    return told(session, access, row, by, "withdrawn", reason)


def file(row: Dossier, today: dt.date) -> None:
    """Submit a dossier whose form is another's to complete: a linked procedure's."""
    _submit(row, catalogue.find(row.service), today)


def told(
    session: Session,
    access: Access,
    row: Dossier,
    by: By,
    outcome: str,
    reason: str | None = None,
) -> DossierAnswer:
    """Log what was done, keep it in the history, and return the dossier."""
    proved = showing.record(session, access, row, by, outcome)
    showing.note(session, row, by, reason, proved.leaf.seq)
    return showing.answer(session, row, by, proved)


def shown(session: Session, access: Access, row: Dossier, by: By) -> DossierAnswer:
    """Return a dossier as it is, logged."""
    proved = showing.record(session, access, row, by, "shown")
    return showing.answer(session, row, by, proved)


def of_citizen(session: Session, citizen_id: int, code: str) -> Dossier:
    """Return one of a citizen's dossiers; raise `dossier-unknown`."""
    row = find(session, code)
    if row is None or row.citizen_id != citizen_id:
        raise DOSSIER_UNKNOWN.error()
    return row


def find(session: Session, code: str) -> Dossier | None:
    """Return the dossier of that code, if there is one."""
    return session.scalar(select(Dossier).where(Dossier.code == code))


def list_of(session: Session, citizen_id: int, today: dt.date) -> list[DossierLine]:
    """Return what a citizen has ever asked for, the latest first; nothing personal."""
    rows = session.scalars(
        select(Dossier).where(Dossier.citizen_id == citizen_id).order_by(Dossier.id.desc())
    )
    return [showing.line(row, today) for row in rows]


def move(row: Dossier, state: str, today: dt.date, reason: str | None = None) -> None:
    """Give a dossier another state, from the world's day on."""
    row.state, row.state_since, row.reason = state, today, reason
    if state not in showing.OPEN:
        row.closed_on = today


def about(row: Dossier, by: By) -> About:
    """Return what a question to a register is asked for."""
    return About(
        citizen_id=row.citizen_id,
        dossier=row.code,
        request_id=by.request_id,
        today=by.today,
        consent=row.consent_id,
    )


def exists(session: Session, code: str) -> bool:
    """Whether a dossier of that code is on record: for who is told one by a caller."""
    found = select(func.count()).select_from(Dossier).where(Dossier.code == code)
    return bool(session.scalar(found))


def _consent(
    session: Session, caller: Caller, service: Service, new: New, by: By, code: str
) -> str | None:
    if not new.consents or not prefilling.needs_consent(caller, service, by.today):
        return None
    given = consent_to(service, (new.citizen_id, caller), by, f"dossier {code}", "sign-in")
    return consents.create(session, given)


def consent_to(
    service: Service, between: tuple[int, Caller], by: By, evidence: str, means: Means
) -> NewConsent:
    """Return a citizen's consent to what an agency's system reads for a service, as it takes."""
    citizen_id, recipient = between
    return NewConsent(
        citizen_id=citizen_id,
        agency_id=recipient.agency_id,
        purpose=service.purpose,
        fields=tuple(each.field for each in service.reuses),
        from_date=by.today,
        to_date=working_days.after(by.today, service.working_days),
        evidence=evidence,
        means=means,
        client_id=by.caller.client_id,
    )


def _add_answers(row: Dossier, service: Service, answers: Mapping[str, str]) -> None:
    """Add what the citizen says, where the registry has not said it. Raises for anything else."""
    given = [name for name, filled in row.fields.items() if _is_given(filled)]
    wrong = [
        name
        for name in answers
        if (name not in service.required and name not in row.wanted) or name in given
    ]
    if wrong:
        params = tuple(
            errors.InvalidParam(
                f"answers.{name}", "not to be given here", "không cần khai mục này"
            )
            for name in wrong
        )
        raise ANSWER_UNKNOWN.error(params=params)
    said = {name: FormField(value=value, source=CITIZEN) for name, value in answers.items()}
    row.fields = {**row.fields, **msgspec.to_builtins(said)}


def _spare_papers(
    session: Session, access: Access, row: Dossier, service: Service, by: By
) -> None:
    """Ask the land register where the form wants proof of a house that the citizen has named."""
    if housing.PROOF not in service.asked or housing.ADDRESS not in row.fields:
        return
    row.papers = []
    if housing.PROOF in row.fields:
        return
    errand = prefilling.errand(service, about(row, by))
    errand = msgspec.structs.replace(errand, purpose=housing.PURPOSE)
    address = msgspec.convert(row.fields[housing.ADDRESS], FormField).value
    owners = housing.of_applicant(session, row.citizen_id, by.today)
    caller = competent.system(access, row.agency)
    found = housing.look_up(session, access, caller, (errand, str(address), owners), by.now)
    if isinstance(found, housing.PaperWanted):
        row.papers = [msgspec.to_builtins(found)]
        return
    proof = FormField(
        value={"house_id": found.house_id, "owner": found.owner},
        source=housing.SOURCE,
        disclosure=housing.DISCLOSURE,
        leaf=found.leaf,
    )
    row.fields = {**row.fields, housing.PROOF: msgspec.to_builtins(proof)}
    row.prefilled += 1


def _is_given(filled: object) -> bool:
    return msgspec.convert(filled, FormField).source != CITIZEN


def _missing(row: Dossier, service: Service) -> tuple[str, ...]:
    return tuple(name for name in service.required if name not in row.fields)


def _submit(row: Dossier, service: Service, today: dt.date) -> None:
    """The agency's days run from the day after: all of them, or those it had left."""
    row.due_on = working_days.after(
        today, service.working_days if row.days_left is None else row.days_left
    )
    row.days_left, row.wanted = None, []
    row.submitted_on = row.submitted_on or today
    move(row, "submitted", today)


def _require(row: Dossier, states: Sequence[str]) -> None:
    if row.state not in states:
        raise DOSSIER_STATE.error(f"it is {row.state}", detail_vi=f"trạng thái: {row.state}")
