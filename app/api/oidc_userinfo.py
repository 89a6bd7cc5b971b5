"""`/oidc/userinfo`: what a system learns of a person who signed in (OpenID Connect Core §5.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Response
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict, Field

from app.api import form_bodies, forms
from app.api.dependencies import CallDep
from app.api.oidc_forms import NO_STORE, TokenError, shown
from app.exchange.oauth import ErrorCode, OAuthError
from app.platform import clock
from app.signin import access_tokens, proofs, tracing, userinfo
from app.signin.persons import Shows
from app.signin.tracing import Leg
from app.signin.userinfo import Told

if TYPE_CHECKING:
    from app.api.calls import Call

router = APIRouter(tags=["sign-in"])

_TOKEN: Final = HTTPBearer(
    scheme_name="person",
    description="Access token of a sign-in, as Bearer, or as DPoP where it is bound to a key.",
    auto_error=False,
)


class Userinfo(BaseModel):
    """The claims that the system was allowed; what is not on record is left out."""

    model_config = ConfigDict(extra="allow")

    sub: str = Field(description="The name by which this agency, and no other, knows the person.")
    simulated: bool


_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "content": {
            forms.JWT: {
                "schema": {
                    "type": "string",
                    "description": "`Accept: application/jwt`: a compact JWS of the claims with "
                    "`iss` and `aud`. To a system that has registered a key to seal to, a compact "
                    "JWE of that JWS; where it has every answer sealed, whatever it accepts.",
                }
            }
        }
    },
    400: {"model": TokenError, "description": "The token is sent in two ways."},
    401: {"model": TokenError, "description": "There is no token, or none that is good here."},
    403: {
        "model": TokenError,
        "description": "The scope lacks `openid`, or the system may learn nothing for now: its "
        "connection or its quota stands in the way (`access_denied`).",
    },
}
_SECURED: Final[dict[str, Any]] = {"security": [{"person": []}]}


@router.get("/oidc/userinfo", response_model=Userinfo, responses=_ANSWERS, openapi_extra=_SECURED)
def userinfo_by_get(call: CallDep) -> Response:
    """Give the claims about whoever signed in, as the person and the grant allow them today.

    Each answer has a leaf in the log, committed before it leaves. It can be a JWT, signed or
    sealed: `Accept: application/jwt`, `PUT /v1/me/sealing`.
    """
    return _answer(call, call.header(b"authorization"))


@router.post("/oidc/userinfo", response_model=Userinfo, responses=_ANSWERS, openapi_extra=_SECURED)
def userinfo_by_post(call: CallDep) -> Response:
    """Give the same as by GET; the token may come in the form, too (RFC 6750 §2.2)."""
    authorization = call.header(b"authorization")
    form = form_bodies.read(call) if call.body else {}
    if isinstance(form, OAuthError):
        return _refused(call, form)
    if "access_token" not in form:
        return _answer(call, authorization)
    if authorization:
        return _refused(
            call, form_bodies.bad_request("The token is sent in two ways (RFC 6750 §2).")
        )
    return _answer(call, f"Bearer {form['access_token']}")


def _answer(call: Call, authorization: str) -> Response:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() not in {"bearer", "dpop"} or not token.strip():
        return _refused(call, None)
    shows = Shows(
        token=token.strip(),
        is_bound=scheme.lower() == "dpop",
        shown=shown(call),
        request_id=call.request_id,
        as_jwt=forms.wants_jwt(call),
    )
    told = userinfo.answer(call.world, shows, call.is_by)
    _note(call, shows, told)
    if isinstance(told, OAuthError):
        return _refused(call, told)
    media_type = forms.JWT if told.is_jwt else forms.JSON
    return Response(told.body, headers=NO_STORE, media_type=media_type)


def _note(call: Call, shows: Shows, told: Told | OAuthError) -> None:
    """Note which claims were told; their values are the person's."""
    verified = access_tokens.verify(call.world, shows.token, clock.epoch())
    error = told if isinstance(told, OAuthError) else None
    names = [] if isinstance(told, OAuthError) else sorted(told.names)
    tracing.note(
        call.world,
        Leg(
            leg="userinfo",
            client_id=call.client_id,
            carried={"scheme": "DPoP" if shows.is_bound else "Bearer"},
            gave={"claims": names} if names else {},
            error=None if error is None else error.error,
            why=None if error is None else error.error_description,
            by={} if verified is None else {"sign_in": verified.sid},
        ),
    )


def _refused(call: Call, error: OAuthError | None) -> Response:
    """Challenge both ways to show a token; without one no error is named (RFC 6750 §3.1)."""
    code = ErrorCode.INVALID_TOKEN if error is None else error.error
    text = "There is no access token." if error is None else error.error_description
    call.problem_code = code
    told = TokenError(error=code, error_description=text)
    if code == ErrorCode.ACCESS_DENIED:  # no other token would help: nothing to challenge for
        return Response(told.model_dump_json(), 403, NO_STORE, media_type="application/json")
    status = {ErrorCode.INVALID_REQUEST: 400, ErrorCode.INSUFFICIENT_SCOPE: 403}.get(code, 401)
    said = "" if error is None else f', error="{code}"'
    algorithms = " ".join(proofs.ALGORITHMS)
    headers = {
        **NO_STORE,
        "WWW-Authenticate": f'Bearer realm="dancu"{said}, DPoP realm="dancu"{said},'
        f' algs="{algorithms}"',
    }
    if code == ErrorCode.USE_DPOP_NONCE:
        headers["DPoP-Nonce"] = proofs.nonce(call.world, clock.epoch())
    return Response(told.model_dump_json(), status, headers, media_type="application/json")
