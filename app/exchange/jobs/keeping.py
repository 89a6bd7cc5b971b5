"""Keeping: jobs as they are begun, shown, cancelled, taken and forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import delete, func, or_, select, update

from app.exchange.errands import Errand
from app.exchange.jobs.models import Job
from app.platform import errors, fresh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller

#: Jobs of one system that have not ended.
MOST_OPEN: Final = 5
#: How long a job is kept, from its beginning and again from its end.
KEPT: Final = dt.timedelta(days=7)
#: Who has not renewed a lease for so long does not run the job any more.
LEASE: Final = dt.timedelta(seconds=20)
OPEN: Final = ("awaiting_file", "waiting", "running")

UNKNOWN = errors.declare(
    code="job-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có công việc nào với mã này",
    title_en="There is no job with this id",
    next_vi="Liệt kê bằng GET /v1/reconciliations hoặc GET /v1/extracts; kết quả được giữ 7 ngày.",
    next_en="List them by GET /v1/reconciliations or GET /v1/extracts; results are kept for 7"
    " days.",
)
WRONG_STATE = errors.declare(
    code="job-state",
    kind="conflict",
    fault_of="caller",
    title_vi="Công việc không ở trạng thái cho phép việc này",
    title_en="The job is not in a state that allows this",
    next_vi="Xem `state` ở GET /v1/reconciliations/{id} hoặc /v1/extracts/{id}: tệp chỉ nhận một"
    " lần, kết quả có khi xong.",
    next_en="See `state` at GET /v1/reconciliations/{id} or /v1/extracts/{id}: a file is taken"
    " once, results are there when it is done.",
)
TOO_MANY = errors.declare(
    code="jobs-too-many",
    kind="conflict",
    fault_of="caller",
    title_vi=f"Mỗi hệ thống có tối đa {MOST_OPEN} công việc chưa kết thúc",
    title_en=f"A system has at most {MOST_OPEN} jobs that have not ended",
    next_vi="Liệt kê bằng GET /v1/reconciliations và GET /v1/extracts; đợi một công việc kết thúc,"
    " hoặc hủy bằng DELETE.",
    next_en="List them by GET /v1/reconciliations and GET /v1/extracts; wait until one ends, or"
    " cancel one by DELETE.",
)


class New(msgspec.Struct, frozen=True, kw_only=True):
    """A job to begin; `asked` is what its kind reads, `rows` how many people it is about."""

    kind: str
    purpose: str
    format: str
    asked: Mapping[str, object]
    officer: str | None = None
    dossier: str | None = None
    state: str = "waiting"
    rows: int | None = None


class JobView(msgspec.Struct, frozen=True, kw_only=True):
    """A job as it is shown: how far it is (`done`, 0 to 1), and what came of it.

    `problem` is the code of what it ended with, where it failed or was refused. `signed_summary`
    is a JWS of what was answered, with the digests of its files. `leaf` and `receipt` prove that
    it was logged.
    """

    id: str
    state: str
    purpose: str
    format: str
    what: str
    done: float
    rows: int | None
    problem: str | None
    leaf: int | None
    receipt: str | None
    signed_summary: str | None
    created_at: dt.datetime
    finished_at: dt.datetime | None
    expires_at: dt.datetime
    simulated: bool = True


def add(session: Session, caller: Caller, new: New, request_id: str, now: dt.datetime) -> Job:
    """Begin a job and return it. Raises `jobs-too-many`."""
    mine = (Job.client_id == caller.client_id, Job.state.in_(OPEN))
    if (session.scalar(select(func.count()).where(*mine)) or 0) >= MOST_OPEN:
        raise TOO_MANY.error()
    job = Job(
        id=fresh.hex128(),
        kind=new.kind,
        client_id=caller.client_id,
        purpose=new.purpose,
        officer=new.officer,
        dossier=new.dossier,
        request_id=request_id,
        format=new.format,
        asked=dict(new.asked),
        state=new.state,
        what="",
        done=0.0,
        rows=new.rows,
        entries=0,
        created_at=now,
        expires_at=now + KEPT,
    )
    session.add(job)
    session.flush()
    return job


def find(session: Session, job_id: str, of: tuple[str, str] | None = None) -> Job:
    """Return a job; `of` are its kind and its system, None: any. Raises `job-unknown`."""
    found = session.get(Job, job_id)
    if found is None or of not in (None, (found.kind, found.client_id)):
        raise UNKNOWN.error()
    return found


def all_of(session: Session, kind: str, client_id: str) -> Sequence[Job]:
    """Return a system's jobs of a kind, newest first."""
    mine = select(Job).where(Job.kind == kind, Job.client_id == client_id)
    return session.scalars(mine.order_by(Job.created_at.desc(), Job.id)).all()


def shown(job: Job) -> dict[str, Any]:
    """Return what a view shows of any job: the fields of `JobView`."""
    summary: dict[str, Any] = job.summary or {}
    return {
        "id": job.id,
        "state": job.state,
        "purpose": job.purpose,
        "format": job.format,
        "what": job.what,
        "done": round(job.done, 3),
        "rows": job.rows,
        "problem": job.problem,
        "leaf": job.leaf,
        "receipt": summary.get("receipt"),
        "signed_summary": summary.get("signed"),
        "created_at": job.created_at,
        "finished_at": job.finished_at,
        "expires_at": job.expires_at,
    }


def errand_of(job: Job, today: dt.date) -> Errand:
    """Return what goes with a job's question."""
    return Errand(
        request_id=job.request_id,
        today=today,
        purpose=job.purpose,
        officer=job.officer,
        dossier=job.dossier,
    )


def cancel(session: Session, job: Job, now: dt.datetime) -> None:
    """Cancel a job whose answer has not been logged yet. Raises `job-state`."""
    if job.leaf is not None or not change(
        session, job.id, OPEN, state="cancelled", finished_at=now
    ):
        raise WRONG_STATE.error()


def change(session: Session, job_id: str, of: Sequence[str], **values: Any) -> bool:
    """Change a job that is in one of these states; say whether it was."""
    return _change(session, job_id, (Job.state.in_(of),), values)


def hold(session: Session, job_id: str, runner: str, **values: Any) -> bool:
    """Change a job that this runner still runs; say whether it does."""
    return _change(session, job_id, (Job.state == "running", Job.runner == runner), values)


def due(session: Session, now: dt.datetime) -> str | None:
    """Return the oldest job that somebody has to run: nobody has begun, or nobody goes on."""
    waiting = select(Job.id).where(*_is_due(now))
    return session.scalar(waiting.order_by(Job.created_at, Job.id).limit(1))


def claim(session: Session, job_id: str, runner: str, now: dt.datetime) -> bool:
    """Take a job that is due; say whether it was, for of two who find it one takes it."""
    taken = {"state": "running", "runner": runner, "lease_until": now + LEASE}
    return _change(session, job_id, _is_due(now), taken)


def renew(session: Session, job_id: str, runner: str, now: dt.datetime) -> bool:
    """Have a lease last; say whether this runner has it."""
    return hold(session, job_id, runner, lease_until=now + LEASE)


def forget(session: Session, now: dt.datetime) -> list[str]:
    """Delete the jobs whose time is over; return their ids, so that their files go, too."""
    gone = delete(Job).where(Job.expires_at <= now, Job.state != "running")
    return list(session.scalars(gone.returning(Job.id)))


def _is_due(now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    left = or_(Job.lease_until.is_(None), Job.lease_until < now)
    return Job.state.in_(("waiting", "running")), left


def _change(
    session: Session,
    job_id: str,
    are: Sequence[ColumnElement[bool]],
    values: Mapping[str, Any],
) -> bool:
    changed = update(Job).where(Job.id == job_id, *are).values(**values).returning(Job.id)
    return session.execute(changed).first() is not None
