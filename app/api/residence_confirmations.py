"""`/v1/residence-confirmations`: where somebody resides, in place of paper."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Response

from app.api import answers, problems, writes
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.api.dossiers import by
from app.api.persons import PersonDep
from app.exchange import access
from app.procedures import confirming
from app.procedures.confirming import CheckedConfirmation, IssuedConfirmation

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(prefix="/v1/residence-confirmations", tags=["public-services"])

_PROBLEMS = problems.documented(401, 403, 409, 422)


@router.post("", responses={**_PROBLEMS, **answers.of(IssuedConfirmation, status=201)})
def issue_residence_confirmation(call: CallDep, person: PersonDep) -> Response:
    """Confirm where whoever signed in resides: signed, with a code to print."""
    at = access.of(call.world)

    def job(session: Session) -> Response:
        given = confirming.issue(session, at, by(call), person.citizen_id)
        return answers.json(given, status=201)

    return writes.once(call, f"{call.client_id}/{person.citizen_id}", lambda: job)


@router.get("/{code}", responses={**_PROBLEMS, **answers.of(CheckedConfirmation)})
def check_residence_confirmation(
    call: CallDep,
    caller: CallerDep,
    code: Annotated[str, Path(pattern=confirming.PATTERN)],
) -> Response:
    """Say what a confirmation says whose code was handed over, and whether that is still so."""
    del caller
    at = access.of(call.world)
    return call.world.writer.submit(
        lambda session: answers.json(confirming.check(session, at, by(call), code))
    )
