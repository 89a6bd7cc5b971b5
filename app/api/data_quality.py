"""`/v1/data-quality`: how good the registry is, what the caller keeps, and any file of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from fastapi import APIRouter, Query, Response

from app.api import answers, exchanges, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import access as accesses
from app.exchange import claim_files, data_quality, file_quality
from app.exchange.callers import VERIFICATION
from app.exchange.data_quality import Quality
from app.exchange.file_quality import FileQuality

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(tags=["access"])

CSV = "text/csv"


class FileQuery(schemas.Query):
    """What goes with the file: as with a batch of verifications."""

    purpose: schemas.Slug
    officer: schemas.Reference | None = None
    dossier: schemas.Reference | None = None


class QualityReport(msgspec.Struct, frozen=True, kw_only=True):
    """The quality of the population database, and of registers held against it."""

    items: tuple[Quality, ...]
    simulated: bool = True


@router.get(
    "/v1/data-quality", responses={**problems.documented(401), **answers.of(QualityReport)}
)
def own_quality(call: CallDep, caller: CallerDep) -> Response:
    """Tell how right, complete, clean and live the registry is, and what the caller keeps.

    Every entry of such a register is held against the registry: it takes seconds where they are
    many.
    """
    with call.world.session() as session:
        found = data_quality.all_of_them(session, call.world.today, keeper=caller.agency_slug)
    return answers.json(QualityReport(items=found))


@router.post(
    "/v1/data-quality/files",
    responses={
        **problems.documented(401, 403, 409, 429),
        **answers.of(FileQuality, more=exchanges.SIGNED),
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {CSV: {"schema": {"type": "string"}}}}
    },
)
def measure_file(
    call: CallDep, caller: CallerDep, asked: Annotated[FileQuery, Query()]
) -> Response:
    """Tell how right, complete, clean and live a file of the agency's own is.

    CSV with a line of column names: `number`, attributes as in a verification, and `in_force` and
    `consent` where there are any. Each entry is a verification, counted and logged as one; sums
    come back, and nothing about anybody.
    """
    claims = claim_files.read(call.body)
    errand = exchanges.errand(call, asked.purpose, asked.officer, asked.dossier)
    at = accesses.of(call.world)

    def begin() -> writes.Job:
        answered = file_quality.measure(at, caller, claims, errand)

        def job(_session: Session) -> Response:
            return exchanges.told(call, VERIFICATION, answered)

        return job

    return writes.once(call, caller.client_id, begin)
