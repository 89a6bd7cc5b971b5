"""Asking: reconciliations as they are begun and shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from app.exchange import gate
from app.exchange.callers import VERIFICATION, Room
from app.exchange.fees import RECONCILED
from app.exchange.gate import Refused
from app.exchange.jobs import keeping
from app.exchange.jobs.asking import Asking
from app.exchange.jobs.keeping import JobView
from app.exchange.log.leaves import Kind
from app.matching.linkage.words import STRICTEST
from app.platform import errors

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller
    from app.exchange.errands import Errand
    from app.exchange.gate import Admitted
    from app.exchange.jobs.models import Job
    from app.platform.world import World

#: What is compared of every row besides its number.
FIELDS: Final = ("full_name", "birth_date")
#: What may be told of a row whose person is found, by a grant for the disclosure `identity`.
Told = Literal["pin"]
_TELLING: Final = "identity"
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


class New(msgspec.Struct, frozen=True, kw_only=True):
    """A reconciliation to begin; `mapping` names the file's column for each of the claims'.

    `fields` are to be told of those who are found; `strictness` is how many bits find them.
    """

    purpose: str
    format: str
    mapping: Mapping[str, str]
    engine: Engine = "embedded"
    strictness: int = STRICTEST
    fields: tuple[Told, ...] = ()
    officer: str | None = None
    dossier: str | None = None

    def job(self) -> keeping.New:
        """Return the job that waits for its file."""
        return keeping.New(
            kind=ASKING.kind,
            purpose=self.purpose,
            format=self.format,
            asked=self.asked,
            officer=self.officer,
            dossier=self.dossier,
            state="awaiting_file",
        )

    @property
    def asked(self) -> dict[str, object]:
        """What the job keeps of it."""
        said = {"engine": self.engine, "strictness": self.strictness, "fields": list(self.fields)}
        return {**self.mapping, **said}


class ReconciliationView(JobView, frozen=True, kw_only=True):
    """A reconciliation as it is shown; `counts` are rows by verdict, `reasons` rows by error."""

    engine: str
    strictness: int
    columns: dict[str, str]
    fields: list[str]
    counts: dict[str, int]
    reasons: dict[str, int]
    file_sha256: str | None


def view(job: Job) -> ReconciliationView:
    """Return the view of a reconciliation."""
    summary: dict[str, Any] = job.summary or {}
    return ReconciliationView(
        **keeping.shown(job),
        engine=engine(job.asked),
        strictness=strictness(job.asked),
        columns=mapping(job.asked),
        fields=list(fields(job.asked)),
        counts=summary.get("counts", {}),
        reasons=summary.get("reasons", {}),
        file_sha256=job.file_sha256,
    )


def mapping(asked: Mapping[str, object]) -> dict[str, str]:
    """Return the file's columns, by the claims'."""
    return {name: str(asked[name]) for name in ("number", *FIELDS)}


def fields(asked: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what is to be told of those who are found; of an earlier version's jobs, nothing."""
    return tuple(asked.get("fields", ()))


def engine(asked: Mapping[str, object]) -> str:
    """Return what a run is done with; jobs of an earlier version do not say."""
    return str(asked.get("engine", "embedded"))


def strictness(asked: Mapping[str, Any]) -> int:
    """Return how many bits find a person; in jobs of an earlier version it was the strictest."""
    return int(asked.get("strictness", STRICTEST))


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
    caller: Caller, errand: Errand, asked: Mapping[str, Any], within_quota: Room
) -> Admitted | Refused:
    """Decide as on a verification of one row, and as on a disclosure of what is to be told.

    A grant that asks for consent does not do. All that is admitted is asked of every row: entries
    and leaf name it.
    """

    def decide(service: str, names: tuple[str, ...]) -> Admitted | Refused:
        request = gate.Request(
            service=service, errand=errand, fields=names, within_quota=within_quota
        )
        return gate.admit(caller, request)

    compared = decide(VERIFICATION, FIELDS)
    told = fields(asked)
    if isinstance(compared, Refused) or not told:
        return compared
    disclosed = decide(_TELLING, told)
    if isinstance(disclosed, Refused):
        return disclosed
    return msgspec.structs.replace(compared, fields=(*compared.fields, *disclosed.fields))


ASKING: Final = Asking(
    kind="reconciliation",
    service=VERIFICATION,
    leaf=Kind.VERIFICATION,
    outcome=RECONCILED,
    compared=FIELDS,
    admit=admit,
)
