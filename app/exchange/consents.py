"""Consents: what a citizen allowed one agency, for one purpose (Law 91/2025/QH15, Art 9).

They are read at the moment of use, so a withdrawal counts from the next question on. Made by the
operator here; the citizen's own register writes to the same table.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import insert, select, update

from app.exchange import gate
from app.exchange.gate import ConsentGiven
from app.exchange.models import Agency, Consent
from app.platform import errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row, Select
    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller
    from app.exchange.errands import Errand
    from app.exchange.gate import Admitted, Refused
    from app.registry.lookup import Found

CONSENT_UNKNOWN = errors.declare(
    code="consent-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có sự đồng ý với mã này",
    title_en="There is no consent with this id",
    next_vi="Xem danh sách sự đồng ý của công dân để lấy đúng mã.",
    next_en="List the citizen's consents to find its id.",
)
CONSENT_DATES = errors.declare(
    code="consent-dates",
    kind="invalid",
    fault_of="caller",
    title_vi="Thời hạn của sự đồng ý không hợp lệ",
    title_en="The consent's dates are not in order",
    next_vi="Ngày kết thúc không được trước ngày bắt đầu.",
    next_en="Let it end on the day it starts, or later.",
)
CONSENT_ENDED = errors.declare(
    code="consent-ended",
    kind="conflict",
    fault_of="caller",
    title_vi="Sự đồng ý này không còn hiệu lực để rút",
    title_en="This consent has ended already",
    next_vi="Không cần làm gì: sự đồng ý không còn được dùng.",
    next_en="There is nothing to do: it is no longer used.",
)


class NewConsent(msgspec.Struct, frozen=True, kw_only=True):
    """What a citizen agrees to. Dates are the world's, `to_date` inclusive, None: until withdrawn.

    `evidence` says how the citizen agreed (a form's number, a recording): silence is no consent.
    `declined` are the fields that the agency asked for too and the citizen refused.
    """

    citizen_id: int
    agency_id: int
    purpose: str
    fields: tuple[str, ...]
    from_date: dt.date
    to_date: dt.date | None
    evidence: str
    declined: tuple[str, ...] = ()


class ConsentView(msgspec.Struct, frozen=True, kw_only=True):
    """A consent as it is shown; `state` is as of the world's date it was asked for."""

    id: str
    citizen_id: int
    agency: str
    purpose: str
    fields: tuple[str, ...]
    declined: tuple[str, ...]
    from_date: dt.date
    to_date: dt.date | None
    evidence: str
    state: str


def create(session: Session, new: NewConsent) -> str:
    """Record a consent and return its id, which the agency names when it asks.

    Raises `consent-dates`. What is not checked: that citizen and agency exist; the caller has
    looked them up.
    """
    if new.to_date is not None and new.to_date < new.from_date:
        raise CONSENT_DATES.error()
    consent_id = secrets.token_hex(16)
    session.execute(
        insert(Consent).values(
            id=consent_id,
            citizen_id=new.citizen_id,
            agency_id=new.agency_id,
            purpose=new.purpose,
            fields=list(new.fields),
            declined=list(new.declined),
            from_date=new.from_date,
            to_date=new.to_date,
            evidence=new.evidence,
            state="active",
        )
    )
    return consent_id


def withdraw(session: Session, consent_id: str) -> None:
    """End a consent for good. Raises `consent-unknown` or `consent-ended`."""
    changed = session.execute(
        update(Consent)
        .where(Consent.id == consent_id, Consent.state == "active")
        .values(state="withdrawn")
        .returning(Consent.id)
    )
    if changed.first() is not None:
        return
    if session.scalar(select(Consent.id).where(Consent.id == consent_id)) is None:
        raise CONSENT_UNKNOWN.error()
    raise CONSENT_ENDED.error()


def find(session: Session, consent_id: str, today: dt.date) -> ConsentView:
    """Return one consent as of `today`; raise `consent-unknown`."""
    row = session.execute(_shown().where(Consent.id == consent_id)).one_or_none()
    if row is None:
        raise CONSENT_UNKNOWN.error()
    return _view(row, today)


def of_citizen(session: Session, citizen_id: int, today: dt.date) -> list[ConsentView]:
    """Return every consent the citizen ever gave, the latest first."""
    of_this = _shown().where(Consent.citizen_id == citizen_id)
    newest_first = of_this.order_by(Consent.from_date.desc(), Consent.id)
    return [_view(row, today) for row in session.execute(newest_first)]


def given(session: Session, consent_id: str | None) -> ConsentGiven | None:
    """Return what the gate needs to know of a consent, None if there is none of that id."""
    return given_many(session, [consent_id or ""]).get(consent_id or "")


def given_many(session: Session, consent_ids: Sequence[str]) -> dict[str, ConsentGiven]:
    """Return what the gate needs to know of those consents that exist, by id."""
    rows = session.execute(select(Consent.__table__).where(Consent.id.in_(consent_ids)))
    return {
        row.id: ConsentGiven(
            citizen_id=row.citizen_id,
            agency_id=row.agency_id,
            purpose=row.purpose,
            fields=frozenset(row.fields),
            from_date=row.from_date,
            to_date=row.to_date,
            state=row.state,
        )
        for row in rows
    }


def confirm(
    session: Session, caller: Caller, errand: Errand, admitted: Admitted, found: Found
) -> Admitted | Refused:
    """Have the gate decide on the consent that was named, where the grant demands one."""
    if not admitted.grant.consent_required:
        return admitted
    hit = found.only
    return gate.confirm(
        admitted,
        given(session, errand.consent),
        subject_id=None if hit is None else hit.citizen_id,
        agency_id=caller.agency_id,
        today=errand.today,
    )


def _shown() -> Select[Consent, str]:
    return select(Consent, Agency.slug).join(Agency, Agency.id == Consent.agency_id)


def _view(row: Row[Consent, str], today: dt.date) -> ConsentView:
    consent, agency = row
    has_expired = consent.to_date is not None and consent.to_date < today
    return ConsentView(
        id=consent.id,
        citizen_id=consent.citizen_id,
        agency=agency,
        purpose=consent.purpose,
        fields=tuple(consent.fields),
        declined=tuple(consent.declined),
        from_date=consent.from_date,
        to_date=consent.to_date,
        evidence=consent.evidence,
        state="expired" if consent.state == "active" and has_expired else consent.state,
    )
