"""Asking: reconciliations as they are begun and shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.exchange import gate
from app.exchange.callers import VERIFICATION, Room
from app.exchange.fees import RECONCILED
from app.exchange.jobs import keeping
from app.exchange.jobs.asking import Asking
from app.exchange.jobs.keeping import JobView
from app.exchange.log.leaves import Kind

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller
    from app.exchange.errands import Errand
    from app.exchange.gate import Admitted, Refused
    from app.exchange.jobs.models import Job

#: What is compared of every row besides its number.
FIELDS: Final = ("full_name", "birth_date")


class New(msgspec.Struct, frozen=True, kw_only=True):
    """A reconciliation to begin; `mapping` names the file's column for each of the claims'."""

    purpose: str
    format: str
    mapping: Mapping[str, str]
    officer: str | None = None
    dossier: str | None = None

    def job(self) -> keeping.New:
        """Return the job that waits for its file."""
        return keeping.New(
            kind=ASKING.kind,
            purpose=self.purpose,
            format=self.format,
            asked=self.mapping,
            officer=self.officer,
            dossier=self.dossier,
            state="awaiting_file",
        )


class ReconciliationView(JobView, frozen=True, kw_only=True):
    """A reconciliation as it is shown; `counts` are rows by verdict, `reasons` rows by error."""

    columns: dict[str, str]
    counts: dict[str, int]
    reasons: dict[str, int]
    file_sha256: str | None


def view(job: Job) -> ReconciliationView:
    """Return the view of a reconciliation."""
    summary: dict[str, Any] = job.summary or {}
    return ReconciliationView(
        **keeping.shown(job),
        columns=mapping(job.asked),
        counts=summary.get("counts", {}),
        reasons=summary.get("reasons", {}),
        file_sha256=job.file_sha256,
    )


def mapping(asked: Mapping[str, object]) -> dict[str, str]:
    """Return the file's columns, by the claims'."""
    return {name: str(column) for name, column in asked.items()}


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
