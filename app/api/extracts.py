"""`/v1/extracts`: the slice of the registry that an agency may have, as a file.

Two steps: say what for, which fields and where, then fetch the file when it is made.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from pydantic import Field

from app.api import answers, exchanges, jobs, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.calls import Call
from app.api.dependencies import CallDep
from app.api.jobs import JobId
from app.exchange import access
from app.exchange.callers import Caller, Room
from app.exchange.errands import Errand
from app.exchange.extracting import asking
from app.exchange.extracting.asking import ASKING, ExtractView, New, view
from app.exchange.gate import Admitted, Refused

router = APIRouter(prefix="/v1/extracts", tags=["exchange"])


class ExtractRequest(schemas.Strict):
    """What for, which fields, and of whom."""

    purpose: schemas.Slug = Field(description="A purpose of a grant for `extract`.")
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None
    fields: list[schemas.FieldName] = Field(min_length=1, max_length=100)
    provinces: schemas.Maybe[
        Annotated[list[schemas.TwoDigits], Field(min_length=1, max_length=99)]
    ] = Field(
        None, description="Of permanent residence, as of today; left out: all that are granted."
    )
    format: Literal["csv", "ndjson", "parquet"] = "csv"


@router.get("", responses={**problems.documented(401), **answers.of(list[ExtractView])})
def list_extracts(call: CallDep, caller: CallerDep) -> Response:
    """List the caller's extracts, newest first."""
    return jobs.listed(call, caller, ASKING.kind, view)


@router.post(
    "",
    status_code=201,
    responses={
        **problems.documented(401, 403, 409, 422, 429),
        **answers.of(ExtractView, status=201, description="It will be made"),
    },
)
def begin_extract(call: CallDep, caller: CallerDep, asked: ExtractRequest) -> Response:
    """Begin an extract: a row for each person on record in the provinces, with these fields.

    Fields without a grant are withheld, as in single disclosures. Every person counts as a
    question of the day's quota, and the extract as one of the pace.
    """
    new = New(
        purpose=asked.purpose,
        officer=asked.officer,
        dossier=asked.dossier,
        format=asked.format,
        fields=tuple(dict.fromkeys(asked.fields)),
        provinces=None if asked.provinces is None else tuple(sorted(set(asked.provinces))),
    )
    errand = exchanges.errand(call, asked.purpose, asked.officer, asked.dossier)
    with call.world.session() as session:
        asking.check(session, new)

    def begin() -> writes.Job:
        verdict, rows = _decided(call, caller, errand, new)
        by = (caller, errand, ASKING)
        return jobs.begun(call, by, verdict, lambda: new.job(rows), view)

    return writes.once(call, caller.client_id, begin)


@router.get("/{job_id}", responses={**problems.documented(401), **answers.of(ExtractView)})
def show_extract(call: CallDep, caller: CallerDep, job_id: JobId) -> Response:
    """Show how far it is, and what came of it."""
    return jobs.shown(call, caller, ASKING.kind, job_id, view)


@router.delete(
    "/{job_id}",
    status_code=204,
    response_class=Response,
    responses=problems.documented(401, 409),
)
def cancel_extract(call: CallDep, caller: CallerDep, job_id: JobId) -> Response:
    """Cancel it, as long as nothing of it has been logged as given."""
    return jobs.cancelled(call, caller, ASKING.kind, job_id)


@router.get(
    "/{job_id}/file",
    response_class=FileResponse,
    responses={
        **problems.documented(401, 409),
        200: {
            "description": "A row for each person",
            "content": jobs.documented("csv", "ndjson", "parquet"),
        },
    },
)
def fetch_extract(call: CallDep, caller: CallerDep, job_id: JobId) -> Response:
    """Fetch the file: the granted fields, and `simulated`, of each person."""
    return jobs.fetched(call, caller, ASKING.kind, job_id, None)


def _decided(
    call: Call, caller: Caller, errand: Errand, new: New
) -> tuple[Admitted | Refused, int]:
    """Have the gate decide, with a question for each of the people there are in the slice."""
    verdict, rows = ASKING.admit(caller, errand, new.asked, Room.ENOUGH), 0
    if isinstance(verdict, Admitted):
        with call.world.session() as session:
            rows = asking.count(session, verdict, new, errand.today)
    within_quota = access.of(call.world).take(caller, max(1, rows), at_once=1)
    return ASKING.admit(caller, errand, new.asked, within_quota), rows
