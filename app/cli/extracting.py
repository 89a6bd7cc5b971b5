"""`dancu extract`: the slice of the registry that a system may have, as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli import jobs
from app.cli.failing import CommandError
from app.cli.jobs import Job
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.telling import Teller
from app.cli.verifying import Dossier, Officer

#: A client of the preset that keeps a copy of its own.
DEFAULT_CLIENT = "bhxh"
_JOBS = "/v1/extracts"
_FORMATS = {".csv": "csv", ".ndjson": "ndjson", ".parquet": "parquet"}

Output = Annotated[Path, typer.Argument(metavar="FILE", help="A .csv, .ndjson or .parquet.")]
Fields = Annotated[list[str], typer.Option("--field", help="A field to give; several times.")]
Client = Annotated[str, typer.Option("--client", metavar="CLIENT", help="The system that asks.")]
Purpose = Annotated[str, typer.Option("--purpose", help="A purpose of the client's grants.")]
Provinces = Annotated[
    list[str] | None,
    typer.Option("--province", help="Two digits; several times. All that are granted."),
]


class _Job(Job, frozen=True, kw_only=True):
    """What is told of an extract; `--json` prints it."""

    fields: list[str]
    provinces: list[str] | None
    withheld: dict[str, str]
    file_sha256: str | None


def extract(
    output: Output,
    field: Fields,
    province: Provinces = None,
    client: Client = DEFAULT_CLIENT,
    purpose: Purpose = "social-insurance",
    officer: Officer = None,
    dossier: Dossier = None,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Write everybody whom a grant for `extract` gives into a file, with the fields that it gives.

    Talks to a running server, which makes it in the background: what is cut goes on there.
    """
    teller = Teller(as_json=json)
    form = _FORMATS.get(output.suffix.lower())
    if form is None:
        raise CommandError(
            f"{output} is neither .csv, .ndjson nor .parquet", "Name the file by its format."
        )
    asked: dict[str, object] = {"purpose": purpose, "fields": field, "format": form}
    said = {"officer": officer, "dossier": dossier, "provinces": province}
    asked |= {name: value for name, value in said.items() if value}
    with jobs.asking(server, client, world, secret) as at:
        with teller.progress("Extracting") as told:
            job = at.ended(_JOBS, at.post(_JOBS, asked, _Job), told)
        at.fetch(f"{_JOBS}/{job.id}/file", output)
    given = f"{job.rows or 0:>12,}  {', '.join(job.fields)}"
    withheld = (f"    withheld  {name}: {why}" for name, why in job.withheld.items())
    teller.text(job, [given, *withheld, f"Leaf {job.leaf}; in {output}."])
