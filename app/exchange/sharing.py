"""Sharing: a disclosure gives out the fields a grant allows, and says which it withheld and why.

How a disclosure runs:
1. The gate decides from the caller's access, and on the citizen's consent where it is needed.
2. Look up the number.
3. Read the granted fields.
4. The leaf is durable before
5. the answer, with its receipt.

`prepare` takes steps 1 to 3 with a session that only reads, `record` 4 and 5 in the writer.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from app.exchange import answered, as_of, disclosing, gate, proof
from app.exchange.consent_check import confirm
from app.exchange.errands import Errand
from app.exchange.gate import Admitted, Reason, Refused
from app.exchange.log.leaves import Kind
from app.exchange.outcomes import Standing, standing
from app.exchange.proof import LeafPlace, Proof
from app.exchange.refusals import PROBLEMS
from app.platform import errors
from app.registry import fields as registry_fields
from app.registry import lookup, past

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.exchange.callers import Caller

DISCLOSED = "disclosed"

DISCLOSURE_UNKNOWN = errors.declare(
    code="disclosure-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có dịch vụ chia sẻ dữ liệu với tên này",
    title_en="There is no disclosure of this name",
    next_vi="Xem danh sách dịch vụ tại GET /v1/disclosures.",
    next_en="GET /v1/disclosures lists them.",
)
FIELD_UNKNOWN = errors.declare(
    code="field-unknown",
    kind="invalid",
    fault_of="caller",
    title_vi="Dịch vụ này không có trường thông tin được hỏi",
    title_en="The disclosure does not offer a field that was asked for",
    next_vi="Xem các trường của dịch vụ tại GET /v1/disclosures.",
    next_en="GET /v1/disclosures lists the fields of each.",
)


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A question for data about the bearer of a number, by the name of a disclosure.

    `as_of` is the day at whose end the answer was on record; None is now.
    """

    errand: Errand
    disclosure: str
    number: str
    fields: tuple[str, ...]
    as_of: dt.date | None = None


class Withheld(msgspec.Struct, frozen=True, kw_only=True):
    """Why a field was not given: the code of a refusal, and its title in words."""

    reason: str
    title: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer's JSON. `outcome` is `disclosed`, or says why there is no data.

    `as_of` is there where the past was asked about.

    `number` tells whether the number asked is the current one (`current`, `superseded`, `old`).
    """

    outcome: str
    number: str
    data: dict[str, Any] | None
    withheld: dict[str, Withheld]
    legal_basis: str
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace
    as_of: dt.date | msgspec.UnsetType = msgspec.UNSET


class Prepared(answered.Prepared, frozen=True, kw_only=True):
    """A question that has been decided and read, before it is logged."""

    ask: Ask
    number: Standing
    data: dict[str, Any] | None
    about: str


_encoder = msgspec.json.Encoder()


def prepare(session: Session, access: Access, caller: Caller, ask: Ask) -> Prepared:
    """Take steps 1 to 3.

    Raises `disclosure-unknown`, `field-unknown` and `as-of-impossible`, which are not logged.
    """
    _check_offered(ask)
    _check_day(ask)
    # 1.
    verdict = _admit(access, caller, ask)
    if isinstance(verdict, Refused):
        return _without_data(access, caller, ask, verdict, proof.refusal_outcome(verdict))
    # 2.
    found = lookup.find(session, ask.number)
    verdict = confirm(session, caller, ask.errand, verdict, found)
    if isinstance(verdict, Refused):
        return _without_data(access, caller, ask, verdict, proof.refusal_outcome(verdict))
    # 3.
    hit = found.only
    if hit is None or not _was_on_record(session, hit.citizen_id, ask.as_of):
        outcome = "ambiguous" if found.hits and hit is None else "not_found"
        return _without_data(access, caller, ask, verdict, outcome, standing(found))
    if ask.as_of is None:
        [data] = disclosing.read(session, [hit.citizen_id], verdict.fields, ask.errand.today)
    else:
        data = past.read(session, hit.citizen_id, verdict.fields, ask.as_of)
    return Prepared(
        caller=caller,
        ask=ask,
        verdict=verdict,
        number=standing(found),
        data=data,
        outcome=DISCLOSED,
        about=proof.citizen_subject(access, hit.citizen_id),
    )


def record(session: Session, access: Access, prepared: Prepared, *, now: dt.datetime) -> Answered:
    """Take steps 4 and 5 inside a job of the world's writer; send nothing before it commits."""
    verdict = prepared.verdict
    day = prepared.ask.as_of if isinstance(verdict, Admitted) else None
    leaf = proof.draft(
        prepared.caller,
        prepared.ask.errand,
        verdict,
        kind=Kind.DISCLOSURE,
        outcome=as_of.outcome(prepared.outcome, day),
        fields=() if prepared.data is None else verdict.fields,
        about=prepared.about,
    )
    body = None if isinstance(verdict, Refused) else partial(_body, prepared, verdict)
    logged = answered.log(session, access, leaf, verdict=verdict, body=body, now=now)
    return msgspec.structs.replace(logged, outcome=prepared.outcome)


def withheld(admitted: Admitted, errand: Errand) -> dict[str, Withheld]:
    """Say of each field that is kept back why it is not there, in the errand's language."""
    told: dict[str, Withheld] = {}
    for reason, fields in (
        (Reason.FIELD_NOT_ALLOWED, admitted.withheld),
        (Reason.SUPPLIER_REFUSES, admitted.unshared),
    ):
        why = PROBLEMS[reason]
        said = Withheld(reason=why.code, title=why.title(errand.language))
        told |= dict.fromkeys(fields, said)
    return told


def _check_offered(ask: Ask) -> None:
    disclosure = disclosing.all_of_them().get(ask.disclosure)
    if disclosure is None:
        raise DISCLOSURE_UNKNOWN.error()
    unknown = tuple(
        errors.InvalidParam(f"fields.{place}", "not offered", "không có trong dịch vụ")
        for place, name in enumerate(ask.fields)
        if name not in disclosure.fields
    )
    if unknown:
        raise FIELD_UNKNOWN.error(params=unknown)


def _check_day(ask: Ask) -> None:
    """Refuse a day that is not over or of which nothing is kept, and fields of today only."""
    if ask.as_of is None:
        return
    wrong = tuple(
        errors.InvalidParam(f"fields.{place}", "known as of now only", "chỉ có theo hiện tại")
        for place, name in enumerate(ask.fields)
        if name not in registry_fields.FIELDS
    )
    as_of.check(ask.as_of, ask.errand.today, wrong)


def _was_on_record(session: Session, citizen_id: int, day: dt.date | None) -> bool:
    return day is None or past.is_on_record(session, citizen_id, day)


def _admit(access: Access, caller: Caller, ask: Ask) -> Admitted | Refused:
    """Step 1. Fields without a grant are withheld; the rest of the question stands."""
    errand = ask.errand
    verdict = gate.admit(
        caller,
        gate.Request(
            service=ask.disclosure,
            errand=errand,
            fields=ask.fields,
            partial=True,
            within_quota=access.take(caller),
        ),
    )
    if isinstance(verdict, Refused) or ask.as_of is None:
        return verdict
    return gate.of_past(verdict, caller)


def _without_data(
    access: Access,
    caller: Caller,
    ask: Ask,
    verdict: Admitted | Refused,
    outcome: str,
    number: Standing = Standing.UNKNOWN,
) -> Prepared:
    return Prepared(
        caller=caller,
        ask=ask,
        verdict=verdict,
        number=number,
        data=None,
        outcome=outcome,
        about=proof.number_subject(access, ask.number),
    )


def _body(prepared: Prepared, admitted: Admitted, proved: Proof) -> bytes:
    return _encoder.encode(
        Answer(
            outcome=prepared.outcome,
            number=prepared.number,
            data=prepared.data,
            withheld=withheld(admitted, prepared.ask.errand),
            legal_basis=admitted.grant.legal_basis,
            simulated=True,
            request_id=prepared.ask.errand.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
            as_of=msgspec.UNSET if prepared.ask.as_of is None else prepared.ask.as_of,
        )
    )
