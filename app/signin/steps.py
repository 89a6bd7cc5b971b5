"""Steps: what has still to be done before a sign-in is decided, and the end of it.

1. Somebody has to prove who they are: nobody has, or it is too long ago, or it is to be done anew.
2. It has to be the person that the system means.
3. It has to be proved as well as the system asks, if the person's account can.
4. The person has to agree to what is told, unless they have.
5. Then the system gets its answer.
"""

from __future__ import annotations

from enum import StrEnum, unique
from typing import TYPE_CHECKING, Final

import msgspec

from app.exchange.gate import Refused
from app.exchange.oauth import ErrorCode
from app.exchange.refusals import PROBLEMS
from app.identity import accounts
from app.signin import access_tokens, claims, codes, consenting, faults, outcomes, sign_ins
from app.signin.sessions import Browser
from app.signin.sign_ins import Given

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.platform.worlds import World
    from app.signin.consenting import Wish
    from app.signin.outcomes import Done, Redirect
    from app.signin.requests import AuthorizationRequest
    from app.signin.sign_ins import Known
    from app.signin.telling import Errant


@unique
class Step(StrEnum):
    """What the person has to do next; the error is what `prompt=none` gets in its place."""

    PROVE = "prove"
    STEP_UP = "step-up"
    CONSENT = "consent"


ERROR_OF: Final = {
    Step.PROVE: ErrorCode.LOGIN_REQUIRED,
    Step.STEP_UP: ErrorCode.INTERACTION_REQUIRED,
    Step.CONSENT: ErrorCode.CONSENT_REQUIRED,
}
_WORDS: Final = {
    Step.PROVE: "The person has to sign in.",
    Step.STEP_UP: "The person has to prove more.",
    Step.CONSENT: "The person has to agree.",
}
_LIES: Final = "wrong-answer-issuer"
_FRESH_PROMPTS: Final = frozenset({"login", "select_account"})


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """Everything is done: who signed in, and what they let go."""

    browser: Browser
    given: Given


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """It cannot be done: what the system is told."""

    error: ErrorCode
    description: str


def wish(errant: Errant, request: AuthorizationRequest) -> Wish | Failed:
    """Return what the system may ask for, or why it may sign nobody in."""
    wanted = consenting.wish(errant, request)
    if not isinstance(wanted, Refused):
        return wanted
    problem = PROBLEMS[wanted.reason]
    return Failed(
        error=ErrorCode.UNAUTHORIZED_CLIENT,
        description=f"{problem.title_en}: {problem.next_en} ({problem.code})",
    )


def is_signed_in(browser: Browser | None, request: AuthorizationRequest, now: int) -> bool:
    """Whether the browser's session will do as it is (step 1, OpenID Connect Core §3.1.2.3)."""
    if browser is None or not _FRESH_PROMPTS.isdisjoint(request.prompt):
        return False
    if request.max_age is None:
        return True
    # 0 asks for a new proof, in the same second, too (§3.1.2.1: as `prompt=login`).
    return request.max_age > 0 and now - browser.person.auth_time <= request.max_age


def after_proof(
    session: Session,
    world: World,
    errant: Errant,
    request: AuthorizationRequest,
    browser: Browser,
) -> Step | Ready | Failed:
    """Take steps 2 to 4 for somebody who has proved who they are."""
    # 2.
    sub = access_tokens.subject(world, errant.caller.agency_code, browser.person.citizen_id)
    if request.asked.subject not in {None, sub}:
        return Failed(
            error=ErrorCode.LOGIN_REQUIRED, description="Another person than the one asked for."
        )
    account = accounts.of(session, browser.person.citizen_id)
    if account is None or not accounts.standing(session, account, errant.today).usable:
        return Failed(
            error=ErrorCode.ACCESS_DENIED, description="The person's account cannot be used."
        )
    # 3 and 4.
    lacking = _lacking(request, browser, account.level)
    return _agreement(session, errant, request, browser) if lacking is None else lacking


def _lacking(
    request: AuthorizationRequest, browser: Browser, account_level: int
) -> Step | Failed | None:
    """Take step 3."""
    if browser.person.level >= request.asked.level:
        return None
    if account_level >= request.asked.level:
        return Step.STEP_UP
    if not request.asked.must_reach:
        return None
    return Failed(
        error=ErrorCode.UNMET_AUTHENTICATION_REQUIREMENTS,
        description="The person's account does not reach the acr that is essential.",
    )


def _agreement(
    session: Session, errant: Errant, request: AuthorizationRequest, browser: Browser
) -> Step | Ready | Failed:
    """Take step 4."""
    wanted = wish(errant, request)
    if isinstance(wanted, Failed):
        return wanted
    given = consenting.remembered(session, errant, browser.person.citizen_id, wanted, request)
    asks_anew = "consent" in request.prompt or not claims.ASKED_ANEW.isdisjoint(request.scope)
    return Step.CONSENT if given is None or asks_anew else Ready(browser=browser, given=given)


def finish(
    session: Session, world: World, known: Known, ready: Ready, *, now: dt.datetime
) -> Redirect | Done:
    """Take step 5: the request is used up, and what was agreed to goes to the system."""
    if not sign_ins.agree(session, known.id, ready.browser.person, ready.given, now=now):
        return fail(
            session,
            world,
            known,
            Failed(
                error=ErrorCode.ACCESS_DENIED,
                description="The request was answered before, or took too long.",
            ),
            now=now,
        )
    request = known.request
    if request.redirect_uri is None:
        return outcomes.Done(accepted=True)
    going_wrong = faults.of(session, known.client_id)
    code = codes.issue(session, known.id, now=now, is_used="replayed-code" in going_wrong)
    state = "another-state" if "wrong-state" in going_wrong else request.state
    issuer = "https://other-issuer.invalid" if _LIES in going_wrong else world.issuer
    return outcomes.answer(issuer, request.redirect_uri, state, code)


def fail(
    session: Session, world: World, known: Known, failed: Failed, *, now: dt.datetime
) -> Redirect | Done:
    """End a sign-in without tokens, and tell the system why."""
    sign_ins.refuse(session, known.id, failed.error, now=now)
    request = known.request
    if request.redirect_uri is None:
        return outcomes.Done(accepted=False)
    return outcomes.failure(
        world.issuer, request.redirect_uri, request.state, failed.error, failed.description
    )


def silent(step: Step) -> Failed:
    """Return what a system is told that wants no pages (`prompt=none`)."""
    return Failed(error=ERROR_OF[step], description=_WORDS[step])
