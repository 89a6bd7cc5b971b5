"""Whole files: held against the registry (reconciliation), and made of it (extract)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal, TypeVar

from dancu_client.answers import Extract, Job, Reconciliation
from dancu_client.asking import NO_GROUND, Ground
from dancu_client.connection import Calls, read
from dancu_client.effects import Pause, Steps
from dancu_client.errors import DancuClientError
from dancu_client.operations import operation

_J = TypeVar("_J", bound=Job)
_RECONCILIATIONS, _EXTRACTS = "/v1/reconciliations", "/v1/extracts"
_MEDIA_TYPES = {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}
#: The time between two looks grows, so that a short job is seen at once and a long one seldom.
_FIRST_LOOK, _LONGEST_LOOK = 0.1, 5.0


class JobError(DancuClientError):
    """A job ended otherwise than well; `job.problem` is the code of why."""

    def __init__(self, job: Job) -> None:
        self.job = job
        super().__init__(f"job {job.id} is {job.state}: {job.problem}")


class Jobs(Calls):
    """Files in work on the server. Each is begun, waited for, and fetched."""

    @operation
    def reconcile(
        self,
        file: Path,
        results: Path,
        *,
        purpose: str,
        columns: Mapping[str, str] | None = None,
        format: Literal["csv", "parquet"] = "csv",  # noqa: A002 - the interface's own word
        ground: Ground = NO_GROUND,
    ) -> Steps[Reconciliation]:
        """Hold a file of people against the registry, wait, and write the verdicts to `results`.

        `columns` says what the file calls `number`, `full_name` and `birth_date`. Raises
        `JobError` where the job does not end well.
        """
        body = {
            "purpose": purpose,
            "officer": ground.officer,
            "dossier": ground.dossier,
            "format": format,
            "columns": columns,
        }
        begun = yield from self._post(_RECONCILIATIONS, body, Reconciliation)
        yield from self._call(
            "PUT",
            f"{_RECONCILIATIONS}/{begun.id}/file",
            content=file,
            media_type=_MEDIA_TYPES[format],
        )
        job = yield from self._ended(_RECONCILIATIONS, begun)
        path = f"{_RECONCILIATIONS}/{job.id}/results"
        yield from self._call("GET", path, query={"format": format}, into=results)
        return job

    @operation
    def extract(
        self,
        output: Path,
        fields: Iterable[str],
        *,
        purpose: str,
        provinces: Iterable[str] | None = None,
        format: Literal["csv", "ndjson", "parquet"] = "csv",  # noqa: A002 - the interface's word
        ground: Ground = NO_GROUND,
    ) -> Steps[Extract]:
        """Have the granted slice of the registry made, wait, and write it to `output`.

        Raises `JobError` where the job does not end well.
        """
        body = {
            "purpose": purpose,
            "officer": ground.officer,
            "dossier": ground.dossier,
            "fields": list(fields),
            "provinces": None if provinces is None else list(provinces),
            "format": format,
        }
        begun = yield from self._post(_EXTRACTS, body, Extract)
        job = yield from self._ended(_EXTRACTS, begun)
        yield from self._call("GET", f"{_EXTRACTS}/{job.id}/file", into=output)
        return job

    @operation
    def reconciliations(self) -> Steps[tuple[Reconciliation, ...]]:
        """Return this system's reconciliations."""
        return self._get(_RECONCILIATIONS, tuple[Reconciliation, ...])

    @operation
    def extracts(self) -> Steps[tuple[Extract, ...]]:
        """Return this system's extracts."""
        return self._get(_EXTRACTS, tuple[Extract, ...])

    def _ended(self, path: str, job: _J) -> Steps[_J]:
        """Wait until a job is over; raise `JobError` where it did not end well."""
        look = _FIRST_LOOK
        while not job.is_over:
            yield Pause(look)
            look = min(look * 1.5, _LONGEST_LOOK)
            job = read((yield from self._call("GET", f"{path}/{job.id}")), type(job))
        if job.state != "done":
            raise JobError(job)
        return job
