"""`/v1/my/objections` and `/v1/my/corrections`: what a citizen asks agencies to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field

from app.api import answers, citizens, life_reports, problems, schemas, writes
from app.api.citizens import ReaderDep, WriterDep
from app.api.dependencies import CallDep
from app.api.my import AboutQuery
from app.exchange import access as accesses
from app.exchange import data_requests
from app.exchange.data_requests import CORRECTIONS, DataRequestView, NewRequest
from app.registry import citizens as people
from app.registry import events

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.api.calls import Call
    from app.signin.acting import Citizen

router = APIRouter(prefix="/v1/my", tags=["citizen"])


class ObjectionAsk(schemas.Strict):
    """What is asked of which agency: by which right, in one's own words."""

    agency: schemas.Slug
    right: Literal["access", "correction", "erasure", "restriction", "objection"] = "objection"
    said: schemas.Sentence
    purpose: schemas.Maybe[schemas.Slug] = Field(None, description="Only for this purpose.")
    documents: list[schemas.Reference] = Field(default=[], max_length=20)


class CorrectionAsk(schemas.Strict):
    """What of the registry's record is wrong, and on what papers that rests.

    `changes` are those of the life event (`POST /v1/life-events/…`), without the number.
    """

    event: Literal["correction", "birth-date-correction"] = "correction"
    changes: dict[str, Any] = Field(examples=[{"religion": "1"}], min_length=1)
    said: schemas.Reference
    documents: list[schemas.Reference] = Field(min_length=1, max_length=20)


class MyRequests(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked, the latest first."""

    items: list[DataRequestView]
    simulated: bool = True


_LIST = {**problems.documented(401, 403), **answers.of(MyRequests)}
_FILED = {
    **problems.documented(401, 403, 409),
    **answers.of(DataRequestView, status=201, description="Filed"),
}
_About = Annotated[AboutQuery, Query()]


@router.get("/objections", responses=_LIST)
def list_my_objections(call: CallDep, citizen: ReaderDep, asked: _About) -> Response:
    """List what agencies were asked: also what follows a withdrawal; late answers are seen."""
    return _listed(call, citizen, asked, corrections=False)


@router.post("/objections", status_code=201, responses=_FILED)
def object_to_processing(
    call: CallDep, citizen: WriterDep, about: _About, asked: ObjectionAsk
) -> Response:
    """Ask an agency for access, erasure, restriction, or object: the law's terms run."""

    def job(session: Session) -> Response:
        new = NewRequest(
            citizen_id=citizens.subject(session, call, citizen, about.ward),
            filed_by=citizen.citizen_id,
            agency=asked.agency,
            right=asked.right,
            said=asked.said,
            purpose=asked.purpose,
            documents=tuple(asked.documents),
        )
        return answers.json(data_requests.file(session, new, call.world.today), status=201)

    return writes.once(call, citizens.name(call, citizen), lambda: job)


@router.get("/corrections", responses=_LIST)
def list_my_corrections(call: CallDep, citizen: ReaderDep, asked: _About) -> Response:
    """List the corrections of the registry's record that were asked for, and how they stand."""
    return _listed(call, citizen, asked, corrections=True)


@router.post("/corrections", status_code=201, responses=_FILED)
def ask_for_correction(
    call: CallDep, citizen: WriterDep, about: _About, asked: CorrectionAsk
) -> Response:
    """Ask that the registry's record be corrected; an agency that may report it decides."""
    at = accesses.of(call.world)

    def job(session: Session) -> Response:
        subject = citizens.subject(session, call, citizen, about.ward)
        row = {**asked.changes, "pin": people.read(session, [subject])[0].pin}
        life_reports.read(events.kinds()[asked.event].payload, msgspec.json.encode(row))
        new = NewRequest(
            citizen_id=subject,
            filed_by=citizen.citizen_id,
            agency=data_requests.corrector(at, asked.event),
            right="correction",
            said=asked.said,
            event=asked.event,
            payload=asked.changes,
            documents=tuple(asked.documents),
        )
        return answers.json(data_requests.file(session, new, call.world.today), status=201)

    return writes.once(call, citizens.name(call, citizen), lambda: job)


def _listed(call: Call, citizen: Citizen, asked: AboutQuery, *, corrections: bool) -> Response:
    with call.world.session() as session:
        about = citizens.subject(session, call, citizen, asked.ward)
        found = data_requests.of_citizen(session, about, call.world.today)
    mine = [each for each in found if (each.event in CORRECTIONS) == corrections]
    return answers.json(MyRequests(items=mine))
