"""The authorisation endpoint (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2) and pushed requests.

How a request runs:
1. Its system is known.
2. It is one that was pushed, or a whole one in the browser's address, where that is allowed.
3. Its answer may go where it asks for. Only from here on is the system told what is wrong.
4. It makes sense, and the system may sign people in.
5. Whoever is signed in in this browser already may have nothing left to do; else there are pages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from app.exchange import access as accesses
from app.exchange.client_authentication import authenticate
from app.exchange.oauth import ErrorCode, OAuthError
from app.platform import clock
from app.signin import (
    id_tokens,
    outcomes,
    proofs,
    registrations,
    requests,
    sessions,
    sign_ins,
    steps,
    token_requests,
    user_codes,
    walks,
)
from app.signin.outcomes import Done, Halt, Redirect, Walk
from app.signin.requests import AuthorizationRequest, Mistake
from app.signin.steps import Failed, Ready
from app.signin.telling import Errant

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller
    from app.platform.worlds import World
    from app.signin.proofs import Proved
    from app.signin.sessions import Browser
    from app.signin.sign_ins import Known
    from app.signin.token_requests import Received


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a pushed request (RFC 9126 §2.2)."""

    request_uri: str
    expires_in: int


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A browser at the authorisation endpoint: what it brings, and the secret of its session."""

    parameters: Mapping[str, str]
    session_secret: str | None
    request_id: str


def push(
    world: World, received: Received, proved: Callable[[Caller], None]
) -> Pushed | OAuthError:
    """Take a request by the back channel (RFC 9126 §2.1), checked as in the browser.

    With a DPoP proof, the code will be good for that key only (RFC 9449 §10.1).
    """
    access = accesses.of(world)
    caller = authenticate(world, access.snapshot(), received.client)
    if isinstance(caller, OAuthError):
        return caller
    proved(caller)
    with world.session() as session:
        registration = registrations.of(session, caller)
    parameters = {**received.form, "client_id": caller.client_id}
    unearned = requests.earns_redirect(parameters, registration)
    if unearned is not None:
        return OAuthError(error=ErrorCode.INVALID_REQUEST, error_description=unearned)
    request = _checked(world, caller, parameters, received.request_id)
    if not isinstance(request, AuthorizationRequest):
        return OAuthError(error=request.error, error_description=request.description)
    bound = _bound(world, registration, received, request)
    if isinstance(bound, OAuthError):
        return bound
    request, key = bound
    now = clock.now()
    new = sign_ins.pushed(caller.client_id, request, now)

    def job(session: Session) -> str | None:
        if key is not None and not proofs.spend(session, key):
            return None
        return sign_ins.begin(session, new, now=now)[1]

    handle = world.writer.submit(job)
    if handle is None:
        return proofs.used_before()
    return Pushed(
        request_uri=f"{sign_ins.REQUEST_URI}{handle}", expires_in=sign_ins.PUSHED_SECONDS
    )


def authorize(world: World, arrival: Arrival) -> Redirect | Halt | Walk | Done:
    """Answer a browser that a system has sent."""
    # 1.
    parameters = arrival.parameters
    callers = accesses.of(world).snapshot().callers
    caller = callers.get(parameters.get("client_id", ""))
    if caller is None:
        return Halt(error=ErrorCode.UNAUTHORIZED_CLIENT, description="client_id names no system.")
    errant = Errant(caller=caller, request_id=arrival.request_id, today=world.today)
    now = clock.now()

    def job(session: Session) -> Redirect | Halt | Walk | Done:
        known = receive(session, world, errant, parameters, now)
        if isinstance(known, (Halt, Redirect)):
            return known
        secret = arrival.session_secret
        browser = None if secret is None else sessions.of_browser(session, secret, now)
        return _begun(session, world, errant, known, browser, now)

    return world.writer.submit(job)


def begin_elsewhere(
    world: World, unverified_code: str, browser: str | None, *, now: dt.datetime
) -> Walk | None:
    """Begin the pages for a device that shows this code; None for one that is unknown or over.

    Raises `user-codes-too-many`, after so many from one browser or in the whole world.
    """

    def job(session: Session) -> Walk | None:
        known = user_codes.enter(session, unverified_code, browser, now)
        if known is None:
            return None
        page_id, secret = walks.begin(session, known, session_id=None, now=now)
        return Walk(page_id=page_id, secret=secret)

    return world.writer.submit(job)


def receive(
    session: Session,
    world: World,
    errant: Errant,
    parameters: Mapping[str, str],
    now: dt.datetime,
) -> Known | Halt | Redirect:
    """Take steps 2 to 4; the sign-in is on record then."""
    # 2.
    uri = parameters.get("request_uri", "")
    if uri.startswith(sign_ins.REQUEST_URI):
        known = sign_ins.by_handle(session, uri.removeprefix(sign_ins.REQUEST_URI))
        is_own = known is not None and known.client_id == errant.caller.client_id
        if known is None or not is_own or known.flow != "code" or not known.is_fresh(now):
            return Halt(
                error=ErrorCode.INVALID_REQUEST_URI,
                description="The request_uri is unknown, has expired or was used.",
            )
        return known
    # 3.
    registration = registrations.of(session, errant.caller)
    unearned = requests.earns_redirect(parameters, registration)
    if unearned is not None:
        return Halt(error=ErrorCode.INVALID_REQUEST, description=unearned)
    # 4.
    request: AuthorizationRequest | Mistake | Failed
    if registration.require_par:
        request = Mistake(
            error=ErrorCode.INVALID_REQUEST,
            description="This system has to push its requests (RFC 9126).",
        )
    else:
        request = _checked(world, errant.caller, parameters, errant.request_id)
    if not isinstance(request, AuthorizationRequest):
        state, target = parameters.get("state"), parameters["redirect_uri"]
        return outcomes.failure(world.issuer, target, state, request.error, request.description)
    new = sign_ins.New(
        flow="code",
        client_id=errant.caller.client_id,
        request=request,
        expires_at=now + dt.timedelta(seconds=sign_ins.PAGES_SECONDS),
    )
    sign_in_id, _ = sign_ins.begin(session, new, now=now)
    begun = sign_ins.find(session, sign_in_id)
    if begun is None:
        raise LookupError("the sign-in that has just begun")
    return begun


def _begun(
    session: Session,
    world: World,
    errant: Errant,
    known: Known,
    browser: Browser | None,
    now: dt.datetime,
) -> Redirect | Walk | Done:
    """Take step 5."""
    signed_in = steps.is_signed_in(browser, known.request, int(now.timestamp()))
    next_step: steps.Step | Ready | Failed = steps.Step.PROVE
    if browser is not None and signed_in:
        next_step = steps.after_proof(session, world, errant, known.request, browser)
        is_other = isinstance(next_step, Failed) and next_step.error == ErrorCode.LOGIN_REQUIRED
        # Another person is signed in here: the one that is meant may still come.
        next_step = steps.Step.PROVE if is_other else next_step
        signed_in = not is_other
    if isinstance(next_step, Ready):
        return steps.finish(session, world, known, next_step, now=now)
    if isinstance(next_step, steps.Step) and "none" in known.request.prompt:
        next_step = steps.silent(next_step)
    if isinstance(next_step, Failed):
        return steps.fail(session, world, known, next_step, now=now)
    kept = browser.id if browser is not None and signed_in else None
    sign_ins.keep_open(session, known.id, now=now)
    page_id, secret = walks.begin(session, known, session_id=kept, now=now)
    return Walk(page_id=page_id, secret=secret)


def _checked(
    world: World, caller: Caller, parameters: Mapping[str, str], request_id: str
) -> AuthorizationRequest | Mistake | Failed:
    """Take step 4: the request itself, whom it means, and whether the system may ask."""
    request = requests.read(parameters)
    if isinstance(request, Mistake):
        return request
    hint = parameters.get("id_token_hint")
    if hint is not None:
        read = id_tokens.read_hint(world, hint)
        if read is None or read.aud != caller.client_id:
            return Mistake(
                error=ErrorCode.INVALID_REQUEST,
                description="id_token_hint is no ID token of this issuer for this system.",
            )
        asked = msgspec.structs.replace(request.asked, subject=request.asked.subject or read.sub)
        request = msgspec.structs.replace(request, asked=asked)
    errant = Errant(caller=caller, request_id=request_id, today=world.today)
    wanted = steps.wish(errant, request)
    return wanted if isinstance(wanted, Failed) else request


def _bound(
    world: World,
    registration: registrations.ClientRegistration,
    received: Received,
    request: AuthorizationRequest,
) -> tuple[AuthorizationRequest, Proved | None] | OAuthError:
    """Bind a pushed request to the key of its proof, where it has one."""
    if received.shown is None:
        return request, None
    key = token_requests.proof(world, registration, received.shown)
    if key is None or isinstance(key, OAuthError):
        return (request, None) if key is None else key
    if request.dpop_jkt not in {None, key.jkt}:
        return OAuthError(
            error=ErrorCode.INVALID_DPOP_PROOF,
            error_description="dpop_jkt names another key than the proof's.",
        )
    return msgspec.structs.replace(request, dpop_jkt=key.jkt), key
