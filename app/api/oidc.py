"""`/oidc/…` and discovery: how a connected system gets its access token, and checks ours."""

from __future__ import annotations

from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

import msgspec
from fastapi import APIRouter, Depends, Response

from app.api import schemas
from app.api.calls import CallDep
from app.exchange import token_endpoint, tokens
from app.exchange.oauth import (
    GRANT_TYPE,
    SCOPE,
    ErrorCode,
    Issued,
    OAuthError,
    TokenRequest,
)

router = APIRouter(tags=["sign-in"])

_PARAMETERS: Final = frozenset(TokenRequest.__struct_fields__) - {"authorization"}
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
    """What the authorisation server says of itself (RFC 8414 §2, OpenID Connect Discovery §3)."""

    issuer: str
    token_endpoint: str
    jwks_uri: str
    grant_types_supported: list[str]
    response_types_supported: list[str]
    scopes_supported: list[str]
    token_endpoint_auth_methods_supported: list[str]
    token_endpoint_auth_signing_alg_values_supported: list[str]
    subject_types_supported: list[str]
    id_token_signing_alg_values_supported: list[str]
    ui_locales_supported: list[str]
    service_documentation: str


#: The form is read by hand: the door has its bytes already, and a parameter sent twice matters.
_FORM: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        "grant_type": {"type": "string", "const": GRANT_TYPE},
                        "scope": {"type": "string", "const": SCOPE},
                        "client_id": {"type": "string"},
                        "client_assertion_type": {
                            "type": "string",
                            "const": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                        },
                        "client_assertion": {"type": "string", "description": "RFC 7523 §3."},
                    },
                }
            }
        },
    },
    "security": [{"client_secret_basic": []}, {}],
}


def read_form(call: CallDep) -> TokenRequest | OAuthError:
    """Read the form of a token request; parameters unknown here are ignored (RFC 6749 §3.2)."""
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
    authorization = call.header(b"authorization") or None
    return TokenRequest(**parameters, authorization=authorization)


@router.post(
    "/oidc/token",
    response_model=TokenAnswer,
    responses={
        400: {"model": TokenError, "description": "The request is wrong (RFC 6749 §5.2)."},
        401: {"model": TokenError, "description": "The client is not proved (invalid_client)."},
    },
    openapi_extra=_FORM,
)
def token(
    call: CallDep, asked: Annotated[TokenRequest | OAuthError, Depends(read_form)]
) -> Response:
    """Give a connected system an access token for ten minutes (client credentials).

    The client proves itself by HTTP Basic or by a signed assertion, as its registration says.
    Nothing of the answer is stored, so `Idempotency-Key` has no effect here: ask again instead.
    """
    outcome = asked if isinstance(asked, OAuthError) else token_endpoint.grant(call.world, asked)
    if isinstance(outcome, Issued):
        return Response(
            msgspec.json.encode(outcome), media_type="application/json", headers=_NO_STORE
        )
    call.problem_code = outcome.error
    headers = dict(_NO_STORE)
    if outcome.challenges:
        headers["WWW-Authenticate"] = 'Basic realm="dancu", charset="UTF-8"'
    told = TokenError(error=outcome.error, error_description=outcome.error_description)
    status = 401 if outcome.error == ErrorCode.INVALID_CLIENT else 400
    return Response(told.model_dump_json(), status, headers, media_type="application/json")


@router.get("/oidc/jwks")
def jwks(call: CallDep, response: Response) -> KeySet:
    """Give the public keys of this world: of its tokens, signed answers and receipts."""
    response.headers["Cache-Control"] = "public, max-age=60"
    return KeySet(**tokens.jwks(call.world))


@router.get(
    "/.well-known/openid-configuration",
    operation_id="openid_configuration",
)
@router.get(
    "/.well-known/oauth-authorization-server",
    operation_id="authorization_server_metadata",
)
def metadata(call: CallDep) -> Metadata:
    """Describe this world's authorisation server.

    A world's own stands in both places: `/w/{world}/.well-known/…` (OpenID Connect Discovery §4)
    and `/.well-known/…/w/{world}` (RFC 8414 §3.1).
    """
    issuer = call.world.issuer
    return Metadata(
        issuer=issuer,
        token_endpoint=f"{issuer}/oidc/token",
        jwks_uri=f"{issuer}/oidc/jwks",
        grant_types_supported=[GRANT_TYPE],
        response_types_supported=[],
        scopes_supported=[SCOPE],
        token_endpoint_auth_methods_supported=list(token_endpoint.AUTH_METHODS),
        token_endpoint_auth_signing_alg_values_supported=list(token_endpoint.ASSERTION_ALGORITHMS),
        subject_types_supported=["pairwise"],
        id_token_signing_alg_values_supported=["ES256"],
        ui_locales_supported=["vi", "en"],
        service_documentation=f"{issuer}/docs",
    )


def _bad_request(description: str) -> OAuthError:
    return OAuthError(error=ErrorCode.INVALID_REQUEST, error_description=description)
