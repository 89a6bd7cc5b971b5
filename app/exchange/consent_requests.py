"""Asking for consent: an agency asks, the citizen is shown it on the phone and decides.

How it runs:
1. The gate decides whether the agency may ask for these fields: only for what a grant that rests
   on consent would give it then. Nothing is told, so there is no leaf yet.
2. The question stands in the register as `asked`, whether the number is anybody's or not, and on
   the phone of whoever decides: of a child the guardian's, representative's or a parent's.
3. They accept it whole or field by field, or refuse, with the device and what else they prove.
   Silence is no consent: an unanswered question expires, by real time like all that is asked on a
   phone. What was given runs from the world's day on which it was.
4. The decision has its leaf, in the same transaction. The question's id is the consent's.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import insert, update

from app.exchange import consent_law, consents, data_requests, gate, proof
from app.exchange.callers import Room
from app.exchange.errands import Errand
from app.exchange.gate import Reason, Refused
from app.exchange.models import Consent
from app.exchange.presets import preset
from app.exchange.refusals import PROBLEMS
from app.identity import account_problems as p
from app.identity import accounts, approvals, phones, representation
from app.platform import errors, fresh
from app.platform.errors import InvalidParam
from app.registry import citizens, lookup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.callers import Caller
    from app.identity.approvals import Approval
    from app.identity.authentication import Factors
    from app.identity.phones import Phone

#: The kind of approval that is put on a phone.
APPROVAL: Final = "consent"
#: How long a question waits, in minutes of real time: a day, and at most a week.
USUAL_MINUTES, MOST_MINUTES = 24 * 60, 7 * 24 * 60

REQUEST_UNKNOWN = errors.declare(
    code="consent-request-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Cơ quan không có đề nghị đồng ý nào với mã này",
    title_en="The agency has made no consent request of this id",
    next_vi="Gửi đề nghị bằng POST /v1/consent-requests; mã của nó cũng là mã của sự đồng ý.",
    next_en="Make one with POST /v1/consent-requests; its id is the consent's, too.",
)
REQUEST_OVER = errors.declare(
    code="consent-request-over",
    kind="conflict",
    fault_of="caller",
    title_vi="Đề nghị đồng ý đã được trả lời, đã hết hạn hoặc đã được rút lại",
    title_en="The consent request was answered, has expired, or was taken back",
    next_vi="Xem trạng thái trong danh sách sự đồng ý; cơ quan có thể gửi đề nghị mới.",
    next_en="The list of consents shows its state; the agency can make another request.",
)
OBJECTED = errors.declare(
    code="consent-objected",
    kind="conflict",
    fault_of="caller",
    title_vi="Cơ quan đã chấp thuận yêu cầu phản đối hoặc hạn chế xử lý của người này",
    title_en="The agency has granted this person's objection to, or restriction of, processing",
    next_vi="Không hỏi lại: công dân có thể tự đồng ý khi đăng nhập hoặc bằng giấy.",
    next_en="Do not ask again: they may still agree by themselves, in signing in or on paper.",
)
FIELDS_NOT_ASKED = errors.declare(
    code="consent-fields-not-asked",
    kind="invalid",
    fault_of="caller",
    title_vi="Không thể đồng ý với trường không được đề nghị",
    title_en="What was not asked for cannot be agreed to",
    next_vi="Chọn trong các trường của đề nghị, hoặc từ chối cả đề nghị.",
    next_en="Choose among the fields of the request, or refuse it as a whole.",
)
CHILD_TO_AGREE = errors.declare(
    code="consent-child-to-agree",
    kind="conflict",
    fault_of="citizen",
    title_vi="Trẻ từ đủ bảy tuổi phải tự mình đồng ý, cùng với người đại diện",
    title_en="A child of seven or more has to agree as well as the representative",
    next_vi="Hỏi ý kiến của trẻ, rồi gửi child_agrees: true cùng với quyết định.",
    next_en="Ask the child, and send child_agrees: true with the decision.",
)


class NewRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of the bearer of a number. `to_date` is the world's, None: until withdrawn.

    `why` is for the person to read, in the agency's words; `minutes` is how long it waits.
    """

    errand: Errand
    number: str
    fields: tuple[str, ...]
    to_date: dt.date | None
    why: str
    minutes: int = USUAL_MINUTES


class RequestedConsent(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the agency sees it; `state` is that of the register (`consents.ConsentView`).

    Of a number that nobody bears it is `asked` until it has `expired`, like anybody's who does
    not answer. `fields` are those asked for, once `given` those agreed to.
    """

    id: str
    state: str
    purpose: str
    fields: tuple[str, ...]
    declined: tuple[str, ...]
    sensitive: tuple[str, ...]
    from_date: dt.date
    to_date: dt.date | None
    law: str
    answer_by: dt.datetime | None
    leaf: int | None
    simulated: bool = True


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody decides: the fields agreed to (None: all of them, empty: none)."""

    fields: tuple[str, ...] | None = None
    child_agrees: bool = False


def create(
    session: Session, access: Access, caller: Caller, new: NewRequest, now: dt.datetime
) -> RequestedConsent:
    """Take steps 1 and 2, in the world's writer.

    Raises the gate's refusal as an error, `consent-dates`, and `consent-objected`.
    """
    # 1.
    today = new.errand.today
    asked = proof.asked_subject(access, new.number)
    verdict = gate.seek(
        caller,
        new.errand.purpose,
        new.fields,
        today,
        within_quota=access.take(caller),
        barred=not access.fail(caller.guesser, asked),
    )
    if isinstance(verdict, Refused):
        raise _refusal(verdict)
    consents.check_dates(today, new.to_date)
    # 2.
    found = lookup.find(session, new.number).only
    subject_id = None if found is None else found.citizen_id
    if subject_id is not None and data_requests.has_objected(
        session, subject_id, caller.agency_id, new.errand.purpose
    ):
        raise OBJECTED.error()
    consent_id, expires_at = fresh.hex128(), now + dt.timedelta(minutes=new.minutes)
    session.execute(
        insert(Consent).values(
            id=consent_id,
            citizen_id=subject_id,
            agency_id=caller.agency_id,
            purpose=new.errand.purpose,
            fields=list(new.fields),
            declined=[],
            from_date=today,
            to_date=new.to_date,
            evidence="",
            state="asked",
            means="phone",
            client_id=caller.client_id,
            why=new.why,
            approval=_put(session, caller, new, (consent_id, subject_id), (now, expires_at)),
            asked_at=now,
            expires_at=expires_at,
        )
    )
    return find(session, caller, consent_id, today, now)


def find(
    session: Session, caller: Caller, consent_id: str, today: dt.date, now: dt.datetime
) -> RequestedConsent:
    """Return a request of this agency's; raise `consent-request-unknown`."""
    row = session.get(Consent, consent_id, populate_existing=True)
    if row is None or row.agency_id != caller.agency_id or row.asked_at is None:
        raise REQUEST_UNKNOWN.error()
    law = consent_law.of(row.from_date)
    return RequestedConsent(
        id=row.id,
        state=consents.state(session, row, today, now),
        purpose=row.purpose,
        fields=tuple(row.fields),
        declined=tuple(row.declined),
        sensitive=consent_law.sensitive(row.fields),
        from_date=row.from_date,
        to_date=row.to_date,
        law="" if law is None else law.text,
        answer_by=row.expires_at,
        leaf=row.leaf,
    )


def end(
    session: Session, access: Access, caller: Caller, consent_id: str, now: dt.datetime
) -> RequestedConsent:
    """Take a question back, or say that what was given is needed no more: it counts no longer.

    Raises `consent-request-unknown`, and `consent-ended` for one that is over.
    """
    today = access.world.today
    if find(session, caller, consent_id, today, now).state == "asked":
        row = session.get_one(Consent, consent_id)
        approvals.withdraw(session, [row.approval or ""], now)
        _decided(session, consent_id, state="ended", ended_on=today)
    else:
        consents.end(session, access, consent_id, "ended", now)
    return find(session, caller, consent_id, today, now)


def decide(
    phone: Phone, access: Access, consent_id: str, choice: Choice, factors: Factors
) -> str | p.Refused:
    """Take steps 3 and 4 for one who decides field by field; return the consent's id.

    Raises `consent-unknown`, `consent-request-over`, `consent-fields-not-asked`,
    `consent-child-to-agree` and what `phones.decide` raises.
    """
    row = phone.session.get(Consent, consent_id, populate_existing=True)
    if row is None or row.approval is None or not _is_asked(phone, row.approval):
        raise consents.CONSENT_UNKNOWN.error()
    if consents.state(phone.session, row, phone.today, phone.now) != "asked":
        raise REQUEST_OVER.error()
    outside = set(choice.fields or ()) - set(row.fields)
    if outside:
        wrong = InvalidParam("fields", "not asked for", "không được đề nghị")
        raise FIELDS_NOT_ASKED.error(params=(wrong,))
    accepts = choice.fields is None or bool(choice.fields)
    decision: approvals.Decision = "accepted" if accepts else "refused"
    approval = phones.decide(phone, row.approval, decision, factors)
    if isinstance(approval, p.Refused):
        return approval
    settle(phone.session, access, approval, choice, phone.now)
    return consent_id


def decide_whole(
    phone: Phone,
    access: Access,
    approval_id: str,
    decision: approvals.Decision,
    factors: Factors,
) -> Approval | p.Refused:
    """Accept or refuse what a phone is asked, whatever it is; a consent as a whole (step 4).

    Raises what `phones.decide` and `settle` raise.
    """
    approval = phones.decide(phone, approval_id, decision, factors)
    if not isinstance(approval, p.Refused) and approval.kind == APPROVAL:
        settle(phone.session, access, approval, Choice(), phone.now)
    return approval


def settle(
    session: Session, access: Access, approval: Approval, choice: Choice, now: dt.datetime
) -> None:
    """Have the register say what was decided on the phone, with its leaf (step 4).

    Raises `consent-request-over`, `consent-dates` where its last day is past by now, and
    `consent-child-to-agree`.
    """
    consent_id = str(approval.details["consent"])
    row = session.get_one(Consent, consent_id, populate_existing=True)
    accepted = approval.state == "accepted"
    today = access.world.today
    agreed = tuple(row.fields if choice.fields is None else choice.fields) if accepted else ()
    if accepted:
        consents.check_dates(today, row.to_date)
        _check_child(session, row.citizen_id, approval.citizen_id, choice, today)
    _decided(
        session,
        consent_id,
        state="given" if accepted else "refused",
        fields=[name for name in row.fields if name in agreed] if accepted else row.fields,
        declined=[name for name in row.fields if name not in agreed],
        from_date=today,
        decided_by=approval.citizen_id,
        evidence=f"approval {approval.id}: {' '.join(approval.proofs) or 'refused'}",
    )
    leaf = consents.log(session, access, consent_id, "given" if accepted else "refused", now)
    session.execute(update(Consent).where(Consent.id == consent_id).values(leaf=leaf))


def take_down(
    session: Session,
    access: Access,
    caller: Caller,
    new: consents.NewConsent,
    errand: Errand,
    now: dt.datetime,
) -> str | Refused:
    """Record a consent that a clerk took down from a citizen at the counter; return its id.

    `new.evidence` names what was signed or how the person was recognised, `errand.officer` the
    clerk. For the assisted channel of public services: the gate decides as for a request, and the
    leaf says who took it down. In the world's writer. Raises `consent-dates`.
    """
    verdict = gate.seek(
        caller, new.purpose, new.fields, errand.today, within_quota=Room.ENOUGH, barred=False
    )
    if isinstance(verdict, Refused):
        return verdict
    if not errand.officer:
        return Refused(reason=Reason.OFFICER_REQUIRED, grant=verdict.grant)
    taken = msgspec.structs.replace(
        new,
        agency_id=caller.agency_id,
        means="assisted",
        client_id=caller.client_id,
        evidence=f"officer {errand.officer}: {new.evidence}",
    )
    return consents.record(session, access, taken, now)


def decider(session: Session, subject_id: int, today: dt.date) -> int | None:
    """Return who is asked for a citizen: themselves, or of those who represent them the first.

    One with an account that can be used goes before; None where nobody on record represents them.
    """
    able = representation.of(session, subject_id, today, consent_law.CHILD_UNTIL)
    if able is None:
        return subject_id
    usable = (one for one in able if _has_account(session, one, today))
    return next(usable, able[0] if able else None)


def _put(
    session: Session,
    caller: Caller,
    new: NewRequest,
    about: tuple[str, int | None],
    times: tuple[dt.datetime, dt.datetime],
) -> str:
    """Put the question on the phone of whoever decides; return the approval's id."""
    (consent_id, subject_id), (now, expires_at) = about, times
    today = new.errand.today
    asked_of = None if subject_id is None else decider(session, subject_id, today)
    law, purpose = consent_law.of(today), preset.purposes().get(new.errand.purpose)
    pins = [] if subject_id is None else citizens.read(session, [subject_id])
    asked = approvals.Ask(
        kind=APPROVAL,
        title_vi=f"{caller.agency_name} đề nghị được dùng dữ liệu: {new.why}",
        title_en=f"{caller.agency_name_en} asks for consent: {new.why}",
        details={
            "consent": consent_id,
            "about": [person.pin for person in pins],
            "purpose": new.errand.purpose,
            "purpose_vi": "" if purpose is None else purpose.title_vi,
            "purpose_en": "" if purpose is None else purpose.title_en,
            "fields": _labels(new.fields),
            "sensitive": list(consent_law.sensitive(new.fields)),
            "to_date": None if new.to_date is None else new.to_date.isoformat(),
            "law": "" if law is None else law.text,
        },
        asked_by=caller.client_id,
        expires_at=expires_at,
    )
    return approvals.ask_whoever(session, asked_of, asked, now)


def _labels(fields: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return each field with its words, as far as the catalogue has it."""
    return {
        name: {
            "vi": consent_law.CONSENTED[name].label_vi,
            "en": consent_law.CONSENTED[name].label_en,
        }
        if name in consent_law.CONSENTED
        else {}
        for name in fields
    }


def _is_asked(phone: Phone, approval_id: str) -> bool:
    """Whether this phone's holder is the one who was asked."""
    try:
        return approvals.find(phone.session, approval_id, phone.now).citizen_id == phone.citizen_id
    except errors.NotFoundError:  # nobody was
        return False


def _has_account(session: Session, citizen_id: int, today: dt.date) -> bool:
    account = accounts.of(session, citizen_id)
    return account is not None and accounts.standing(session, account, today).usable


def _check_child(
    session: Session, subject_id: int | None, decided_by: int, choice: Choice, today: dt.date
) -> None:
    """Raise that a child has to agree, too, where a representative decided for one of seven."""
    if subject_id is None or subject_id == decided_by or choice.child_agrees:
        return
    years = representation.age(session, subject_id, today)
    if consent_law.CHILD_AGREES_FROM <= years < consent_law.CHILD_UNTIL:
        raise CHILD_TO_AGREE.error()


def _decided(session: Session, consent_id: str, **columns: object) -> None:
    """Decide a question: one UPDATE lets one decision through."""
    changed = session.execute(
        update(Consent)
        .where(Consent.id == consent_id, Consent.state == "asked")
        .values(**columns)
        .returning(Consent.id)
    )
    if changed.first() is None:
        raise REQUEST_OVER.error()


def _refusal(verdict: Refused) -> errors.DancuError:
    problem = PROBLEMS[verdict.reason]
    named = tuple(
        InvalidParam(f"fields.{name}", "no grant that rests on consent gives it", "không có quyền")
        for name in verdict.fields
    )
    return problem.error(params=named)
