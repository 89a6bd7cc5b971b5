"""`/v1/my/…`: what concerns a citizen who has signed in: consents, and who looked at them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from app.api import answers, citizens, outcomes, problems, schemas, writes
from app.api.citizens import ReaderDep, WriterDep
from app.api.dependencies import CallDep
from app.exchange import access as accesses
from app.exchange import consents, data_requests, onlookers, own_data, uses
from app.exchange.callers import SIGN_IN
from app.exchange.consents import ConsentView
from app.exchange.log.opening import Opening
from app.platform import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call
    from app.exchange.answered import Answered
    from app.signin.acting import Citizen

router = APIRouter(prefix="/v1/my", tags=["citizen"])

ConsentId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
#: As many digits as every database takes.
LOOK: str = "^(0|[1-9][0-9]{0,14})(-(0|[1-9][0-9]{0,8}))?$"
LookId = Annotated[str, Path(pattern=LOOK, examples=["17", "18-3"])]


class AboutQuery(schemas.Query):
    """Whom it is about."""

    ward: str | None = Field(
        None,
        pattern=schemas.PIN,
        description="Number of a child under 16 or a ward of the citizen; themselves if unsaid.",
    )


class LooksQuery(AboutQuery):
    """Which exchanges: the latest, or the latest before one."""

    before: str | None = Field(None, pattern=LOOK, description="The `id` of one.")
    limit: int = Field(50, ge=1, le=onlookers.MOST)


class LooksView(msgspec.Struct, frozen=True, kw_only=True):
    """Who looked, the latest first; the next older: `before` the last one's `id`.

    `kept_since` is the world's day from which on it is told: five years. Investigations are told
    later than others.
    """

    items: list[onlookers.Look]
    kept_since: dt.date
    simulated: bool = True


class MyConsents(msgspec.Struct, frozen=True, kw_only=True):
    """The register of consents, as far as it is about one person, the latest first."""

    items: list[ConsentView]
    simulated: bool = True


@router.get("/consents", responses={**problems.documented(401, 403), **answers.of(MyConsents)})
def list_my_consents(
    call: CallDep, citizen: ReaderDep, asked: Annotated[AboutQuery, Query()]
) -> Response:
    """List all that agencies were allowed, asked for or refused."""
    with call.world.session() as session:
        about = citizens.subject(session, call, citizen, asked.ward)
        found = consents.of_citizen(session, about, call.world.today, clock.now())
    return answers.json(MyConsents(items=found))


@router.post(
    "/consents/{consent_id}/withdrawal",
    responses={**problems.documented(401, 403, 409), **answers.of(ConsentView)},
)
def withdraw_my_consent(
    call: CallDep,
    citizen: WriterDep,
    consent_id: ConsentId,
    asked: Annotated[AboutQuery, Query()],
) -> Response:
    """Withdraw a consent: it counts no more from the next question on."""
    at = accesses.of(call.world)

    def job(session: Session) -> Response:
        about = citizens.subject(session, call, citizen, asked.ward)
        acting = about, citizen.citizen_id
        data_requests.withdraw(session, at, acting, consent_id, clock.now())
        view = consents.find(session, consent_id, call.world.today, clock.now())
        return answers.json(view)

    return writes.once(call, citizens.name(call, citizen), lambda: job)


@router.get("/data", responses={**problems.documented(401, 403), **answers.of(own_data.OwnData)})
def show_my_data(
    call: CallDep, citizen: ReaderDep, asked: Annotated[AboutQuery, Query()]
) -> Response:
    """Show all that the registry and other registers hold, and who supplied each field.

    The portal is told it, too: each reading has its leaf in the log.
    """
    at = accesses.of(call.world)
    return logged(
        call, citizen, asked, lambda session, read: own_data.tell(session, at, read, clock.now())
    )


def logged(
    call: Call,
    citizen: Citizen,
    asked: AboutQuery,
    tell: Callable[[Session, own_data.Asked], Answered],
) -> Response:
    """Return what `tell` reads of a person and logs, after the commit."""

    def job(session: Session) -> Response:
        reading = own_data.Asked(
            citizen_id=citizens.subject(session, call, citizen, asked.ward),
            caller=citizen.caller,
            grant=citizen.grant,
            request_id=call.request_id,
        )
        told = tell(session, reading)
        outcomes.note(call, SIGN_IN, told.verdict, told.outcome, told.proof)
        return Response(told.body, media_type=answers.JSON)

    return call.world.writer.submit(job)


@router.get("/accesses", responses={**problems.documented(401, 403), **answers.of(LooksView)})
def list_my_accesses(
    call: CallDep, citizen: ReaderDep, asked: Annotated[LooksQuery, Query()]
) -> Response:
    """List who looked: every exchange about the citizen that stands in the log, batches too."""
    at = accesses.of(call.world)
    with call.world.session() as session:
        about = citizens.subject(session, call, citizen, asked.ward)
        found = onlookers.page(session, at, about, before=asked.before, limit=asked.limit)
    return answers.json(LooksView(items=found, kept_since=uses.kept_since(call.world.today)))


@router.get(
    "/accesses/{look_id}/proof",
    responses={**problems.documented(401, 403), **answers.of(Opening)},
)
def prove_my_access(
    call: CallDep, citizen: ReaderDep, look_id: LookId, asked: Annotated[AboutQuery, Query()]
) -> Response:
    """Give what the log holds of one exchange, with the proofs up to a signed checkpoint.

    `dancu log opening` checks it without a server.
    """
    at = accesses.of(call.world)
    with call.world.session() as session:
        about = citizens.subject(session, call, citizen, asked.ward)
        return answers.json(onlookers.opened(session, at, about, look_id))
