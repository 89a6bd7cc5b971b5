"""Who calls: a connected system by its access token, or the operator by the operator's token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Depends
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import OAuth2

from app.api.dependencies import CallDep
from app.exchange import access, tokens
from app.exchange.callers import Caller
from app.exchange.oauth import SCOPE
from app.platform import errors

if TYPE_CHECKING:
    from app.platform.errors import DancuError

TOKEN_MISSING = errors.declare(
    code="token-missing",
    kind="unauthenticated",
    fault_of="caller",
    title_vi="Thiếu mã truy cập",
    title_en="The access token is missing",
    next_vi="Xin mã ở POST …/oidc/token rồi gửi Authorization: Bearer <mã>.",
    next_en="Get a token from POST …/oidc/token and send it as Authorization: Bearer <token>.",
)
TOKEN_INVALID = errors.declare(
    code="token-invalid",
    kind="unauthenticated",
    fault_of="caller",
    title_vi="Mã truy cập không có giá trị ở đây",
    title_en="The access token is not valid here",
    next_vi="Xin mã mới ở POST …/oidc/token của đúng thế giới này.",
    next_en="Get a new token from POST …/oidc/token of this very world.",
)
TOKEN_INVALID_DETAIL = (
    "it is expired, revoked, forged, or another world's",
    "mã đã hết hạn, bị thu hồi, giả mạo, hoặc thuộc thế giới khác",
)

#: The token URL is relative to the document, so that each world's reference names its own.
SYSTEM = OAuth2(
    scheme_name="system",
    flows=OAuthFlows(
        clientCredentials=OAuthFlowClientCredentials(
            tokenUrl="oidc/token", scopes={SCOPE: "Ask within the grants of the agency."}
        )
    ),
    description="Access token of a connected system (RFC 6750), from the token endpoint.",
    auto_error=False,
)


def invalid_token() -> DancuError:
    """Return the one answer to every token that is not accepted, whatever is wrong with it."""
    detail, detail_vi = TOKEN_INVALID_DETAIL
    return TOKEN_INVALID.error(detail, detail_vi=detail_vi)


def of(call: CallDep, _documented: Annotated[str | None, Depends(SYSTEM)]) -> Caller:
    """Return the system that calls, and note it on the call; raise 401."""
    unverified_token = call.bearer
    if not unverified_token:
        raise TOKEN_MISSING.error()
    at = access.of(call.world)
    caller = tokens.caller_of(at, at.snapshot(), unverified_token)
    if caller is None:
        raise invalid_token()
    call.is_by(caller)
    return caller


CallerDep = Annotated[Caller, Depends(of)]
