"""`/control/v1/worlds/{name}/export` and `…/digest`: logical rows, and what they hash to."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path

import msgspec
from fastapi import APIRouter, Response
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from app.api import answers, problems
from app.api.control.operators import OF_SERVER
from app.api.control.worlds import WorldName
from app.api.dependencies import ServerDep

router = APIRouter(prefix="/control/v1/worlds", tags=["control"], dependencies=[OF_SERVER])

ZIP = "application/zip"


class WorldDigest(msgspec.Struct, frozen=True, kw_only=True):
    """What a world's logical rows hash to (SHA-256, hex), whole and table by table.

    The same five give the same digest in an untouched world, on any database.
    """

    world: str
    digest: str
    tables: dict[str, str]
    rows: dict[str, int]
    simulated: bool = True


@router.get("/{name}/digest", responses={**problems.documented(401), **answers.of(WorldDigest)})
def digest_world(server: ServerDep, name: WorldName) -> Response:
    """Give the digest of a world as it is now."""
    from app.sandbox import digesting  # noqa: PLC0415 - numpy and Arrow, which serving needs not

    found = digesting.digest(server.worlds, name)
    return answers.json(
        WorldDigest(
            world=name,
            digest=found.digest,
            tables={table: told.digest for table, told in found.tables.items()},
            rows={table: told.rows for table, told in found.tables.items()},
        )
    )


@router.get(
    "/{name}/export",
    response_class=FileResponse,
    responses={
        **problems.documented(401),
        200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}},
    },
)
def export_world(server: ServerDep, name: WorldName) -> FileResponse:
    """Give a world as a zip file: Parquet per table, and `world.json` with the digest."""
    from app.sandbox import exporting  # noqa: PLC0415 - numpy and Arrow, which serving needs not

    server.worlds.open(name)
    folder = Path(tempfile.mkdtemp(prefix="dancu-export-"))
    try:
        rows = folder / "rows"
        exporting.export(server.worlds, name, rows)
        file = folder / f"{name}.zip"
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # Parquet is compressed
            for each in sorted(rows.iterdir()):
                archive.write(each, each.name)
        shutil.rmtree(rows)
    except BaseException:
        shutil.rmtree(folder)
        raise
    return FileResponse(
        file,
        media_type=ZIP,
        filename=file.name,
        background=BackgroundTask(shutil.rmtree, folder),
    )
