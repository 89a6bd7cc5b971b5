"""`/soap/dancuquocgia`: the population database as existing SOAP clients know it.

Two operations of SOAP 1.1, for clients that change their address and their credentials. Behind
them are the same gate, table of outcomes and log as behind `/v1/…`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response

from app.api import bodies, callers, exchanges, qcvn_109, schemas, soap_requests, soap_wsdl
from app.api import soap_faults as faults
from app.api import xml_bodies as xml
from app.api.dependencies import CallDep
from app.api.outcomes import note, refusal
from app.api.soap_faults import ADDRESS
from app.api.soap_requests import Asked
from app.api.xml_text import element, text
from app.exchange import access, disclosing, header_hashes, verification, whole_records
from app.exchange.callers import VERIFICATION, Caller
from app.exchange.gate import Refused
from app.exchange.outcomes import Outcome
from app.exchange.verification import Question
from app.platform import clock, errors

if TYPE_CHECKING:
    from app.api.calls import Call
    from app.exchange.answered import Answered
    from app.exchange.errands import Errand

router = APIRouter(include_in_schema=False)

_MEDIA_TYPES: Final = ("text/xml", "application/xml")
#: What is asked of each disclosure: all that the record has an element for.
_PARTS: Final = {
    name: tuple(field for field in disclosure.fields if field in qcvn_109.FIELDS)
    for name, disclosure in disclosing.all_of_them().items()
    if qcvn_109.FIELDS.intersection(disclosure.fields)
}
#: For a system that no law lets ask for anything: the gate refuses it, and the log has that.
_NO_PURPOSE: Final = "unnamed"

WRONG_TYPE = errors.declare(
    code="soap-media-type",
    kind="unsupported",
    fault_of="caller",
    title_vi="Kiểu nội dung không phải của SOAP 1.1",
    title_en="The media type is not that of SOAP 1.1",
    next_vi="Gửi Content-Type: text/xml; charset=utf-8. Không nhận MTOM (multipart/related) và "
    "SOAP 1.2 (application/soap+xml).",
    next_en="Send Content-Type: text/xml; charset=utf-8. MTOM (multipart/related) and SOAP 1.2"
    " (application/soap+xml) are not read.",
)
ONLY_POSTED = errors.declare(
    code="soap-only-posted",
    kind="not_allowed",
    fault_of="caller",
    title_vi="Địa chỉ này nhận POST; mô tả ở ?wsdl",
    title_en="This address takes POST; ?wsdl describes it",
    next_vi="GET địa chỉ này với ?wsdl để lấy WSDL.",
    next_en="GET this address with ?wsdl for the WSDL.",
)
PURPOSE_AMBIGUOUS = errors.declare(
    code="soap-purpose-ambiguous",
    kind="invalid",
    fault_of="caller",
    title_vi="Cơ quan có nhiều mục đích khai thác, lời gọi chưa nêu mục đích nào",
    title_en="The agency has several purposes, and the call names none",
    next_vi="Thêm mục đích vào địa chỉ: ?purpose=…; xem GET /v1/me.",
    next_en="Put the purpose into the address: ?purpose=…; see GET /v1/me.",
)


@router.get(ADDRESS)
def describe(
    call: CallDep,
    request: Request,
    wsdl: Annotated[str | None, Query()] = None,
    capital: Annotated[str | None, Query(alias="WSDL")] = None,
) -> Response:
    """Give the WSDL, whose address is the public one."""
    if wsdl is None and capital is None:
        answer = call.problem(ONLY_POSTED.error())
        answer.headers["Allow"] = "POST"
        return answer
    address = _addresses(call, request)[0]
    return Response(soap_wsdl.described(address), media_type=faults.MEDIA_TYPE)


def _caller(
    call: CallDep,
    request: Request,
    _documented: Annotated[str | None, Depends(callers.SYSTEM)],
) -> Caller:
    """Return who calls: by the headers of existing clients, or by a token of ours."""
    scheme = call.header(b"authorization").partition(" ")[0].lower()
    if scheme in ("bearer", "dpop"):
        return callers.of(call, _documented)
    shown = header_hashes.Shown(
        authorization=call.header(b"authorization"),
        timestamp=call.header(b"timestamp"),
        addresses=_addresses(call, request),
    )
    at = access.of(call.world)
    now_ms = int(clock.now().timestamp() * 1_000)
    caller = header_hashes.authenticate(call.world, at.snapshot(), shown, now_ms=now_ms)
    call.is_by(caller)
    return caller


@router.post(ADDRESS)
def answer(
    call: CallDep,
    caller: Annotated[Caller, Depends(_caller)],
    purpose: Annotated[str | None, Query(pattern=schemas.SLUG)] = None,
) -> Response:
    """Answer one request; its leaf is in the log before the answer leaves.

    1. Read the envelope.
    2. What it says becomes an errand: the purpose is the address's or the caller's only one, the
       official MaCanBo (at MaDonVi), the dossier MaYeuCau (of the procedure MaDVC).
    3. Put the question to the exchange.
    """
    if caller.sealing is not None and caller.sealing.always:
        raise qcvn_109.NOT_SEALED.error()
    # 1.
    content_type = call.header(b"content-type")
    if bodies.media_type(content_type) not in _MEDIA_TYPES:
        raise WRONG_TYPE.error()
    asked = soap_requests.read(xml.read(call.body, content_type), call.header(b"soapaction"))
    # 2.
    is_verified = asked.operation is soap_requests.VERIFY
    service = VERIFICATION if is_verified else whole_records.FIRST
    question = Question(
        errand=_errand(call, asked, purpose or _only_purpose(caller, service)),
        number=asked.number,
        claim={"full_name": asked.full_name, "birth_date": asked.birth_date},
    )
    # 3.
    if is_verified:
        return _verify(call, caller, question)
    return _look_up(call, caller, question)


def _verify(call: Call, caller: Caller, question: Question) -> Response:
    def tell(answered: Answered, prepared: verification.Prepared) -> Response:
        judgement = prepared.judgement
        exists = judgement is not None and judgement.outcome is Outcome.MATCH
        told = text(soap_wsdl.EXISTS, "true" if exists else "false")
        result = element(soap_wsdl.RESULT, told, _=soap_requests.NAMESPACE)
        return _told(call, VERIFICATION, answered, result)

    return exchanges.put(call, whole_records.plain(caller), verification, question, tell)


def _look_up(call: Call, caller: Caller, question: Question) -> Response:
    ask = whole_records.Ask(question=question, parts=_PARTS)

    def tell(answered: Answered, prepared: whole_records.Prepared) -> Response:
        if prepared.data is None:
            return _told(call, whole_records.FIRST, answered, qcvn_109.nobody())
        today = question.errand.today
        record = qcvn_109.collection([prepared.data], today=today, form=qcvn_109.SOAP)
        return _told(call, whole_records.FIRST, answered, record)

    return exchanges.put(call, caller, whole_records, ask, tell)


def _told(call: Call, service: str, answered: Answered, body: str) -> Response:
    """Return the envelope of an answer that is logged, or the Fault of a refusal that is."""
    verdict, proof = answered.verdict, answered.proof
    note(call, service, verdict, answered.outcome, proof)
    if isinstance(verdict, Refused):
        return refusal(call, verdict, proof)
    header = element(
        "exchange",
        text("outcome", answered.outcome),
        text("request_id", call.request_id),
        text("receipt", proof.receipt),
        text("leaf", str(proof.leaf.seq), log=proof.leaf.log),
        text("withheld", " ".join(verdict.withheld)) if verdict.withheld else "",
        text("simulated", "true"),
        _=faults.OURS,
    )
    return Response(faults.envelope(header, body), media_type=faults.MEDIA_TYPE)


def _errand(call: Call, asked: Asked, purpose: str) -> Errand:
    officer = "@".join(filter(None, (asked.officer, asked.unit))) if asked.officer else None
    dossier = "/".join(filter(None, (asked.procedure, asked.request_code)))
    return exchanges.errand(call, purpose, officer, dossier)


def _only_purpose(caller: Caller, service: str) -> str:
    """Return the one purpose that the caller has for the service."""
    known = sorted({purpose for of, purpose in caller.grants if of == service})
    if len(known) > 1:
        several = ", ".join(known)
        raise PURPOSE_AMBIGUOUS.error(
            f"name one of {several}", detail_vi=f"nêu một trong: {several}"
        )
    return known[0] if known else _NO_PURPOSE


def _addresses(call: Call, request: Request) -> tuple[str, ...]:
    """Return the published address, with the query of this call, and the world's own name's.

    Existing clients hash the address that they are configured with.
    """
    query = f"?{call.query.decode('latin-1')}" if call.query else ""
    bases = dict.fromkeys((call.base + request.scope["root_path"], call.world.issuer))
    plain = [f"{base}{ADDRESS}" for base in bases]
    return (*plain, *(address + query for address in plain if query))
