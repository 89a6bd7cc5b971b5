"""What routes of jobs have in common: begun, shown, cancelled, their results fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Path, Response
from fastapi.responses import FileResponse

from app.api import answers, exchanges, writes
from app.exchange import access
from app.exchange.gate import Refused
from app.exchange.jobs import asking as asking_
from app.exchange.jobs import keeping, work
from app.platform import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call
    from app.exchange.callers import Caller
    from app.exchange.errands import Errand
    from app.exchange.gate import Admitted
    from app.exchange.jobs.asking import Asking
    from app.exchange.jobs.keeping import JobView
    from app.exchange.jobs.models import Job

    View = Callable[[Job], JobView]

JobId = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="Id of a job.")]
_BINARY: Final = {"schema": {"type": "string", "format": "binary"}}
#: Media types of files of rows, by what they are called here.
MEDIA_TYPES: Final = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "ndjson": "application/x-ndjson",
}


def documented(*formats: str) -> dict[str, Any]:
    """Return the OpenAPI content of a file in any of these formats."""
    return {MEDIA_TYPES[name]: _BINARY for name in formats}


def listed(call: Call, caller: Caller, kind: str, view: View) -> Response:
    """Return the caller's jobs of a kind, newest first."""
    with call.world.session() as session:
        return answers.json([view(job) for job in keeping.all_of(session, kind, caller.client_id)])


def begun(
    call: Call,
    asked: tuple[Caller, Errand, Asking],
    verdict: Admitted | Refused,
    new: Callable[[], keeping.New],
    view: View,
) -> writes.Job:
    """Return what begins a job, or logs that it is refused."""
    caller, _, asking = asked
    at = access.of(call.world)

    def job(session: Session) -> Response:
        if isinstance(verdict, Refused):
            refused = asking_.refuse(session, at, asked, verdict, clock.now())
            return exchanges.told(call, asking.service, refused)
        made = keeping.add(session, caller, new(), call.request_id, clock.now())
        return answers.json(view(made), status=201)

    return job


def shown(call: Call, caller: Caller, kind: str, job_id: str, view: View) -> Response:
    """Return one of the caller's jobs of a kind."""
    with call.world.session() as session:
        return answers.json(view(keeping.find(session, job_id, (kind, caller.client_id))))


def cancelled(call: Call, caller: Caller, kind: str, job_id: str) -> Response:
    """Cancel one of the caller's jobs of a kind; its files go."""
    of, now = (kind, caller.client_id), clock.now()

    def cancel(session: Session) -> None:
        keeping.cancel(session, keeping.find(session, job_id, of), now)

    call.world.writer.submit(cancel)
    work.remove(call.world, job_id)
    return Response(status_code=204)


def fetched(call: Call, caller: Caller, kind: str, job_id: str, form: str | None) -> Response:
    """Return the results of one of the caller's jobs, None: in its format. Raises `job-state`."""
    with call.world.session() as session:
        job = keeping.find(session, job_id, (kind, caller.client_id))
        if job.state != "done":
            raise keeping.WRONG_STATE.error()
        name = work.results(form or job.format)
    path = work.folder(call.world, job_id) / work.RESULTS / name
    media_type = MEDIA_TYPES[name.rpartition(".")[2]]
    return FileResponse(path, media_type=media_type, filename=f"{job_id}-{name}")
