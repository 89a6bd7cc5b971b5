"""`/v1/assistance`: a clerk submits a dossier for a citizen, who has agreed on the phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path, Response
from pydantic import Field

from app.api import answers, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.api.dossiers import Answers, by
from app.exchange import access
from app.procedures import assisting
from app.procedures.assisting import AskedToAssist
from app.procedures.showing import DossierAnswer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(prefix="/v1/assistance", tags=["public-services"])

_PROBLEMS = problems.documented(401, 403, 409, 422)


class Assistance(schemas.Strict):
    """Whom a clerk is to help, by which service; the question is put on their phone."""

    number: schemas.Number
    service: schemas.Slug
    officer: schemas.Reference


class AssistedDossier(schemas.Strict):
    """What the citizen says; the clerk writes it down."""

    number: schemas.Number
    officer: schemas.Reference
    answers: Answers = Field({})


@router.post("", responses={**_PROBLEMS, **answers.of(AskedToAssist, status=201)})
def ask_to_assist(call: CallDep, caller: CallerDep, asked: Assistance) -> Response:
    """Ask a citizen, on the phone, to agree; whether anybody has the number is not told."""

    def job(session: Session) -> Response:
        put = assisting.ask(session, by(call, asked.officer), asked.number, asked.service)
        return answers.json(put, status=201)

    return writes.once(call, caller.client_id, lambda: job)


@router.post(
    "/{question}/dossier", responses={**_PROBLEMS, **answers.of(DossierAnswer, status=201)}
)
def submit_assisted_dossier(
    call: CallDep,
    caller: CallerDep,
    question: Annotated[str, Path(pattern="^[0-9a-f]{32}$")],
    asked: AssistedDossier,
) -> Response:
    """Submit for a citizen who has agreed: once, and the dossier says who has acted."""
    at = access.of(call.world)

    def job(session: Session) -> Response:
        agreed = {"id": question, "number": asked.number}
        who = by(call, asked.officer)
        return answers.json(assisting.submit(session, at, who, agreed, asked.answers), status=201)

    return writes.once(call, caller.client_id, lambda: job)
