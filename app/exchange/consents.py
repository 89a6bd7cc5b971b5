"""The register of consents: what a citizen allowed one agency, for one purpose.

One row for each, whichever way it came about: given in sign-in, on the phone when an agency asked
(`consent_requests`), on paper (the operator records it), or at a counter. Law 91/2025/QH15, Art 9,
and Decree 13/2023 before it. Consents are read at the moment of use, so a withdrawal counts from
the next question on; they end by the world's clock. The rows are kept: they prove what was agreed.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Literal

import msgspec
from sqlalchemy import insert, or_, select, update

from app.exchange import consent_check, consent_law, proof
from app.exchange.log import store
from app.exchange.log.leaves import Kind, LeafDraft
from app.exchange.models import Agency, Consent
from app.exchange.presets import preset
from app.identity import approvals
from app.platform import clock, errors, fresh

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Row, Select
    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.gate import ConsentGiven

Means = Literal["paper", "sign-in", "phone", "assisted"]

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
    next_vi="Không cần làm gì: sự đồng ý không còn được dùng, hoặc chưa được đưa ra.",
    next_en="There is nothing to do: it is no longer used, or was not given yet.",
)

#: Of two consents of one day the later decision counts: ids are in order.
_LATEST_FIRST = (Consent.from_date.desc(), Consent.id.desc())
#: In a leaf about a citizen's own act: no system asked.
BY_CITIZEN = "citizen"


class NewConsent(msgspec.Struct, frozen=True, kw_only=True):
    """What a citizen agrees to. Dates are the world's, `to_date` inclusive, None: until withdrawn.

    `evidence` says how the citizen agreed (a form's number, a recording): silence is no consent.
    `declined` are the fields that the agency asked for too and the citizen refused. `client_id`
    is the system it was given to, where one was there.
    """

    citizen_id: int
    agency_id: int
    purpose: str
    fields: tuple[str, ...]
    from_date: dt.date
    to_date: dt.date | None
    evidence: str
    declined: tuple[str, ...] = ()
    means: Means = "paper"
    client_id: str | None = None


class ConsentView(msgspec.Struct, frozen=True, kw_only=True):
    """A consent as its subject sees it; `state` is as of the world's date it was asked for.

    `state`: `asked`, `given`, `refused`, `withdrawn` (by the citizen), `expired` (by date, or
    unanswered), `ended` (by the agency). `sensitive` of `fields` are those so called by law.
    `law` is the one in force on `from_date`. `means` and `evidence` say how it was given, `leaf`
    where the log does; `by_representative`: another decided for them. `asked_at` and `answer_by`
    are real time, of a question put by `system`.
    """

    id: str
    agency: str
    agency_name: str
    agency_name_en: str
    system: str | None
    purpose: str
    purpose_vi: str
    purpose_en: str
    fields: tuple[str, ...]
    sensitive: tuple[str, ...]
    declined: tuple[str, ...]
    from_date: dt.date
    to_date: dt.date | None
    law: str | None
    state: str
    means: str
    evidence: str
    why: str | None
    leaf: int | None
    by_representative: bool
    asked_at: dt.datetime | None
    answer_by: dt.datetime | None
    ended_on: dt.date | None
    simulated: bool = True


def create(session: Session, new: NewConsent) -> str:
    """Record a consent and return its id, which the agency names when it asks.

    Raises `consent-dates`. What is not checked: that citizen and agency exist; the caller has
    looked them up.
    """
    check_dates(new.from_date, new.to_date)
    consent_id = fresh.in_order(clock.now())
    session.execute(insert(Consent).values(_row(consent_id, new)))
    return consent_id


def record(session: Session, access: Access, new: NewConsent, now: dt.datetime) -> str:
    """Record a consent with its leaf, in the world's writer; return its id.

    For what was agreed to outside of any exchange that has a leaf of its own: on paper, or at a
    counter. Raises and leaves unchecked what `create` does.
    """
    consent_id = create(session, new)
    leaf = log(session, access, consent_id, "given", now)
    session.execute(update(Consent).where(Consent.id == consent_id).values(leaf=leaf))
    return consent_id


def record_many(
    session: Session,
    access: Access,
    new: Mapping[str, NewConsent],
    now: dt.datetime,
) -> None:
    """Record consents under ids that are given, each with its leaf, in the world's writer.

    Those that are on record already stay as they are, withdrawn or not. Raises and leaves
    unchecked what `create` does.
    """
    known = set(session.scalars(select(Consent.id).where(Consent.id.in_(new))))
    fresh_ones = {key: each for key, each in new.items() if key not in known}
    if not fresh_ones:
        return
    for each in fresh_ones.values():
        check_dates(each.from_date, each.to_date)
    session.execute(insert(Consent), [_row(key, each) for key, each in fresh_ones.items()])
    leaves = _log_all(session, access, sorted(fresh_ones), "given", now)
    by_leaf = [
        {"id": key, "leaf": leaf} for key, leaf in zip(sorted(fresh_ones), leaves, strict=True)
    ]
    session.execute(update(Consent), by_leaf)


def check_dates(first: dt.date, last: dt.date | None) -> None:
    """Raise `consent-dates` where a consent would end before it begins."""
    if last is not None and last < first:
        raise CONSENT_DATES.error()


def withdraw_own(
    session: Session, access: Access, citizen_id: int, consent_id: str, now: dt.datetime
) -> None:
    """Withdraw a citizen's consent on their own word, with its leaf, in the world's writer.

    Raises `consent-unknown`, for others' too, and `consent-ended`.
    """
    if not is_of(session, consent_id, citizen_id):
        raise CONSENT_UNKNOWN.error()
    end(session, access, consent_id, "withdrawn", now)


def end(
    session: Session,
    access: Access,
    consent_id: str,
    state: Literal["withdrawn", "ended"],
    now: dt.datetime,
) -> None:
    """Let a consent count no more, with its leaf, in the world's writer.

    One UPDATE decides, so that it ends once. Raises `consent-unknown` or `consent-ended`.
    """
    changed = session.execute(
        update(Consent)
        .where(Consent.id == consent_id, Consent.state == "given")
        .values(state=state, ended_on=access.world.today)
        .returning(Consent.id)
    )
    if changed.first() is not None:
        log(session, access, consent_id, state, now)
        return
    if session.scalar(select(Consent.id).where(Consent.id == consent_id)) is None:
        raise CONSENT_UNKNOWN.error()
    raise CONSENT_ENDED.error()


def find(session: Session, consent_id: str, today: dt.date, now: dt.datetime) -> ConsentView:
    """Return one consent as of `today`, real time being `now`; raise `consent-unknown`."""
    row = session.execute(_shown().where(Consent.id == consent_id)).one_or_none()
    if row is None:
        raise CONSENT_UNKNOWN.error()
    [view] = _views(session, [row], today, now)
    return view


def of_citizen(
    session: Session, citizen_id: int, today: dt.date, now: dt.datetime
) -> list[ConsentView]:
    """Return every consent the citizen was asked for or ever gave, the latest first."""
    of_this = _shown().where(Consent.citizen_id == citizen_id)
    newest_first = of_this.order_by(*_LATEST_FIRST)
    return _views(session, session.execute(newest_first).all(), today, now)


def is_of(session: Session, consent_id: str, citizen_id: int) -> bool:
    """Whether a consent is this citizen's."""
    found = select(Consent.id).where(Consent.id == consent_id, Consent.citizen_id == citizen_id)
    return session.scalar(found) is not None


def in_force(
    session: Session, citizen_id: int, agency_id: int, today: dt.date
) -> list[ConsentGiven]:
    """Return what a citizen allows an agency today, the latest first."""
    rows = session.execute(
        select(Consent.__table__)
        .where(
            Consent.citizen_id == citizen_id,
            Consent.agency_id == agency_id,
            Consent.state == "given",
            Consent.from_date <= today,
        )
        .order_by(*_LATEST_FIRST)
    )
    return [
        consent_check.of_row(row) for row in rows if row.to_date is None or today <= row.to_date
    ]


def end_all(
    session: Session,
    access: Access,
    of: tuple[int, int],
    purpose: str | None,
    now: dt.datetime,
) -> None:
    """Let nothing count that a citizen allowed an agency for a purpose (None: for any of them).

    `of` are citizen and agency. Each consent that was in force has its leaf; questions that are
    open are taken back. In the world's writer.
    """
    today = access.world.today
    citizen_id, agency_id = of
    theirs = (Consent.citizen_id == citizen_id) & (Consent.agency_id == agency_id)
    if purpose is not None:
        theirs &= Consent.purpose == purpose
    in_force = or_(Consent.to_date.is_(None), Consent.to_date >= today)
    over = update(Consent).values(state="ended", ended_on=today)
    asked = session.execute(
        over.where(theirs, Consent.state == "asked").returning(Consent.approval)
    )
    approvals.withdraw(session, [row.approval or "" for row in asked], now)
    given = over.where(theirs, Consent.state == "given", in_force).returning(Consent.id)
    _log_all(session, access, [row.id for row in session.execute(given)], "ended", now)


def log(session: Session, access: Access, consent_id: str, outcome: str, now: dt.datetime) -> int:
    """Log what became of a consent, in the world's writer; return the leaf's number.

    The log names the subject, not who acted for them: `decided_by` of the register does. Raises
    `consent-unknown` for a question about a number that nobody bears: it is nobody's consent.
    """
    leaves = _log_all(session, access, [consent_id], outcome, now)
    if not leaves:
        raise CONSENT_UNKNOWN.error()
    return leaves[0]


def _log_all(
    session: Session, access: Access, ids: Sequence[str], outcome: str, now: dt.datetime
) -> list[int]:
    """Log the same of several, as far as they are somebody's; return the leaves' numbers."""
    rows = session.execute(
        select(Consent.__table__, Agency.code.label("agency_code"))
        .join(Agency, Agency.id == Consent.agency_id)
        .where(Consent.id.in_(ids), Consent.citizen_id.is_not(None))
        .order_by(Consent.id)
    )
    law = consent_law.of(access.world.today)
    drafts = [
        LeafDraft(
            agency=row.agency_code,
            system=row.client_id or BY_CITIZEN,
            purpose=row.purpose,
            legal_basis="" if law is None else law.text,
            kind=Kind.CONSENT,
            outcome=outcome,
            fields=tuple(row.fields),
            request_id=fresh.hex128(),
            domain_time=access.world.today.isoformat(),
            salt=proof.salt(),
            subject=proof.citizen_subject(access, row.citizen_id),
            consent=row.id,
        )
        for row in rows
    ]
    if not drafts:
        return []
    return [appended.seq for appended in store.append(session, access.world, drafts, now=now)]


def _row(consent_id: str, new: NewConsent) -> dict[str, object]:
    return {
        "id": consent_id,
        "citizen_id": new.citizen_id,
        "agency_id": new.agency_id,
        "purpose": new.purpose,
        "fields": list(new.fields),
        "declined": list(new.declined),
        "from_date": new.from_date,
        "to_date": new.to_date,
        "evidence": new.evidence,
        "state": "given",
        "means": new.means,
        "client_id": new.client_id,
    }


def _shown() -> Select[Consent, Agency]:
    return select(Consent, Agency).join(Agency, Agency.id == Consent.agency_id)


def state(session: Session, consent: Consent, today: dt.date, now: dt.datetime) -> str:
    """Return how a consent stands: what was not answered in time has expired, silence is none."""
    return _state(consent, _on_phones(session, [consent], now), today, now)


def _on_phones(
    session: Session, found: Iterable[Consent], now: dt.datetime
) -> dict[str, approvals.State]:
    """Return how the questions among these stand on the phones, by approval."""
    asked = [each.approval for each in found if each.state == "asked" and each.approval]
    return approvals.told_many(session, asked, now)


def _state(
    consent: Consent, on_phones: Mapping[str, approvals.State], today: dt.date, now: dt.datetime
) -> str:
    if consent.state == "given":
        has_expired = consent.to_date is not None and consent.to_date < today
        return "expired" if has_expired else "given"
    if consent.state != "asked":
        return consent.state
    if consent.expires_at is not None and consent.expires_at <= now:
        return "expired"
    told = on_phones.get(consent.approval or "")
    return told if told in {"refused", "expired"} else "asked"


def _views(
    session: Session, rows: Sequence[Row[Consent, Agency]], today: dt.date, now: dt.datetime
) -> list[ConsentView]:
    on_phones = _on_phones(session, [consent for consent, _ in rows], now)
    return [_view(row, _state(row[0], on_phones, today, now)) for row in rows]


def _view(row: Row[Consent, Agency], stands: str) -> ConsentView:
    consent, agency = row
    law = consent_law.of(consent.from_date)
    purpose = preset.purposes().get(consent.purpose)
    return ConsentView(
        id=consent.id,
        agency=agency.slug,
        agency_name=agency.name,
        agency_name_en=agency.name_en,
        system=consent.client_id,
        purpose=consent.purpose,
        purpose_vi=consent.purpose if purpose is None else purpose.title_vi,
        purpose_en=consent.purpose if purpose is None else purpose.title_en,
        fields=tuple(consent.fields),
        sensitive=consent_law.sensitive(consent.fields),
        declined=tuple(consent.declined),
        from_date=consent.from_date,
        to_date=consent.to_date,
        law=None if law is None else law.text,
        state=stands,
        means=consent.means,
        evidence=consent.evidence,
        why=consent.why,
        leaf=consent.leaf,
        by_representative=consent.decided_by not in {None, consent.citizen_id},
        asked_at=consent.asked_at,
        answer_by=consent.expires_at,
        ended_on=consent.ended_on,
    )
