"""`/v1/reconciliations`: a whole file against the registry, in the background.

Three steps: say what for and what the columns are called, send the file, fetch the results.
"""

from __future__ import annotations

import uuid
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Annotated, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from starlette.concurrency import run_in_threadpool

from app.api import answers, bodies, exchanges, jobs, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.calls import Call
from app.api.dependencies import CallDep, ServerDep
from app.api.jobs import JobId
from app.exchange import access
from app.exchange.callers import Caller
from app.exchange.gate import Refused
from app.exchange.jobs import keeping, work
from app.exchange.jobs.asking import refuse
from app.exchange.reconciling.asking import (
    ASKING,
    Engine,
    New,
    ReconciliationView,
    Told,
    mapping,
    spark_master,
    take_file,
    view,
)
from app.matching.linkage.words import LEAST_STRICT, STRICTEST
from app.platform import clock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(prefix="/v1/reconciliations", tags=["exchange"])

_FORMATS: Final = jobs.documented("csv", "parquet")
_ANY_FORMAT: Final = {"application/octet-stream": _FORMATS["text/csv"]}
_Column = Annotated[str, Field(min_length=1, max_length=200, pattern=schemas.LINE)]


class Columns(schemas.Strict):
    """What the file's columns are called."""

    number: _Column = "number"
    full_name: _Column = "full_name"
    birth_date: _Column = "birth_date"

    @model_validator(mode="after")
    def _different(self) -> Columns:
        if len({self.number, self.full_name, self.birth_date}) < len(type(self).model_fields):
            raise PydanticCustomError("one_column_for_two", "name three different columns")
        return self


class ReconciliationRequest(schemas.Strict):
    """What for, and how the file is to be read."""

    purpose: schemas.Slug = Field(
        description="A purpose of a grant for `verification` of `full_name` and `birth_date`."
    )
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None
    format: Literal["csv", "parquet"] = "csv"
    columns: Columns = Field(default_factory=Columns)
    fields: Annotated[list[Told], Field(max_length=1)] = Field(
        default_factory=list,
        description="What the results tell of the rows whose person is found: `pin`, the number "
        "on record, by a grant for the disclosure `identity` for the same purpose.",
    )
    engine: Engine = Field(
        default="embedded",
        description="What compares: the server itself, or its Spark cluster. The answers are the "
        "same; without a cluster `spark` is refused.",
    )
    strictness: int = Field(
        default=STRICTEST,
        ge=LEAST_STRICT,
        le=STRICTEST,
        description="From how many bits more than chance a person is found: at 10, of people who"
        " are not in the registry one in 1,024 may be taken for somebody else, whatever the name;"
        " at 1, one in two of those with the commonest names, and more rows are found. `fields`"
        " are told at 10 alone.",
    )

    @model_validator(mode="after")
    def _sure_of_what_is_told(self) -> ReconciliationRequest:
        if self.fields and self.strictness < STRICTEST:
            raise PydanticCustomError(
                "not_strict_enough", "fields are told at the strictness of 10 alone"
            )
        return self


class ResultsQuery(schemas.Query):
    """In which form."""

    format: Literal["csv", "parquet"] = "csv"


@router.get("", responses={**problems.documented(401), **answers.of(list[ReconciliationView])})
def list_reconciliations(call: CallDep, caller: CallerDep) -> Response:
    """List the caller's reconciliations, newest first."""
    return jobs.listed(call, caller, ASKING.kind, view)


@router.post(
    "",
    status_code=201,
    responses={
        **problems.documented(401, 403, 409, 422, 429),
        **answers.of(ReconciliationView, status=201, description="It waits for its file"),
    },
)
def begin_reconciliation(
    call: CallDep, caller: CallerDep, asked: ReconciliationRequest
) -> Response:
    """Begin a reconciliation: then PUT the file to `…/file`.

    The grant is that of single verifications for the purpose, and has to give `full_name` and
    `birth_date`; a grant that rests on each citizen's consent does not do.
    """
    new = New(
        purpose=asked.purpose,
        officer=asked.officer,
        dossier=asked.dossier,
        format=asked.format,
        mapping=asked.columns.model_dump(),
        engine=asked.engine,
        strictness=asked.strictness,
        fields=tuple(asked.fields),
    )
    if asked.engine == "spark":
        spark_master(call.world)
    errand = exchanges.errand(call, asked.purpose, asked.officer, asked.dossier)

    def begin() -> writes.Job:
        verdict = ASKING.admit(caller, errand, new.asked, access.of(call.world).take(caller))
        return jobs.begun(call, (caller, errand, ASKING), verdict, new.job, view)

    return writes.once(call, caller.client_id, begin)


@router.get("/{job_id}", responses={**problems.documented(401), **answers.of(ReconciliationView)})
def show_reconciliation(call: CallDep, caller: CallerDep, job_id: JobId) -> Response:
    """Show how far it is, and what came of it."""
    return jobs.shown(call, caller, ASKING.kind, job_id, view)


@router.delete(
    "/{job_id}",
    status_code=204,
    response_class=Response,
    responses=problems.documented(401, 409),
)
def cancel_reconciliation(call: CallDep, caller: CallerDep, job_id: JobId) -> Response:
    """Cancel it, as long as nothing of it has been logged as answered; its file goes."""
    return jobs.cancelled(call, caller, ASKING.kind, job_id)


@router.put(
    "/{job_id}/file",
    status_code=202,
    openapi_extra={"requestBody": {"required": True, "content": _ANY_FORMAT}},
    responses={
        **problems.documented(401, 403, 409, 429),
        **answers.of(ReconciliationView, status=202, description="It will be run"),
    },
)
async def send_reconciliation_file(
    request: Request, call: CallDep, server: ServerDep, caller: CallerDep, job_id: JobId
) -> Response:
    """Send the file: CSV in UTF-8 whose first line names the columns, or Parquet.

    As `text/csv`, `application/vnd.apache.parquet` or `application/octet-stream`.
    It goes to the disk as it comes and is looked through before this answers: a file in the wrong
    shape is refused with its first wrong lines. Every row counts as a question of the day's quota,
    and the file as one of the pace.
    """
    with call.world.session() as session:
        keeping.find(session, job_id, (ASKING.kind, caller.client_id))
    folder = work.folder(call.world, job_id)
    await run_in_threadpool(folder.mkdir, parents=True, exist_ok=True)
    part = folder / f"upload.{uuid.uuid4().hex}"
    try:
        await _receive(request, part, server.settings.max_upload_bytes)
        return await run_in_threadpool(_taken, call, caller, job_id, part)
    finally:
        await run_in_threadpool(part.unlink, missing_ok=True)


@router.get(
    "/{job_id}/results",
    response_class=FileResponse,
    responses={
        **problems.documented(401, 409),
        200: {"description": "The rows' verdicts, in the file's order", "content": _FORMATS},
    },
)
def fetch_reconciliation_results(
    call: CallDep, caller: CallerDep, job_id: JobId, asked: Annotated[ResultsQuery, Query()]
) -> Response:
    """Fetch the results: `row` (from 1), `verdict`, `score`, `reasons`, the person's `state`.

    And `pin`, where that was asked for.
    """
    return jobs.fetched(call, caller, ASKING.kind, job_id, asked.format)


async def _receive(request: Request, part: FilePath, limit: int) -> None:
    """Write the body to a file as it comes. Raises `body-too-large`."""
    size = 0
    with part.open("wb") as written:
        async for block in request.stream():
            size += len(block)
            if size > limit:
                raise bodies.too_large(limit)
            await run_in_threadpool(written.write, block)


def _taken(call: Call, caller: Caller, job_id: str, part: FilePath) -> Response:
    """Look the file through and, where the gate admits so many rows, have the job run."""
    from app.exchange.reconciling import files  # noqa: PLC0415 - polars, for this route alone

    with call.world.session() as session:
        job = keeping.find(session, job_id, (ASKING.kind, caller.client_id))
    kind: files.Format = "csv" if job.format == "csv" else "parquet"
    rows, digest = files.counted(part, kind, mapping(job.asked)), work.sha256(part)
    at, errand = access.of(call.world), keeping.errand_of(job, call.world.today)
    verdict = ASKING.admit(caller, errand, job.asked, at.take(caller, rows, at_once=1))

    def decide(session: Session) -> Response:
        if isinstance(verdict, Refused):
            by = (caller, errand, ASKING)
            refused = refuse(session, at, by, verdict, clock.now())
            return exchanges.told(call, ASKING.service, refused)
        take_file(session, job_id, rows, digest)
        part.rename(part.with_name("upload"))
        return answers.json(view(keeping.find(session, job_id)), status=202)

    return call.world.writer.submit(decide)
