"""`/v1/dossiers`: what a citizen who has signed in at level 2 asks of agencies.

The portal through which it comes shows the token of that sign-in (scope `public-services`). Every
dossier that is shown is in the log before it leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Response
from pydantic import Field

from app.api import answers, problems, schemas, writes
from app.api.dependencies import CallDep
from app.api.persons import PersonDep
from app.exchange import access
from app.platform import clock
from app.procedures import dossiers, numbering, sagas, showing
from app.procedures.showing import By, DossierAnswer, DossierLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call
    from app.exchange.access import Access
    from app.signin.persons import Person

router = APIRouter(prefix="/v1/dossiers", tags=["public-services"])

Code = Annotated[str, Path(pattern=numbering.PATTERN, max_length=40)]
Answers = Annotated[
    dict[schemas.FieldName, schemas.Sentence],
    Field(max_length=schemas.MOST_FIELDS, description="What the citizen gives, by member."),
]
_PROBLEMS = problems.documented(401, 403, 409, 422)


class NewDossier(schemas.Strict):
    """A dossier for one service; `submit` says that it is not to stay a draft if it is complete.

    `consent`: the agency may read what it needs a consent for, as long as it has for an answer.
    """

    service: schemas.Slug
    answers: Answers = Field({})
    submit: bool = True
    consent: bool = False


class Submission(schemas.Strict):
    """What was still missing, or what the agency wants besides."""

    answers: Answers = Field({})


class Resubmission(schemas.Strict):
    """Members of the declaration that are to be others; null takes one out of it."""

    corrections: dict[schemas.FieldName, Any] = Field({}, max_length=schemas.MOST_FIELDS)


class Withdrawal(schemas.Strict):
    """Why it is taken back."""

    reason: schemas.Sentence


@router.post("", responses={**_PROBLEMS, **answers.of(DossierAnswer, status=201)})
def create_dossier(call: CallDep, person: PersonDep, asked: NewDossier) -> Response:
    """Open a dossier: the registry fills in what it knows, and each field says who supplied it.

    Incomplete, it stays a draft, and `missing` says what is to be given.
    """
    new = dossiers.New(
        citizen_id=person.citizen_id,
        service=asked.service,
        answers=asked.answers,
        submit=asked.submit,
        consents=asked.consent,
    )

    def create(session: Session, at: Access, who: By) -> DossierAnswer:
        return dossiers.opened(session, at, who, new)

    return once(call, person, create, status=201)


@router.get("", responses={**_PROBLEMS, **answers.of(list[DossierLine])})
def list_dossiers(call: CallDep, person: PersonDep) -> Response:
    """List what whoever signed in has asked for, the latest first: codes and states only."""
    with call.world.session() as session:
        found = dossiers.list_of(session, person.citizen_id, call.world.today)
    return answers.json(found)


@router.get("/{code}", responses={**_PROBLEMS, **answers.of(DossierAnswer)})
def get_dossier(call: CallDep, person: PersonDep, code: Code) -> Response:
    """Show one dossier with all that was done about it.

    Of a linked procedure, whatever can be done by now is done first.
    """
    with call.world.session() as session:
        dossiers.of_citizen(session, person.citizen_id, code)
        is_open = sagas.is_open(session, code)
    if is_open:
        sagas.advance(call.world, code)

    def job(session: Session) -> Response:
        row = dossiers.of_citizen(session, person.citizen_id, code)
        return answers.json(dossiers.shown(session, access.of(call.world), row, by(call)))

    return call.world.writer.submit(job)


@router.post("/{code}/submission", responses={**_PROBLEMS, **answers.of(DossierAnswer)})
def submit_dossier(call: CallDep, person: PersonDep, code: Code, asked: Submission) -> Response:
    """Complete and submit a draft, or answer an agency that wants more: its days run on."""

    def submit(session: Session, at: Access, who: By) -> DossierAnswer:
        row = dossiers.of_citizen(session, person.citizen_id, code)
        return dossiers.submit(session, at, who, row, asked.answers)

    return once(call, person, submit)


@router.post("/{code}/withdrawal", responses={**_PROBLEMS, **answers.of(DossierAnswer)})
def withdraw_dossier(call: CallDep, person: PersonDep, code: Code, asked: Withdrawal) -> Response:
    """Take a dossier back that has not been decided on."""

    def withdraw(session: Session, at: Access, who: By) -> DossierAnswer:
        row = dossiers.of_citizen(session, person.citizen_id, code)
        return dossiers.withdraw(session, at, who, row, asked.reason)

    return once(call, person, withdraw)


@router.post("/{code}/resubmission", responses={**_PROBLEMS, **answers.of(DossierAnswer)})
def resubmit_dossier(
    call: CallDep, person: PersonDep, code: Code, asked: Resubmission
) -> Response:
    """Submit the refused steps of a linked procedure again; what is done stays done."""

    def submit(session: Session, at: Access, who: By) -> DossierAnswer:
        row = dossiers.of_citizen(session, person.citizen_id, code)
        return sagas.submit_again(session, at, who, row, asked.corrections)

    answer = once(call, person, submit)
    sagas.advance(call.world, code)
    return answer


def once(
    call: Call,
    person: Person,
    do: Callable[[Session, Access, By], DossierAnswer],
    *,
    status: int = 200,
) -> Response:
    """Do something about a dossier in one transaction; a repeated request gets the same answer."""
    at = access.of(call.world)

    def job(session: Session) -> Response:
        return answers.json(do(session, at, by(call)), status=status)

    return writes.once(call, f"{call.client_id}/{person.citizen_id}", lambda: job)


def by(call: Call, officer: str | None = None) -> By:
    """Return who acts, on the world's day."""
    if call.caller is None:
        raise ValueError("nobody has been found to call")
    return showing.By(
        caller=call.caller,
        request_id=call.request_id,
        today=call.world.today,
        now=clock.now(),
        officer=officer,
    )
