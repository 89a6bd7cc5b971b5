"""How an error is told over HTTP: RFC 9457 problem documents, by one table from kind to status."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.api import bodies
from app.platform import errors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.exchange.proof import Proof

MEDIA_TYPE: Final = "application/problem+json"

STATUS: Final[Mapping[errors.Kind, HTTPStatus]] = {
    "invalid": HTTPStatus.BAD_REQUEST,
    "unauthenticated": HTTPStatus.UNAUTHORIZED,
    "forbidden": HTTPStatus.FORBIDDEN,
    "not_found": HTTPStatus.NOT_FOUND,
    "not_allowed": HTTPStatus.METHOD_NOT_ALLOWED,
    "not_acceptable": HTTPStatus.NOT_ACCEPTABLE,
    "conflict": HTTPStatus.CONFLICT,
    "head_too_large": HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "unprocessable": HTTPStatus.UNPROCESSABLE_ENTITY,
    "too_large": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "unsupported": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "too_many": HTTPStatus.TOO_MANY_REQUESTS,
    "internal": HTTPStatus.INTERNAL_SERVER_ERROR,
    "unavailable": HTTPStatus.SERVICE_UNAVAILABLE,
}

INVALID_REQUEST = errors.declare(
    code="invalid-request",
    kind="invalid",
    fault_of="caller",
    title_vi="Yêu cầu có trường sai hoặc thiếu",
    title_en="The request has wrong or missing members",
    next_vi="Sửa các trường nêu trong invalid_params; tài liệu API ở /docs cho biết dạng đúng.",
    next_en="Correct what invalid_params names; the API reference at /docs shows the right form.",
)
ADDRESS_UNKNOWN = errors.declare(
    code="address-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có gì ở địa chỉ này",
    title_en="There is nothing at this address",
    next_vi="Xem các địa chỉ ở /docs.",
    next_en="See the addresses at /docs.",
)
METHOD_NOT_ALLOWED = errors.declare(
    code="method-not-allowed",
    kind="not_allowed",
    fault_of="caller",
    title_vi="Địa chỉ này không nhận phương thức đó",
    title_en="This address does not take that method",
    next_vi="Dùng phương thức nêu trong tiêu đề Allow.",
    next_en="Use a method that the Allow header names.",
)
INTERNAL_ERROR = errors.declare(
    code="internal-error",
    kind="internal",
    fault_of="simulation",
    title_vi="Lỗi của chính hệ mô phỏng",
    title_en="A fault of the simulation itself",
    next_vi="Thử lại; nếu còn lỗi, báo cho người vận hành mã yêu cầu (request_id).",
    next_en="Try again; if it stays, give the operator the request_id: the log has the cause.",
)


class InvalidParam(BaseModel):
    """One member of the request that is wrong."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="Where it stands: `body.claims.birth_date`, `query.limit`.")
    reason: str = Field(description="Why it is refused. Never its value.")


class LeafRef(BaseModel):
    """Where the exchange stands in the log."""

    model_config = ConfigDict(extra="forbid")

    seq: int = Field(ge=0, description="Index of the leaf in the log's tree.")
    log: str = Field(description="Origin of the log's checkpoints.")


class ProblemDocument(BaseModel):
    """What went wrong (RFC 9457), what to do next, and whose fault it is."""

    model_config = ConfigDict(extra="forbid")

    type: str = Field(description="Page of this kind of problem; stable.")
    title: str
    status: int = Field(ge=400, le=599)
    detail: str
    code: str = Field(description="Stable, kebab-case: what programs compare.")
    next: str = Field(description="What the reader can do about it.")
    fault_of: errors.FaultOf
    request_id: str
    invalid_params: list[InvalidParam] | None = None
    receipt: str | None = Field(
        None, description="Of a refusal, which is logged like an answer: compact JWS (ES256)."
    )
    leaf: LeafRef | None = Field(None, description="Of a refusal: its place in the log.")


def language(accept_language: str) -> errors.Language:
    """Choose Vietnamese or English by Accept-Language (RFC 9110 §12.5.4); English if neither."""
    best: errors.Language = "en"
    best_weight = 0.0
    for item in accept_language.lower().split(","):
        tag, _, parameters = item.strip().partition(";")
        primary = tag.strip().partition("-")[0]
        weight_ = weight(parameters)
        if primary in ("vi", "en") and weight_ > best_weight:
            best, best_weight = ("vi" if primary == "vi" else "en"), weight_
    return best


def document(
    error: errors.DancuError,
    *,
    base: str,
    language: errors.Language,
    request_id: str,
    proof: Proof | None = None,
) -> ProblemDocument:
    """Tell `error` in one language; `base` is the server's public address."""
    problem = error.problem
    params = [
        InvalidParam(
            name=param.name,
            reason=(param.reason_vi or param.reason) if language == "vi" else param.reason,
        )
        for param in error.params
    ]
    return ProblemDocument(
        type=f"{base}/problems/{problem.code}",
        title=problem.title(language),
        status=STATUS[problem.kind],
        detail=error.detail(language),
        code=problem.code,
        next=problem.next_step(language),
        fault_of=problem.fault_of,
        request_id=request_id,
        invalid_params=params or None,
        receipt=proof.receipt if proof else None,
        leaf=LeafRef(seq=proof.leaf.seq, log=proof.leaf.log) if proof else None,
    )


def response(
    error: errors.DancuError,
    *,
    base: str,
    language: errors.Language,
    request_id: str,
    proof: Proof | None = None,
    tried: bool = True,
) -> Response:
    """Return the problem as an HTTP response, with the headers its status calls for.

    `tried`: the request had credentials. Without, a 401 names no error (RFC 6750 §3.1).
    """
    told = document(error, base=base, language=language, request_id=request_id, proof=proof)
    headers = {"Content-Language": language, "Cache-Control": "no-store"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if told.status == HTTPStatus.UNAUTHORIZED:
        wrong = ', error="invalid_token"' if tried else ""
        headers["WWW-Authenticate"] = f'Bearer realm="dancu"{wrong}'
    return Response(
        told.model_dump_json(exclude_none=True), told.status, headers, media_type=MEDIA_TYPE
    )


def invalid_request(failures: Sequence[Mapping[str, Any]]) -> errors.DancuError:
    """Return the error for what Pydantic found wrong, naming each member and never its value."""
    params = tuple(
        errors.InvalidParam(_place(failure["loc"]), _reason(failure), _reason_vi(failure))
        for failure in failures
    )
    count = len(params)
    return INVALID_REQUEST.error(
        f"{count} member{'s are' if count > 1 else ' is'} wrong or missing",
        detail_vi=f"{count} trường sai hoặc thiếu",
        params=params,
    )


def of_status(status: int) -> errors.DancuError:
    """Return the error for what the framework itself refuses."""
    by_status = {
        HTTPStatus.NOT_FOUND: ADDRESS_UNKNOWN,
        HTTPStatus.METHOD_NOT_ALLOWED: METHOD_NOT_ALLOWED,
    }
    return by_status.get(HTTPStatus(status), INVALID_REQUEST).error()


#: What the layers around the routes may answer, whatever the operation.
EVERYWHERE: Final[Mapping[int, str]] = {
    400: "The request cannot be read, or a member is wrong: `invalid_params` names it.",
    403: "The server does not answer to this Host, or to web pages of this Origin.",
    404: "There is no such thing, or no such world.",
    409: "The world cannot be served as it is: it has to be re-keyed, or dancu updated.",
    431: "The head of the request is too large.",
    500: "A fault of the simulation itself.",
    503: "The world is busy, being copied or out of reach: send the request again.",
}
#: What they may answer besides where a body is read.
WITH_BODY: Final[Mapping[int, str]] = {
    413: "The body is too large.",
    415: "The body is compressed, or not of a media type that is read here.",
}
#: What a route's own problems mean.
_OF_ROUTES: Final[Mapping[int, str]] = {
    401: "There is no token, or none that is good here.",
    403: "The caller has no right to this, or its Host or Origin is not on the server's list.",
    406: "It cannot be answered in the form that `Accept` asks for.",
    409: "It contradicts what is there, or the `Idempotency-Key`'s first request still runs.",
    422: "The `Idempotency-Key` was another request's.",
    429: "Too many, for now.",
}
_RETRY_AFTER: Final = {"description": "Seconds to wait.", "schema": {"type": "integer"}}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the `responses` of a route that may answer with these problems."""
    return described({status: _OF_ROUTES[status] for status in statuses})


def described(problems: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """Return `responses` that are problem documents, from what each status means."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    waits = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
    return {
        status: {
            "description": meaning,
            "content": dict(content),
            **({"headers": {"Retry-After": _RETRY_AFTER}} if status in waits else {}),
        }
        for status, meaning in problems.items()
    }


def weight(parameters: str) -> float:
    """Return the `q` of an item of an Accept field (RFC 9110 §12.4.2): 1 without, 0 if wrong."""
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _place(location: Sequence[str | int]) -> str:
    return ".".join(bodies.shown(str(part)) for part in location)


def _reason(failure: Mapping[str, Any]) -> str:
    if failure["type"] == "extra_forbidden":
        return "unknown member"
    if failure["type"] == "missing":
        return "required"
    return str(failure["msg"])


_REASONS_VI: Final = {
    "extra_forbidden": "trường không có trong giao diện này",
    "missing": "bắt buộc",
    "repeated": "xuất hiện hai lần",
    "unknown_field": "không có trường này",
    "string_type": "phải là chuỗi",
    "string_too_short": "quá ngắn",
    "string_too_long": "quá dài",
    "string_pattern_mismatch": "không đúng mẫu",
    "int_type": "phải là số nguyên",
    "int_parsing": "phải là số nguyên",
    "bool_type": "phải là true hoặc false",
    "bool_parsing": "phải là true hoặc false",
    "list_type": "phải là danh sách",
    "dict_type": "phải là đối tượng",
    "model_type": "phải là đối tượng",
    "model_attributes_type": "phải là đối tượng",
    "literal_error": "không thuộc các giá trị được nhận",
    "enum": "không thuộc các giá trị được nhận",
    "nationality_unknown": "không có mã này trong ISO 3166-1 alpha-2 (chưa xác định: XX)",
    "too_short": "có quá ít phần tử",
    "too_long": "có quá nhiều phần tử",
    "greater_than_equal": "quá nhỏ",
    "less_than_equal": "quá lớn",
}


def _reason_vi(failure: Mapping[str, Any]) -> str:
    kind = str(failure["type"])
    if kind.startswith("date"):
        return "không phải ngày có thật theo dạng YYYY-MM-DD"
    return _REASONS_VI.get(kind, "không hợp lệ")
