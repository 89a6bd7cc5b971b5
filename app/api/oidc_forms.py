"""The forms of `/oidc/…`, and the errors of OAuth: what its addresses for systems share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Depends, Response

from app.api import form_bodies, schemas
from app.api.dependencies import CallDep
from app.exchange.oauth import ASSERTION_TYPE, ErrorCode, OAuthError
from app.platform import clock
from app.signin import proofs
from app.signin.proofs import Shown
from app.signin.token_requests import Received

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.api.calls import Call

#: RFC 6749 §5.1 asks for both.
NO_STORE: Final = {"Cache-Control": "no-store", "Pragma": "no-cache"}
_STATUS: Final = {
    ErrorCode.INVALID_CLIENT: 401,
    ErrorCode.INVALID_TOKEN: 401,
    ErrorCode.TEMPORARILY_UNAVAILABLE: 503,
}


class TokenError(schemas.Told):
    """An error answer (RFC 6749 §5.2)."""

    error: ErrorCode
    error_description: str


ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": TokenError, "description": "The request is wrong (RFC 6749 §5.2)."},
    401: {"model": TokenError, "description": "The client is not proved (invalid_client)."},
}


def form(*required: str, **properties: dict[str, Any]) -> dict[str, Any]:
    """Describe a form of a client that proves itself, for the reference."""
    schema = {
        "type": "object",
        "required": list(required),
        "properties": {
            **properties,
            "client_id": {"type": "string"},
            "client_assertion_type": {"type": "string", "const": ASSERTION_TYPE},
            "client_assertion": {"type": "string", "description": "RFC 7523 §3."},
        },
    }
    content = {"application/x-www-form-urlencoded": {"schema": schema}}
    return {
        "requestBody": {"required": True, "content": content},
        "security": [{"client_secret_basic": []}, {}],
    }


def _read(call: CallDep) -> dict[str, str] | OAuthError:
    return form_bodies.read(call)


FormDep = Annotated[dict[str, str] | OAuthError, Depends(_read)]


def received(call: Call, form: Mapping[str, str]) -> Received:
    """Return a request as sign-in takes it."""
    return Received(
        form=form,
        client=form_bodies.client(call, form),
        shown=shown(call),
        request_id=call.request_id,
    )


def shown(call: Call) -> Shown | None:
    """Return the DPoP proof of a request, None without one (RFC 9449 §4.1).

    The address is the world's own, whatever Host the request named.
    """
    header = call.headers.get(b"dpop")
    if header is None:
        return None
    return Shown(
        header=header.decode("latin-1"),
        method=call.method,
        address=f"{call.world.issuer}{call.path}",
    )


def refused(call: Call, error: OAuthError) -> Response:
    """Return an error of OAuth, and note it on the call."""
    call.problem_code = error.error
    told = TokenError(error=error.error, error_description=error.error_description)
    headers = dict(NO_STORE)
    if error.error == ErrorCode.USE_DPOP_NONCE:
        headers["DPoP-Nonce"] = proofs.nonce(call.world, clock.epoch())
    status = _STATUS.get(error.error, 400)
    if status == 503:
        headers["Retry-After"] = "1"
    if status == 401:
        # RFC 9110 §15.5.2: no 401 without a challenge. Basic is the one scheme of HTTP here.
        headers["WWW-Authenticate"] = 'Basic realm="dancu", charset="UTF-8"'
    return Response(told.model_dump_json(), status, headers, media_type="application/json")
