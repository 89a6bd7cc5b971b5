"""Signing out at the wish of a system or the person (OpenID Connect RP-Initiated Logout 1.0).

A system cannot sign anybody out unseen: without an ID token of the session that is open in this
browser the person is asked. Where the browser goes afterwards has to be registered, as at sign-in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import msgspec

from app.exchange import access as accesses
from app.platform import clock
from app.signin import id_tokens, registrations, sessions, sign_ins, walks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from app.platform.worlds import World
    from app.signin.id_tokens import Hint
    from app.signin.sessions import Browser

PARAMETERS = (
    "id_token_hint",
    "client_id",
    "post_logout_redirect_uri",
    "state",
    "ui_locales",
)


class SignedOut(msgspec.Struct, frozen=True, kw_only=True):
    """The browser is signed out, and goes to `uri`, or stays with us (None)."""

    uri: str | None


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """The person has to say so; `csrf` goes with the form, which repeats the parameters.

    `uri` is where the browser will go then, None where it stays with us.
    """

    csrf: str
    uri: str | None


def end(
    world: World,
    parameters: Mapping[str, str],
    session_secret: str | None,
    *,
    unverified_csrf: str | None = None,
) -> SignedOut | Ask:
    """Sign a browser out, or have the person asked.

    1. Where the browser goes afterwards is registered by the system that is named, or nowhere.
    2. Nobody is signed in here: there is nothing to do.
    3. The system shows an ID token of this very session, or the person says so on our own page.
    """

    def job(session: Session) -> SignedOut | Ask:
        # 1.
        hint = id_tokens.read_hint(world, parameters.get("id_token_hint", ""))
        uri = _target(session, world, parameters, hint)
        # 2.
        now = clock.now()
        browser = (
            None if session_secret is None else sessions.of_browser(session, session_secret, now)
        )
        if browser is None or session_secret is None:
            return SignedOut(uri=uri)
        # 3.
        said_so = unverified_csrf is not None and walks.is_ours(session_secret, unverified_csrf)
        if not said_so and not _is_of(session, browser, hint):
            return Ask(csrf=walks.csrf(session_secret), uri=uri)
        sessions.end(session, browser.id, now=now)
        return SignedOut(uri=uri)

    return world.writer.submit(job)


def _is_of(session: Session, browser: Browser, hint: Hint | None) -> bool:
    """Whether the hint is of a sign-in of this browser's session, or of this person at least."""
    known = None if hint is None else sign_ins.find(session, hint.sid)
    person = None if known is None else known.person
    return person is not None and person.citizen_id == browser.person.citizen_id


def _target(
    session: Session, world: World, parameters: Mapping[str, str], hint: Hint | None
) -> str | None:
    """Return where the browser goes, with the system's `state`; None for an unregistered place."""
    uri = parameters.get("post_logout_redirect_uri")
    named = parameters.get("client_id")
    client_id = named if hint is None else hint.aud
    caller = accesses.of(world).snapshot().callers.get(client_id or "")
    if uri is None or caller is None or named not in {None, caller.client_id}:
        return None
    if not registrations.of(session, caller).may_return_to(uri):
        return None
    state = parameters.get("state")
    if state is None:
        return uri
    return f"{uri}{'&' if urlsplit(uri).query else '?'}{urlencode({'state': state})}"
