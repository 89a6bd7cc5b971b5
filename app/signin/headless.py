"""Headless sign-in: a test says who signs in and by which factors, and no page is shown.

For whoever holds the operator's token for the world; the doors see to that. Everything else is as
with pages: the request is checked the same way, the account has to be good, the answer goes to a
registered address, and what is told is a consent and a leaf.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from app.exchange import access as accesses
from app.exchange.oauth import ErrorCode
from app.identity import accounts
from app.platform import clock
from app.signin import authorizing, consenting, levels, steps
from app.signin.outcomes import Done, Halt, Redirect
from app.signin.sessions import Browser
from app.signin.sign_ins import Person
from app.signin.steps import Failed, Ready, Step
from app.signin.telling import Errant

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.platform.worlds import World
    from app.signin.authorizing import Arrival
    from app.signin.sign_ins import Known


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs in, by which methods of `amr`, and what they agree to.

    None agrees to all of it, unless it was agreed to before; anything else is agreed to anew.
    """

    citizen_id: int
    amr: tuple[str, ...]
    agreed: tuple[str, ...] | None = None
    refuses: bool = False


def authorize(world: World, arrival: Arrival, wanted: Wanted) -> Redirect | Halt | Done:
    """Answer the authorisation endpoint for somebody who needs no page."""
    callers = accesses.of(world).snapshot().callers
    caller = callers.get(arrival.parameters.get("client_id", ""))
    if caller is None:
        return Halt(error=ErrorCode.UNAUTHORIZED_CLIENT, description="client_id names no system.")
    errant = Errant(caller=caller, request_id=arrival.request_id, today=world.today)
    now = clock.now()

    def job(session: Session) -> Redirect | Halt | Done:
        known = authorizing.receive(session, world, errant, arrival.parameters, now)
        if isinstance(known, (Halt, Redirect)):
            return known
        end = _end(session, world, errant, known, wanted, now)
        if isinstance(end, Ready):
            return steps.finish(session, world, known, end, now=now)
        return steps.fail(session, world, known, end, now=now)

    return world.writer.submit(job)


def _end(
    session: Session,
    world: World,
    errant: Errant,
    known: Known,
    wanted: Wanted,
    now: dt.datetime,
) -> Ready | Failed:
    if wanted.refuses:
        return Failed(error=ErrorCode.ACCESS_DENIED, description="The person did not go on.")
    account = accounts.of(session, wanted.citizen_id)
    amr = levels.joined((), wanted.amr)
    assurance = levels.assurance(amr)
    person = Person(
        citizen_id=wanted.citizen_id,
        auth_time=int(now.timestamp()),
        level=levels.reached(1 if account is None else account.level, assurance),
        amr=amr,
        assurance=assurance,
    )
    browser = Browser(id="", person=person)
    following = steps.after_proof(session, world, errant, known.request, browser)
    says_what = wanted.agreed is not None and isinstance(following, Ready)
    if following is not Step.CONSENT and not says_what:
        return following if isinstance(following, (Ready, Failed)) else steps.silent(following)
    wish = steps.wish(errant, known.request)
    if isinstance(wish, Failed):
        return wish
    agreed = wish.fields if wanted.agreed is None else wanted.agreed
    how = f"headless {known.id}"
    given = consenting.give(session, errant, wanted.citizen_id, wish, agreed, how)
    return Ready(browser=browser, given=given)
