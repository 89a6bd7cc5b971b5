"""`/oidc/…` and discovery: how a connected system gets its access token, and checks ours."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import parse_qsl, urlsplit

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from app.api import schemas
from app.api.calls import Call
from app.api.dependencies import CallDep
from app.exchange import token_endpoint, tokens
from app.exchange.oauth import (
    ASSERTION_TYPE,
    GRANT_TYPE,
    SCOPE,
    ErrorCode,
    OAuthError,
    RevocationRequest,
    TokenRequest,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

router = APIRouter(tags=["sign-in"])

_PARAMETERS: Final = frozenset(TokenRequest.__struct_fields__) - {"authorization"} | {"token"}
_NO_STORE: Final = {"Cache-Control": "no-store"}
_MOST_PARAMETERS: Final = 32


class TokenAnswer(schemas.Told):
    """A successful answer (RFC 6749 §5.1)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str


class TokenError(schemas.Told):
    """An error answer (RFC 6749 §5.2)."""

    error: ErrorCode
    error_description: str


class KeySet(schemas.Told):
    """A JWK Set (RFC 7517 §5)."""

    keys: list[dict[str, str]]


class Metadata(schemas.Told):
    """What the authorisation server says of itself (RFC 8414 §2).

    `response_types_supported` is required by §2 and empty here, for there is no authorization
    endpoint; §3.2 has what is empty left out, and is followed.
    """

    issuer: str
    token_endpoint: str
    revocation_endpoint: str
    revocation_endpoint_auth_methods_supported: list[str]
    revocation_endpoint_auth_signing_alg_values_supported: list[str]
    jwks_uri: str
    grant_types_supported: list[str]
    scopes_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    ui_locales_supported: list[str]
    service_documentation: str


_ERRORS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": TokenError, "description": "The request is wrong (RFC 6749 §5.2)."},
    401: {"model": TokenError, "description": "The client is not proved (invalid_client)."},
}
_REVOKED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The token is good no longer, or was not before. No body."},
    400: {
        "model": TokenError,
        "description": "`token` is missing or stands twice, or the token is another client's: "
        "`invalid_request` (RFC 6749 §5.2).",
    },
    401: {
        "model": TokenError,
        "description": "The client has not proved who it is: `invalid_client`.",
    },
}
_ELSEWHERE: Final[dict[int | str, dict[str, Any]]] = {
    307: {"description": "The default world, by its name: its document is at the server's root."},
}


def _form(required: str, **properties: dict[str, Any]) -> dict[str, Any]:
    schema = {
        "type": "object",
        "required": [required],
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


def read_form(call: CallDep) -> dict[str, str] | OAuthError:
    """Read the form of a request; parameters unknown here are ignored (RFC 6749 §3.2).

    By hand: the door has its bytes already, and a parameter sent twice matters.
    """
    try:
        pairs = parse_qsl(
            call.body.decode(),
            keep_blank_values=False,
            strict_parsing=bool(call.body),
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        return _bad_request("The body is not a form of UTF-8 text.")
    known = [(name, value) for name, value in pairs if name in _PARAMETERS]
    parameters = dict(known)
    if len(parameters) != len(known):
        return _bad_request("A parameter stands twice.")
    if any("\x00" in value for value in parameters.values()):
        return _bad_request("A parameter holds a NUL.")
    return parameters


FormDep = Annotated[dict[str, str] | OAuthError, Depends(read_form)]


def _token_request(call: Call, form: Mapping[str, str]) -> TokenRequest:
    own = {name: text for name, text in form.items() if name in TokenRequest.__struct_fields__}
    return TokenRequest(**own, authorization=call.header(b"authorization") or None)


@router.post(
    "/oidc/token",
    response_model=TokenAnswer,
    responses=_ERRORS,
    openapi_extra=_form(
        "grant_type",
        grant_type={"type": "string", "const": GRANT_TYPE},
        scope={"type": "string", "const": SCOPE},
    ),
)
def token(call: CallDep, form: FormDep) -> Response:
    """Give a connected system an access token for ten minutes (client credentials).

    The client proves itself by HTTP Basic or by a signed assertion, as its registration says.
    Nothing of the answer is stored, so `Idempotency-Key` has no effect here: ask again instead.
    """
    if isinstance(form, OAuthError):
        return _refused(call, form)
    outcome = token_endpoint.grant(call.world, _token_request(call, form), call.is_by)
    if isinstance(outcome, OAuthError):
        return _refused(call, outcome)
    return Response(msgspec.json.encode(outcome), media_type="application/json", headers=_NO_STORE)


@router.post(
    "/oidc/revoke",
    response_class=Response,
    responses=_REVOKED,
    openapi_extra=_form(
        "token",
        token={"type": "string", "description": "The access token to be ended."},
        token_type_hint={
            "type": "string",
            "description": "Has no effect: there is one kind of token (RFC 7009 §2.1).",
            "examples": ["access_token"],
        },
    ),
)
def revoke(call: CallDep, form: FormDep) -> Response:
    """End one of the client's own access tokens before its time (RFC 7009).

    For a connected system that has no more use for its token, or fears that others have it. The
    client proves itself as at the token endpoint: by HTTP Basic or by a signed assertion.

    200, without a body, says that the token is good no longer: every process of the server
    refuses it within a second. A token that is unknown, has expired or was ended before gets 200,
    too: what the client wants is so already (§2.2). A token of another client stays good, and the
    request is refused (§2.1). After 503 the token must be taken to be good still: send the
    request again (§2.2.1). Twice does the same as once: `Idempotency-Key` has no effect here.
    """
    if isinstance(form, OAuthError):
        return _refused(call, form)
    asked = RevocationRequest(token=form.get("token"), client=_token_request(call, form))
    error = token_endpoint.revoke(call.world, asked, call.is_by)
    return Response(headers=_NO_STORE) if error is None else _refused(call, error)


@router.get("/oidc/jwks")
def jwks(call: CallDep, response: Response) -> KeySet:
    """Give the public keys of this world: of its tokens, signed answers and receipts."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return KeySet(**tokens.jwks(call.world))


@router.get(
    "/.well-known/oauth-authorization-server",
    operation_id="authorization_server_metadata",
    response_model=Metadata,
    responses=_ELSEWHERE,
)
def metadata(call: CallDep, request: Request) -> Metadata | Response:
    """Describe this world's authorisation server.

    A world's own stands in both places: `/.well-known/…/w/{world}` (RFC 8414 §3.1) and, for
    clients that append to the issuer as OpenID Connect does, `/w/{world}/.well-known/…`. There is
    no `openid-configuration` as long as nobody can sign in. The default world has one issuer, the
    server's own address, which its tokens carry whatever address they were asked for at: under
    its name there is no other document, but a redirect to that one (RFC 8414 §3.3).
    """
    if call.world.is_default and request.scope["root_path"]:
        path = urlsplit(call.base).path + call.path
        return RedirectResponse(path, HTTPStatus.TEMPORARY_REDIRECT)
    return _describe(call.world.issuer)


def _describe(issuer: str) -> Metadata:
    return Metadata(
        issuer=issuer,
        token_endpoint=f"{issuer}/oidc/token",
        revocation_endpoint=f"{issuer}/oidc/revoke",
        revocation_endpoint_auth_methods_supported=list(token_endpoint.AUTH_METHODS),
        revocation_endpoint_auth_signing_alg_values_supported=list(
            token_endpoint.ASSERTION_ALGORITHMS
        ),
        jwks_uri=f"{issuer}/oidc/jwks",
        grant_types_supported=[GRANT_TYPE],
        scopes_supported=[SCOPE],
        token_endpoint_auth_methods_supported=list(token_endpoint.AUTH_METHODS),
        token_endpoint_auth_signing_alg_values_supported=list(token_endpoint.ASSERTION_ALGORITHMS),
        ui_locales_supported=["vi", "en"],
        service_documentation=f"{issuer}/docs",
    )


def _refused(call: Call, error: OAuthError) -> Response:
    call.problem_code = error.error
    told = TokenError(error=error.error, error_description=error.error_description)
    if error.error != ErrorCode.INVALID_CLIENT:
        return Response(told.model_dump_json(), 400, _NO_STORE, media_type="application/json")
    # RFC 9110 §15.5.2: no 401 without a challenge. Basic is the one scheme of HTTP that is taken.
    headers = {**_NO_STORE, "WWW-Authenticate": 'Basic realm="dancu", charset="UTF-8"'}
    return Response(told.model_dump_json(), 401, headers, media_type="application/json")


def _bad_request(description: str) -> OAuthError:
    return OAuthError(error=ErrorCode.INVALID_REQUEST, error_description=description)
