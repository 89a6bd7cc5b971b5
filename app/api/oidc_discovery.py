"""Discovery and keys: what an issuer says of itself, and how its tokens are checked."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from app.api import answers, schemas
from app.api.calls import Call
from app.api.dependencies import CallDep
from app.signin import keys, metadata
from app.signin.metadata import Metadata

router = APIRouter(tags=["sign-in"])

_MINUTE: Final = {"Cache-Control": "public, max-age=60"}
_ELSEWHERE: Final[dict[int | str, dict[str, Any]]] = {
    307: {"description": "The default world, by its name: its document is at the server's root."},
}


class KeySet(schemas.Told):
    """A JWK Set (RFC 7517 §5)."""

    keys: list[dict[str, str]]


@router.get("/oidc/jwks")
def jwks(call: CallDep, response: Response) -> KeySet:
    """Give the public keys of this world: of its tokens, signed answers and receipts.

    After a rotation the keys before it stay, so that what they signed can be checked.
    """
    response.headers.update(_MINUTE)
    return KeySet(**keys.jwks(call.world))


@router.get(
    "/.well-known/openid-configuration",
    operation_id="openid_configuration",
    responses={**_ELSEWHERE, **answers.of(Metadata)},
)
def openid_configuration(call: CallDep, request: Request) -> Response:
    """Describe this world's OpenID provider (OpenID Connect Discovery 1.0 §4).

    A world's own is at `/w/{world}/.well-known/…`, as the standard has it, and before the path as
    RFC 8414 §3.1 has it: `/.well-known/…/w/{world}`.
    """
    return _described(call, request)


@router.get(
    "/.well-known/oauth-authorization-server",
    operation_id="authorization_server_metadata",
    responses={**_ELSEWHERE, **answers.of(Metadata)},
)
def authorization_server(call: CallDep, request: Request) -> Response:
    """Describe this world's authorisation server (RFC 8414).

    A world's own stands in both places: `/.well-known/…/w/{world}` (RFC 8414 §3.1) and, for
    clients that append to the issuer as OpenID Connect does, `/w/{world}/.well-known/…`. The
    default world has one issuer, the server's own address, which its tokens carry whatever address
    they were asked for at: under its name there is no other document, but a redirect to that one
    (RFC 8414 §3.3).
    """
    return _described(call, request)


def _described(call: Call, request: Request) -> Response:
    if call.world.is_default and request.scope["root_path"]:
        path = urlsplit(call.base).path + call.path
        return RedirectResponse(path, HTTPStatus.TEMPORARY_REDIRECT)
    return answers.json(metadata.of(call.world.issuer))
