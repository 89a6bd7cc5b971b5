"""`dancu reconcile`: a file held against the registry by a running server, as agencies do it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from app.cli import jobs
from app.cli.failing import CommandError
from app.cli.jobs import Job
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.telling import Teller
from app.cli.verifying import Dossier, Officer
from app.matching.linkage.words import LEAST_STRICT, STRICTEST

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A client of the preset that cleanses data.
DEFAULT_CLIENT = "viettel"
_JOBS = "/v1/reconciliations"
_KINDS = {".csv": ("csv", "text/csv"), ".parquet": ("parquet", "application/vnd.apache.parquet")}

File = Annotated[Path, typer.Argument(metavar="FILE", help="A .csv or .parquet.")]
Output = Annotated[
    Path | None,
    typer.Option("--output", "-o", help="Where the results go: .csv or .parquet."),
]
Client = Annotated[str, typer.Option("--client", metavar="CLIENT", help="The system that asks.")]
Purpose = Annotated[str, typer.Option("--purpose", help="A purpose of the client's grants.")]
Number = Annotated[str, typer.Option("--number", metavar="COLUMN", help="The number's column.")]
Name = Annotated[str, typer.Option("--full-name", metavar="COLUMN", help="The name's column.")]
Born = Annotated[str, typer.Option("--birth-date", metavar="COLUMN", help="The date's column.")]

Fields = Annotated[
    list[str] | None,
    typer.Option(
        "--field", "-f", help="What is told of those who are found, if a grant gives it: pin."
    ),
]
Engine = Annotated[
    Literal["embedded", "spark"],
    typer.Option("--engine", help="What compares: the server itself, or its Spark cluster."),
]
Strictness = Annotated[
    int,
    typer.Option(
        "--strictness",
        min=LEAST_STRICT,
        max=STRICTEST,
        help="From how many bits more than chance a person is found.",
    ),
]


class _Job(Job, frozen=True, kw_only=True):
    """What is told of a reconciliation; `--json` prints it."""

    counts: dict[str, int]
    reasons: dict[str, int]


def reconcile(
    file: File,
    output: Output = None,
    client: Client = DEFAULT_CLIENT,
    purpose: Purpose = "data-cleansing",
    officer: Officer = None,
    dossier: Dossier = None,
    number: Number = "number",
    full_name: Name = "full_name",
    birth_date: Born = "birth_date",
    fields: Fields = None,
    engine: Engine = "embedded",
    strictness: Strictness = STRICTEST,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Hold a file against the registry: a verdict, a score and reasons for each row.

    Talks to a running server, which runs it in the background: what is cut goes on there.
    """
    teller = Teller(as_json=json)
    kind, media_type = _kind(file)
    if not file.is_file():
        raise CommandError(f"there is no file {file}", "Name a file that is there.")
    columns = {"number": number, "full_name": full_name, "birth_date": birth_date}
    asked: dict[str, object] = {
        "purpose": purpose,
        "format": kind,
        "columns": columns,
        "engine": engine,
        "strictness": strictness,
    }
    said = {"officer": officer, "dossier": dossier, "fields": fields}
    asked |= {name: value for name, value in said.items() if value}
    with jobs.asking(server, client, world, secret) as at:
        with teller.progress(f"Reconciling {file.name}") as told:
            job = at.post(_JOBS, asked, _Job)
            at.put_file(f"{_JOBS}/{job.id}", file, media_type, _Job)
            job = at.ended(_JOBS, job, told)
        if output is not None:
            at.fetch(f"{_JOBS}/{job.id}/results?format={_kind(output)[0]}", output)
    teller.text(job, _lines(job, output))


def _kind(file: Path) -> tuple[str, str]:
    kind = _KINDS.get(file.suffix.lower())
    if kind is None:
        raise CommandError(f"{file} is neither .csv nor .parquet", "Rename or convert the file.")
    return kind


def _lines(job: _Job, output: Path | None) -> Iterator[str]:
    for counts, width in ((job.counts, 12), (job.reasons, 24)):
        for name, many in sorted(counts.items(), key=lambda count: -count[1]):
            yield f"{many:>{width},}  {name}"
    yield f"Leaf {job.leaf}; {'results in ' + str(output) if output else 'job ' + job.id}."
