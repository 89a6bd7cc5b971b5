"""Exports: a world's logical rows as Parquet, beside the digest that only these rows give."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from app.platform import errors
from app.platform.progress import silent
from app.sandbox import digesting, reading

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from app.platform.progress import Progress
    from app.platform.worlds import World, Worlds
    from app.sandbox.digesting import WorldDigest
    from app.sandbox.tables import LogicalTable

NOT_EMPTY = errors.declare(
    code="export-folder-not-empty",
    kind="conflict",
    fault_of="caller",
    title_vi="Thư mục xuất không trống",
    title_en="The folder to export to is not empty",
    next_vi="Chọn một thư mục mới hoặc trống.",
    next_en="Choose a folder that is new or empty.",
)

MANIFEST = "world.json"


def digest(worlds: Worlds, name: str, *, progress: Progress = silent) -> WorldDigest:
    """Return the digest of world `name` as it is now."""
    return digesting.digest(worlds, name, progress=progress)


def export(worlds: Worlds, name: str, folder: Path, *, progress: Progress = silent) -> WorldDigest:
    """Write `<table>.parquet` for each logical table, and `world.json` with the digest.

    All tables are of one moment. Raises `export-folder-not-empty`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise NOT_EMPTY.error()
    world = worlds.open(name)

    def write(table: LogicalTable, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        file = folder / f"{table.name}.parquet"
        with pq.ParquetWriter(file, reading.schema(table), compression="zstd") as parquet:
            for batch in batches:
                parquet.write_batch(batch)
                yield batch

    found = digesting.digest(worlds, name, write, progress=progress)
    (folder / MANIFEST).write_text(json.dumps(_manifest(world, found), indent=2) + "\n")
    return found


def _manifest(world: World, found: WorldDigest) -> dict[str, object]:
    spec = asdict(world.spec) | {"start_date": world.spec.start_date.isoformat()}
    return {
        "simulated": True,
        "world": world.name,
        **spec,
        "today": world.today.isoformat(),
        **asdict(found),
    }
