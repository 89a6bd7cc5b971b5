"""Errors as SOAP 1.1 tells them: a Fault, with our problem document in its detail.

The status is 500, as SOAP 1.1 §6.2 has it for every Fault, but for what HTTP itself has a status
that its clients act upon: to authenticate, to wait, to send something else.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from app.api import problems
from app.api.xml_text import document, element, text

if TYPE_CHECKING:
    from app.api.problems import ProblemDocument
    from app.exchange.proof import Proof
    from app.platform.errors import DancuError, Language

#: Where the façade is, below a world's prefix.
BEGINNING: Final = "/soap/"
ADDRESS: Final = "/soap/dancuquocgia"
ENVELOPE: Final = "http://schemas.xmlsoap.org/soap/envelope/"
#: Of what we add to an envelope: who does not know it leaves it alone.
OURS: Final = "urn:dancu:soap"
MEDIA_TYPE: Final = "text/xml; charset=utf-8"

_KEPT: Final = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
        HTTPStatus.SERVICE_UNAVAILABLE,
    }
)
#: SOAP 1.1 §4.4.1; whatever is not here is `Client` or `Server`.
_FAULT_CODES: Final = {
    "soap-version": "VersionMismatch",
    "soap-must-understand": "MustUnderstand",
}
_CHALLENGE: Final = 'Basic realm="dancu"'
_SAID: Final = ("code", "title", "detail", "next", "fault_of", "request_id", "receipt")


def is_spoken_at(path: str) -> bool:
    """Whether an address, with a world's prefix or without, is one of the façade's."""
    if path.startswith("/w/"):
        return path[3:].partition("/")[2].startswith(BEGINNING[1:])
    return path.startswith(BEGINNING)


def response(
    error: DancuError,
    *,
    base: str,
    language: Language,
    request_id: str,
    proof: Proof | None = None,
) -> Response:
    """Return the problem as a Fault; see `problems.response`."""
    told = problems.document(
        error, base=base, language=language, request_id=request_id, proof=proof
    )
    headers = {"Content-Language": language, "Cache-Control": "no-store"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if told.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = _CHALLENGE
    kept = HTTPStatus(told.status) in _KEPT
    status = told.status if kept else HTTPStatus.INTERNAL_SERVER_ERROR
    return Response(_fault(told, language), status, headers, media_type=MEDIA_TYPE)


def with_status(answer: Response, status: int) -> Response:
    """Return a Fault under another status."""
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = _CHALLENGE
    return Response(answer.body, status, headers)


def empty() -> Response:
    """Return an envelope in which nothing is said."""
    return Response(envelope("", ""), media_type=MEDIA_TYPE)


def envelope(header: str, body: str) -> bytes:
    """Return an envelope around XML; without `header` it has none."""
    return document(
        element(
            "soapenv:Envelope",
            element("soapenv:Header", header) if header else "",
            element("soapenv:Body", body),
            **{"xmlns:soapenv": ENVELOPE},
        )
    )


def _fault(told: ProblemDocument, language: Language) -> bytes:
    is_ours = told.fault_of == "simulation" or told.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    code = _FAULT_CODES.get(told.code, "Server" if is_ours else "Client")
    return envelope(
        "",
        element(
            "soapenv:Fault",
            text("faultcode", f"soapenv:{code}"),
            text("faultstring", _said(told), **{"xml:lang": language}),
            element("detail", _problem(told)),
        ),
    )


def _said(told: ProblemDocument) -> str:
    return told.title if told.detail == told.title else f"{told.title}: {told.detail}"


def _problem(told: ProblemDocument) -> str:
    said = [(name, getattr(told, name)) for name in _SAID]
    leaf = told.leaf
    return element(
        "problem",
        *(text(name, value) for name, value in said if value is not None),
        "" if leaf is None else text("leaf", str(leaf.seq), log=leaf.log),
        *(
            text("invalid_param", param.reason, name=param.name)
            for param in told.invalid_params or ()
        ),
        _=OURS,
        type=told.type,
        status=str(told.status),
    )
