"""`/oidc/…` for systems: how they get tokens, ask what a token is worth, and end it."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from fastapi import APIRouter, Response

from app.api import answers, form_bodies, oidc_legs, schemas
from app.api.dependencies import CallDep
from app.api.oidc_forms import (
    ERRORS,
    NO_STORE,
    FormDep,
    TokenError,
    form,
    received,
    refused,
)
from app.exchange.oauth import OAuthError, RevocationRequest
from app.signin import approving, authorizing, introspection, token_endpoint
from app.signin.approving import CibaAnswer, DeviceAnswer
from app.signin.authorizing import Pushed
from app.signin.introspection import Introspection
from app.signin.token_endpoint import Strayed

router = APIRouter(tags=["sign-in"])


class TokenAnswer(schemas.Told):
    """A successful answer (RFC 6749 §5.1, OpenID Connect Core 1.0 §3.1.3.3)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    id_token: schemas.Maybe[str] = None
    refresh_token: schemas.Maybe[str] = None


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
_AWAY: Final[dict[int | str, dict[str, Any]]] = {
    503: {"model": TokenError, "description": "The fault `token-unavailable`, or a busy world."},
}
_TEXT: Final = {"type": "string"}
_TOKEN: Final = {"type": "string", "description": "An access token or a refresh token."}
_HINT: Final = {
    "type": "string",
    "description": "Has no effect: tokens are told apart by themselves (RFC 7009 §2.1).",
    "examples": ["access_token"],
}
_ASKED: Final = {
    "scope": {"type": "string", "description": "`openid`, and what else is asked for."},
    "acr_values": _TEXT,
    "claims": {"type": "string", "description": "OpenID Connect Core 1.0 §5.5, as JSON."},
    "ui_locales": _TEXT,
    "purpose": {"type": "string", "description": "Ours: which of the agency's purposes."},
}


@router.post(
    "/oidc/token",
    response_model=TokenAnswer,
    responses={**ERRORS, **_AWAY},
    openapi_extra=form(
        "grant_type",
        grant_type={"type": "string", "enum": list(token_endpoint.GRANT_TYPES)},
        scope=_TEXT,
        code=_TEXT,
        redirect_uri=_TEXT,
        code_verifier=_TEXT,
        refresh_token=_TEXT,
        device_code=_TEXT,
        auth_req_id=_TEXT,
        **{"pre-authorized_code": _TEXT, "tx_code": _TEXT},
    ),
)
def token(call: CallDep, form: FormDep) -> Response:
    """Give a connected system an access token for ten minutes: its own, or a person's.

    The client proves itself by HTTP Basic or by a signed assertion, as its registration says.
    By `client_credentials` it gets its own token, `scope` being `exchange` or nothing. The other
    grant types end a sign-in: an authorisation code with its `code_verifier`, a refresh token, a
    `device_code`, an `auth_req_id`. With a `DPoP` header the token is bound to that key: whoever
    shows it proves each time to hold the key (RFC 9449). FAPI systems get no other.
    Nothing of the answer is stored, so `Idempotency-Key` has no effect here: ask again instead.
    """
    if isinstance(form, OAuthError):
        return refused(call, form)
    outcome = token_endpoint.grant(call.world, received(call, form), call.is_by)
    if form.get("grant_type") in token_endpoint.GRANTS:
        oidc_legs.note(call, "token", form, outcome)
    if isinstance(outcome, OAuthError):
        return refused(call, outcome)
    if isinstance(outcome, Strayed):
        return Response(outcome.page, media_type="text/html", headers=NO_STORE)
    return Response(msgspec.json.encode(outcome), media_type="application/json", headers=NO_STORE)


@router.post(
    "/oidc/par",
    status_code=201,
    responses={**ERRORS, **answers.of(Pushed, status=201, description="Pushed")},
    openapi_extra=form(
        "response_type",
        "redirect_uri",
        "code_challenge",
        "code_challenge_method",
        **_ASKED,
        response_type={"type": "string", "const": "code"},
        redirect_uri=_TEXT,
        code_challenge={"type": "string", "description": "RFC 7636 §4.2."},
        code_challenge_method={"type": "string", "const": "S256"},
        state=_TEXT,
        nonce=_TEXT,
        prompt=_TEXT,
        max_age=_TEXT,
        login_hint=_TEXT,
        id_token_hint=_TEXT,
        dpop_jkt=_TEXT,
    ),
)
def push_authorization_request(call: CallDep, form: FormDep) -> Response:
    """Take an authorisation request by the back channel (RFC 9126).

    The answer's `request_uri` goes with the `client_id`, and nothing else, to the authorisation
    endpoint; it is good for a minute and a half. A `DPoP` header binds the code to that key.
    """
    if isinstance(form, OAuthError):
        return refused(call, form)
    pushed = authorizing.push(call.world, received(call, form), call.is_by)
    oidc_legs.note(call, "par", form, pushed)
    if isinstance(pushed, OAuthError):
        return refused(call, pushed)
    return answers.json(pushed, status=201, headers=NO_STORE)


@router.post(
    "/oidc/introspect",
    responses={**ERRORS, **answers.of(Introspection)},
    openapi_extra=form("token", token=_TOKEN, token_type_hint=_HINT),
)
def introspect(call: CallDep, form: FormDep) -> Response:
    """Say what one of the client's own tokens is worth now (RFC 7662).

    Another client's token is not active, as one that is unknown.
    """
    if isinstance(form, OAuthError):
        return refused(call, form)
    asked = RevocationRequest(token=form.get("token"), client=form_bodies.client(call, form))
    told = introspection.introspect(call.world, asked, call.is_by)
    if isinstance(told, OAuthError):
        return refused(call, told)
    return answers.json(told, headers=NO_STORE)


@router.post(
    "/oidc/revoke",
    response_class=Response,
    responses=_REVOKED,
    openapi_extra=form("token", token=_TOKEN, token_type_hint=_HINT),
)
def revoke(call: CallDep, form: FormDep) -> Response:
    """End one of the client's own tokens before its time (RFC 7009).

    For a connected system that has no more use for its token, or fears that others have it. The
    client proves itself as at the token endpoint: by HTTP Basic or by a signed assertion. A
    refresh token ends with all that its sign-in gave, an access token by itself.

    200, without a body, says that the token is good no longer: every process of the server
    refuses it within a second. A token that is unknown, has expired or was ended before gets 200,
    too: what the client wants is so already (§2.2). A token of another client stays good, and the
    request is refused (§2.1). After 503 the token must be taken to be good still: send the
    request again (§2.2.1). Twice does the same as once: `Idempotency-Key` has no effect here.
    """
    if isinstance(form, OAuthError):
        return refused(call, form)
    asked = RevocationRequest(token=form.get("token"), client=form_bodies.client(call, form))
    error = introspection.revoke(call.world, asked, call.is_by)
    return Response(headers=NO_STORE) if error is None else refused(call, error)


@router.post(
    "/oidc/device_authorization",
    responses={**ERRORS, **answers.of(DeviceAnswer)},
    openapi_extra=form("scope", **_ASKED),
)
def authorize_device(call: CallDep, form: FormDep) -> Response:
    """Begin a sign-in on a device that cannot show our pages (RFC 8628): a kiosk, a television.

    Show `verification_uri_complete` as a QR code, or `user_code` with `verification_uri`, and ask
    the token endpoint for tokens every `interval` seconds.
    """
    if isinstance(form, OAuthError):
        return refused(call, form)
    begun = approving.begin_device(call.world, received(call, form), call.is_by)
    oidc_legs.note(call, "device_authorization", form, begun)
    if isinstance(begun, OAuthError):
        return refused(call, begun)
    return answers.json(begun, headers=NO_STORE)


@router.post(
    "/oidc/bc-authorize",
    responses={**ERRORS, **answers.of(CibaAnswer)},
    openapi_extra=form(
        "scope",
        **_ASKED,
        login_hint={"type": "string", "description": "The person's 12-digit number."},
        id_token_hint={"type": "string", "description": "An ID token of an earlier sign-in."},
        binding_message={"type": "string", "description": "What both devices show."},
        requested_expiry=_TEXT,
    ),
)
def authorize_backchannel(call: CallDep, form: FormDep) -> Response:
    """Have the phone of a person ask whether they sign in (OpenID CIBA Core 1.0, poll mode).

    Send one of `login_hint` and `id_token_hint`, then ask the token endpoint every `interval`
    seconds.
    """
    if isinstance(form, OAuthError):
        return refused(call, form)
    begun = approving.begin_ciba(call.world, received(call, form), call.is_by)
    oidc_legs.note(call, "bc-authorize", form, begun)
    if isinstance(begun, OAuthError):
        return refused(call, begun)
    return answers.json(begun, headers=NO_STORE)
