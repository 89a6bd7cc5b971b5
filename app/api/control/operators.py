"""Who is the operator: by a token for the whole server, or for one incarnation of one world."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPBearer

from app.api.dependencies import CallDep, ServerDep
from app.platform import errors
from app.sandbox import operator

#: The name under which the reference and idempotency keys know the operator.
NAME = "operator"

OPERATOR_REQUIRED = errors.declare(
    code="operator-token-required",
    kind="unauthenticated",
    fault_of="caller",
    title_vi="Cần mã của người vận hành",
    title_en="The operator's token is required",
    next_vi="Gửi Authorization: Bearer với mã trong tệp operator-token của thư mục dữ liệu.",
    next_en="Send Authorization: Bearer with the token in the file operator-token of the home.",
)

TOKEN = HTTPBearer(
    scheme_name="operator",
    description="The operator's token: of the server, or of one world.",
    auto_error=False,
)


def _scope(
    call: CallDep, server: ServerDep, _documented: Annotated[object, Depends(TOKEN)]
) -> operator.Scope:
    """Return what the caller's token opens in this world; raise 401."""
    claimed = (call.bearer or b"").decode("latin-1")
    scope = operator.scope(
        claimed, server.operator_token, call.world.id if call.has_world else None
    )
    if scope is None:
        raise OPERATOR_REQUIRED.error()
    call.client_id = NAME
    return scope


def _server_only(scope: Annotated[operator.Scope, Depends(_scope)]) -> operator.Scope:
    if scope != "server":
        raise operator.SERVER_TOKEN_REQUIRED.error()
    return scope


#: For a route that acts within the world in its address.
OF_WORLD = Depends(_scope)
#: For a route that acts on the server, or on worlds by name.
OF_SERVER = Depends(_server_only)
