"""The citizen's own page: how the world itself signs somebody in at the portal, and acts as it.

The page is a relying party like any other, in the place of the portal's system: it pushes its
request, so that no browser can ask in its name for another address; the person goes through the
pages of signing in to level 2; and it redeems the code with a verifier that only this browser has
(PKCE), so that nobody is signed in by a link of somebody else's. There is no back channel to prove
itself on: both sides are this server.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Final

import msgspec

from app.exchange import access as accesses
from app.exchange.oauth import OAuthError
from app.platform import clock, errors
from app.signin import (
    acting,
    claims,
    codes,
    levels,
    persons,
    registrations,
    requests,
    sign_ins,
    steps,
    walks,
)
from app.signin.acting import Citizen
from app.signin.persons import Person
from app.signin.requests import AuthorizationRequest
from app.signin.steps import Failed
from app.signin.telling import Errant
from app.signin.token_requests import TokenCall

if TYPE_CHECKING:
    from app.exchange.callers import Caller
    from app.platform.worlds import World

_SCOPES: Final = (claims.OPENID, claims.MY_READ, claims.MY_WRITE, claims.PUBLIC_SERVICES)
_LEVEL: Final = {"acr": {"essential": True, "value": levels.ACR_OF[2]}}

NOT_SIGNED_IN = errors.declare(
    code="own-page-sign-in",
    kind="unauthenticated",
    fault_of="citizen",
    title_vi="Chưa đăng nhập được",
    title_en="You are not signed in",
    next_vi="Đăng nhập lại bằng tài khoản mức độ 2, và đồng ý khi được hỏi.",
    next_en="Sign in again, with an account of level 2, and agree when you are asked.",
)


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in that was pushed: what the browser asks for it by, and the secret that it keeps."""

    client_id: str
    request_uri: str
    secret: str


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """Who has signed in at the page, and through which system they act."""

    person: Person
    citizen: Citizen


def begin(world: World, redirect_uri: str, language: str, request_id: str) -> Begun:
    """Push the page's request. Raises `citizen-system-not-allowed` where there is no portal."""
    portal = _portal(world)
    secret = secrets.token_urlsafe(32)
    parameters = {
        "client_id": portal.client_id,
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": " ".join(_SCOPES),
        "state": walks.csrf(secret),
        "code_challenge": codes.challenge(secret),
        "code_challenge_method": "S256",
        "claims": json.dumps({"id_token": _LEVEL}),
        "ui_locales": language,
        "purpose": acting.PURPOSE,
    }
    request = requests.read(parameters)
    errant = Errant(caller=portal, request_id=request_id, today=world.today)
    if not isinstance(request, AuthorizationRequest) or isinstance(
        steps.wish(errant, request), Failed
    ):
        raise acting.NOT_HERE.error()
    now = clock.now()
    new = sign_ins.pushed(portal.client_id, request, now)
    _, handle = world.writer.submit(lambda session: sign_ins.begin(session, new, now=now))
    return Begun(
        client_id=portal.client_id,
        request_uri=f"{sign_ins.REQUEST_URI}{handle}",
        secret=secret,
    )


def finish(
    world: World, redirect_uri: str, answer: dict[str, str], secret: str | None, request_id: str
) -> str:
    """Redeem the code of an answer that belongs to this browser; return the access token.

    Raises `own-page-sign-in`.
    """
    if secret is None or not walks.is_ours(secret, answer.get("state", "")):
        raise NOT_SIGNED_IN.error()
    if answer.get("iss") != world.issuer or "code" not in answer:  # RFC 9207 §2.4
        raise NOT_SIGNED_IN.error(answer.get("error", ""))
    portal = _portal(world)
    errant = Errant(
        caller=portal,
        request_id=request_id,
        today=world.today,
        within_quota=accesses.of(world).take(portal),
    )
    tokens = codes.redeem(
        TokenCall(
            world=world,
            caller=portal,
            registration=registrations.unregistered(portal),
            form={
                "code": answer["code"],
                "redirect_uri": redirect_uri,
                "code_verifier": secret,
            },
            proved=None,
            errant=errant,
        )
    )
    if isinstance(tokens, OAuthError):
        raise NOT_SIGNED_IN.error(tokens.error_description)
    return tokens.access_token


def signed_in(world: World, token: str | None, request_id: str) -> Signed | None:
    """Return who shows a token of this page; None for nobody, and for one that counts no more.

    Raises what `acting` raises for an account that cannot be used any more.
    """
    if token is None:
        return None
    found: list[Caller] = []
    shows = persons.Shows(token=token, is_bound=False, shown=None, request_id=request_id)
    person = persons.of(world, shows, found.append)
    if isinstance(person, OAuthError):
        return None
    for scope in _SCOPES[1:]:
        acting.require(world, person, scope)
    return Signed(person=person, citizen=acting.citizen(person, found[0], world.today))


def leave(world: World, signed: Signed) -> None:
    """End the sign-in: its token is good for nothing from now on."""
    world.writer.submit(
        lambda session: sign_ins.revoke(session, signed.person.sign_in, "signed-out")
    )


def _portal(world: World) -> Caller:
    """Return the system through which citizens are shown what concerns them."""
    known = accesses.of(world).snapshot().callers
    for _, caller in sorted(known.items()):
        if not caller.fapi and acting.portal_grant(caller, world.today) is not None:
            return caller
    raise acting.NOT_HERE.error()
