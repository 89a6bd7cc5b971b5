"""Asking: reconciliations as they are begun and shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from app.exchange import gate
from app.exchange.callers import VERIFICATION, Room
from app.exchange.fees import RECONCILED
from app.exchange.jobs import keeping
from app.exchange.jobs.asking import Asking
from app.exchange.jobs.keeping import JobView
from app.exchange.log.leaves import Kind
from app.platform import errors

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller
    from app.exchange.errands import Errand
    from app.exchange.gate import Admitted, Refused
    from app.exchange.jobs.models import Job
    from app.platform.world import World

#: What is compared of every row besides its number.
FIELDS: Final = ("full_name", "birth_date")
#: What a run may be done with: this process, or the server's cluster.
Engine = Literal["embedded", "spark"]

NO_SPARK = errors.declare(
    code="reconciliation-no-spark",
    kind="conflict",
    fault_of="simulation",
    title_vi="Máy chủ này không chạy được đối soát trên Spark",
    title_en="This server cannot reconcile on Spark",
    next_vi="Bỏ `engine`, kết quả như nhau; hoặc cài Spark và đặt DANCU_SPARK_MASTER cho máy chủ.",
    next_en="Leave `engine` out, the answers are the same; or install Spark and give the server"
    " DANCU_SPARK_MASTER.",
)


_ENGINE: Final = "engine"


class New(msgspec.Struct, frozen=True, kw_only=True):
    """A reconciliation to begin; `mapping` names the file's column for each of the claims'."""

    purpose: str
    format: str
    mapping: Mapping[str, str]
    engine: Engine = "embedded"
    officer: str | None = None
    dossier: str | None = None

    def job(self) -> keeping.New:
        """Return the job that waits for its file."""
        return keeping.New(
            kind=ASKING.kind,
            purpose=self.purpose,
            format=self.format,
            asked={**self.mapping, _ENGINE: self.engine},
            officer=self.officer,
            dossier=self.dossier,
            state="awaiting_file",
        )


class ReconciliationView(JobView, frozen=True, kw_only=True):
    """A reconciliation as it is shown; `counts` are rows by verdict, `reasons` rows by error."""

    engine: str
    columns: dict[str, str]
    counts: dict[str, int]
    reasons: dict[str, int]
    file_sha256: str | None


def view(job: Job) -> ReconciliationView:
    """Return the view of a reconciliation."""
    summary: dict[str, Any] = job.summary or {}
    return ReconciliationView(
        **keeping.shown(job),
        engine=engine(job.asked),
        columns=mapping(job.asked),
        counts=summary.get("counts", {}),
        reasons=summary.get("reasons", {}),
        file_sha256=job.file_sha256,
    )


def mapping(asked: Mapping[str, object]) -> dict[str, str]:
    """Return the file's columns, by the claims'."""
    return {name: str(column) for name, column in asked.items() if name != _ENGINE}


def engine(asked: Mapping[str, object]) -> str:
    """Return what a run is done with; jobs of an earlier version do not say."""
    return str(asked.get(_ENGINE, "embedded"))


def spark_master(world: World) -> str:
    """Return where a world's server has Spark. Raises `reconciliation-no-spark`."""
    if world.spark_master is None:
        raise NO_SPARK.error("none is set", detail_vi="chưa đặt Spark")
    return world.spark_master


def take_file(session: Session, job_id: str, rows: int, sha256: str) -> None:
    """Note that the file is there and was admitted. Raises `job-state`."""
    if not keeping.change(
        session, job_id, ("awaiting_file",), state="waiting", rows=rows, file_sha256=sha256
    ):
        raise keeping.WRONG_STATE.error()


def admit(
    caller: Caller, errand: Errand, _asked: Mapping[str, Any], within_quota: Room
) -> Admitted | Refused:
    """Decide as on a verification of one row: a grant that asks for consent does not do."""
    return gate.admit(
        caller,
        gate.Request(
            service=VERIFICATION,
            errand=errand,
            fields=FIELDS,
            within_quota=within_quota,
        ),
    )


ASKING: Final = Asking(
    kind="reconciliation",
    service=VERIFICATION,
    leaf=Kind.VERIFICATION,
    outcome=RECONCILED,
    compared=FIELDS,
    admit=admit,
)
