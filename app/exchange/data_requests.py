"""Requests of data subjects: what a citizen asks an agency to do with their data, and by when.

Access, correction, erasure, withdrawal of a consent, restriction, objection (Law 91/2025/QH15,
Art 4; Decree 13/2023, Art 9). The law of the day on which it was filed sets the terms
(`consent_law`); they run on the world's clock, and whoever is late is seen to be. A withdrawal
counts at the gate at once; the request that follows it is for what the agency has already.

A correction of the registry's own record goes to an agency that may report it. Granted, it is
reported as the life event it asks for, in the same transaction, with its leaf; what the registry
has against it is told instead, and the request stays open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, cast

import msgspec
from sqlalchemy import or_, select, update

from app.exchange import agencies, consent_law, consents
from app.exchange.callers import EVERY_KIND, REPORTING
from app.exchange.consent_law import Right
from app.exchange.models import Agency, DataRequest
from app.platform import errors, fresh
from app.registry import citizens

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.callers import Caller

Outcome = Literal["granted", "refused"]
#: The life events by which the registry's record is corrected, and for which purpose.
CORRECTIONS: Final = ("correction", "birth-date-correction")
#: What ends processing by consent, once the agency grants it.
ENDING: Final[tuple[Right, ...]] = ("restriction", "objection")
MOST: Final = 100

UNKNOWN = errors.declare(
    code="data-request-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có yêu cầu nào của chủ thể dữ liệu với mã này",
    title_en="There is no data-subject request of this id",
    next_vi="GET /v1/data-subject-requests liệt kê yêu cầu gửi cơ quan; công dân xem /v1/my.",
    next_en="GET /v1/data-subject-requests lists an agency's; a citizen's are at /v1/my.",
)
ANSWERED = errors.declare(
    code="data-request-answered",
    kind="conflict",
    fault_of="caller",
    title_vi="Yêu cầu này đã được trả lời, xác nhận hoặc gia hạn rồi",
    title_en="The request was answered, acknowledged or extended before",
    next_vi="Xem trạng thái của yêu cầu; mỗi bước chỉ làm một lần.",
    next_en="See how it stands; each step is taken once.",
)
NO_EXTENSION = errors.declare(
    code="data-request-no-extension",
    kind="conflict",
    fault_of="caller",
    title_vi="Luật áp dụng cho yêu cầu này không cho gia hạn, hoặc đã quá hạn",
    title_en="The law of this request knows no extension, or it is overdue already",
    next_vi="Trả lời yêu cầu ngay.",
    next_en="Answer the request now.",
)
NO_LAW = errors.declare(
    code="data-request-no-law",
    kind="conflict",
    fault_of="caller",
    title_vi="Vào ngày này chưa có luật nào về quyền của chủ thể dữ liệu",
    title_en="On this day no law knows the rights of data subjects yet",
    next_vi="Nghị định 13/2023/NĐ-CP có hiệu lực từ 2023-07-01: chọn thế giới có ngày sau đó.",
    next_en="Decree 13/2023/NĐ-CP is in force from 2023-07-01: use a world of a later date.",
)
NOBODY_CORRECTS = errors.declare(
    code="data-request-nobody-corrects",
    kind="conflict",
    fault_of="simulation",
    title_vi="Không có cơ quan nào được báo sự kiện cải chính này",
    title_en="No agency may report this correction today",
    next_vi="Cấp cho một cơ quan quyền reporting với loại sự kiện này.",
    next_en="Have an agency granted the service reporting for this kind of event.",
)


class NewRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked: of whom, about whom, by whom, in whose words.

    `filed_by` is the subject or who represents them. `event` and `payload` are a correction's.
    """

    citizen_id: int
    filed_by: int
    agency: str
    right: Right
    said: str
    purpose: str | None = None
    consent: str | None = None
    event: str | None = None
    payload: Mapping[str, Any] | None = None
    documents: tuple[str, ...] = ()


class DataRequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request as both sides see it; dates are the world's.

    `state`: `filed`, `acknowledged`, `granted`, `refused`. `overdue`: an acknowledgement or an
    answer is late today, or came late. `law` sets the terms.
    """

    id: str
    pin: str
    agency: str
    agency_name: str
    agency_name_en: str
    right: Right
    purpose: str | None
    said: str
    consent: str | None
    event: str | None
    payload: dict[str, Any] | None
    documents: tuple[str, ...]
    law: str
    state: str
    overdue: bool
    filed_on: dt.date
    acknowledge_by: dt.date | None
    acknowledged_on: dt.date | None
    due_on: dt.date
    extended: bool
    answered_on: dt.date | None
    answer: str | None
    leaf: int | None
    simulated: bool = True


def file(session: Session, new: NewRequest, today: dt.date) -> DataRequestView:
    """File a request. Raises `agency-unknown` and `data-request-no-law`."""
    law = consent_law.of(today)
    if law is None:
        raise NO_LAW.error()
    row = DataRequest(
        id=fresh.hex128(),
        citizen_id=new.citizen_id,
        filed_by=new.filed_by,
        agency_id=agencies.find(session, new.agency).id,
        right_asked=new.right,
        purpose=new.purpose,
        said=new.said,
        consent=new.consent,
        event=new.event,
        payload=None if new.payload is None else dict(new.payload),
        documents=list(new.documents),
        law=law.name,
        filed_on=today,
        acknowledge_by=law.acknowledge_by(today),
        due_on=law.due(new.right, today),
        extended=False,
    )
    session.add(row)
    session.flush()
    return find(session, row.id, today)


def withdraw(
    session: Session, access: Access, new: tuple[int, int], consent_id: str, now: dt.datetime
) -> None:
    """Withdraw a consent, and ask the agency to do with what it has as the law demands.

    `new` are the subject and who acts for them. Raises `consent-unknown` and `consent-ended`.
    """
    citizen_id, filed_by = new
    today = access.world.today
    consents.withdraw_own(session, access, citizen_id, consent_id, now)
    if consent_law.of(today) is None:
        return
    gone = consents.find(session, consent_id, today, now)
    file(
        session,
        NewRequest(
            citizen_id=citizen_id,
            filed_by=filed_by,
            agency=gone.agency,
            right="withdrawal",
            said="Rút lại sự đồng ý",
            purpose=gone.purpose,
            consent=consent_id,
        ),
        today,
    )


def corrector(access: Access, event: str) -> str:
    """Return the slug of an agency that may report this correction today.

    Raises `data-request-nobody-corrects`.
    """
    today = access.world.today
    for caller in access.snapshot().callers.values():
        for (service, _), grants in caller.grants.items():
            if service == REPORTING and any(
                grant.is_in_force(today) and grant.fields & {event, EVERY_KIND} for grant in grants
            ):
                return caller.agency_slug
    raise NOBODY_CORRECTS.error()


def find(
    session: Session, request_id: str, today: dt.date, agency_id: int | None = None
) -> DataRequestView:
    """Return one request, of this agency where one is named; raise `data-request-unknown`."""
    row = session.execute(
        _shown().where(DataRequest.id == request_id).execution_options(populate_existing=True)
    ).one_or_none()
    if row is None or agency_id not in {None, row[0].agency_id}:
        raise UNKNOWN.error()
    return _view(session, [row], today)[0]


def of_citizen(session: Session, citizen_id: int, today: dt.date) -> list[DataRequestView]:
    """Return what a citizen asked, the latest first."""
    mine = _shown().where(DataRequest.citizen_id == citizen_id)
    rows = session.execute(mine.order_by(DataRequest.filed_on.desc(), DataRequest.id)).all()
    return _view(session, rows, today)


def of_agency(
    session: Session, agency_id: int, today: dt.date, *, is_open: bool | None, limit: int
) -> list[DataRequestView]:
    """Return what an agency was asked, those due first; open ones, answered ones, or all."""
    theirs = _shown().where(DataRequest.agency_id == agency_id)
    if is_open is not None:
        told = DataRequest.outcome.is_(None) if is_open else DataRequest.outcome.is_not(None)
        theirs = theirs.where(told)
    due_first = theirs.order_by(DataRequest.due_on, DataRequest.id).limit(min(limit, MOST))
    return _view(session, session.execute(due_first).all(), today)


def acknowledge(
    session: Session, caller: Caller, request_id: str, today: dt.date, *, processors: bool
) -> DataRequestView:
    """Say that the agency has it; others who process for it give it longer, by law."""
    known = find(session, request_id, today, caller.agency_id)
    due = known.due_on
    if processors and not known.extended:
        due = _law(session, request_id).due(known.right, known.filed_on, processors=True)
    _move(
        session,
        (DataRequest.id == request_id) & DataRequest.acknowledged_on.is_(None),
        acknowledged_on=today,
        due_on=due,
    )
    return find(session, request_id, today)


def extend(session: Session, caller: Caller, request_id: str, today: dt.date) -> DataRequestView:
    """Take the longer term, once, before the first is over."""
    known = find(session, request_id, today, caller.agency_id)
    days = _law(session, request_id).extension
    if days == 0 or known.due_on < today:
        raise NO_EXTENSION.error()
    _move(
        session,
        (DataRequest.id == request_id) & DataRequest.extended.is_(False),
        extended=True,
        due_on=known.due_on + dt.timedelta(days=days),
    )
    return find(session, request_id, today)


def answer(
    session: Session,
    access: Access,
    request_id: str,
    said: tuple[Outcome, str],
    leaf: int | None,
    now: dt.datetime,
) -> DataRequestView:
    """Answer a request for good; an answer acknowledges, too. The caller has looked whose it is.

    An objection or restriction that is granted ends what it is about: the citizen's consents to
    the agency, for that purpose or for all, from the next question on (Law 91/2025/QH15, Art 4;
    Decree 13/2023, Art 9). What the agency may process by law it may process still (Art 19).

    In the world's writer. Raises `data-request-answered`.
    """
    outcome, words = said
    today = access.world.today
    known = find(session, request_id, today)
    row = session.get_one(DataRequest, request_id)
    _move(
        session,
        DataRequest.id == request_id,
        outcome=outcome,
        answered_on=today,
        answer=words,
        leaf=leaf,
        acknowledged_on=known.acknowledged_on or today,
    )
    if outcome == "granted" and known.right in ENDING:
        of = row.citizen_id, row.agency_id
        consents.end_all(session, access, of, known.purpose, now)
    return find(session, request_id, today)


def has_objected(session: Session, citizen_id: int, agency_id: int, purpose: str) -> bool:
    """Whether an agency has granted somebody that it will not process their data for this."""
    found = select(DataRequest.id).where(
        DataRequest.citizen_id == citizen_id,
        DataRequest.agency_id == agency_id,
        DataRequest.right_asked.in_(ENDING),
        DataRequest.outcome == "granted",
        or_(DataRequest.purpose.is_(None), DataRequest.purpose == purpose),
    )
    return session.scalar(found.limit(1)) is not None


def _move(session: Session, which: Any, **columns: object) -> None:
    """Take one step: one UPDATE decides, so that each is taken once, and none after the answer."""
    changed = session.execute(
        update(DataRequest)
        .where(which, DataRequest.outcome.is_(None))
        .values(**columns)
        .returning(DataRequest.id)
    )
    if changed.first() is None:
        raise ANSWERED.error()


def _law(session: Session, request_id: str) -> consent_law.Law:
    name = session.scalar(select(DataRequest.law).where(DataRequest.id == request_id))
    return consent_law.LAWS[name or ""]


def _shown() -> Select[DataRequest, Agency]:
    return select(DataRequest, Agency).join(Agency, Agency.id == DataRequest.agency_id)


def _view(session: Session, rows: Any, today: dt.date) -> list[DataRequestView]:
    people = {one.id: one for one in citizens.read(session, [row.citizen_id for row, _ in rows])}
    return [
        DataRequestView(
            id=row.id,
            pin=people[row.citizen_id].pin,
            agency=agency.slug,
            agency_name=agency.name,
            agency_name_en=agency.name_en,
            right=cast("Right", row.right_asked),
            purpose=row.purpose,
            said=row.said,
            consent=row.consent,
            event=row.event,
            payload=row.payload,
            documents=tuple(row.documents),
            law=consent_law.LAWS[row.law].text,
            state=row.outcome or ("acknowledged" if row.acknowledged_on else "filed"),
            overdue=_is_late(row, today),
            filed_on=row.filed_on,
            acknowledge_by=row.acknowledge_by,
            acknowledged_on=row.acknowledged_on,
            due_on=row.due_on,
            extended=row.extended,
            answered_on=row.answered_on,
            answer=row.answer,
            leaf=row.leaf,
        )
        for row, agency in rows
    ]


def _is_late(row: DataRequest, today: dt.date) -> bool:
    heard = row.acknowledged_on or today
    is_unheard = row.acknowledge_by is not None and heard > row.acknowledge_by
    return is_unheard or (row.answered_on or today) > row.due_on
