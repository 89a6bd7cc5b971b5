"""Spreading: the steps of a reconciliation whose rows are compared on the server's Spark cluster.

1. The registry, as one state, and 2. the file are written as Parquet into the job's folder, which
   the cluster reads: on more than one machine, `DANCU_HOME` is on a disk that all of them share.
3. The cluster compares (`app.matching.linkage.spreading`), and writes into that folder.

Who may ask, what is told and what is logged is as for any reconciliation: no cluster sees a grant.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from app.exchange.reconciling import asking, files
from app.matching.linkage import linking, parting, spreading
from app.matching.linkage.claims import CLAIMS
from app.registry import numbered

if TYPE_CHECKING:
    from pathlib import Path

    from app.exchange.jobs.work import Work


def compare(work: Work, parts: int) -> None:
    """Take steps 1 to 3. Raises `reconciliation-no-spark`."""
    # 1.
    work.tell("registry", 0.0)
    work.once("registry", partial(_write_registry, work))
    # 2.
    work.tell("file", 0.2)
    work.once("claims", partial(_write_file, work))
    # 3.
    work.tell("spark", 0.3)
    work.once("spark", partial(_link, work, parts))


def _write_registry(work: Work, into: Path) -> None:
    for number, part in enumerate(numbered.parts(work.world)):
        spreading.plain(part, linking.NUMBERED).write_parquet(into / f"{number}.parquet")
        work.tell("registry", min(0.19, 0.2 * number * len(part) / (1.7 * work.world.spec.size)))


def _write_file(work: Work, into: Path) -> None:
    rows = into / "rows"
    rows.mkdir()
    for number, (readable, lost) in enumerate(
        parting.readable_parts(files.read(*files.upload(work)))
    ):
        spreading.plain(readable, CLAIMS).write_parquet(rows / f"{number}.parquet")
        # What is told of a row needs its number again.
        parting.write(readable.select("row", "number", "digits"), into / "0" / f"{number}.arrow")
        parting.write(lost, into / "lost" / f"{number}.arrow")


def _link(work: Work, parts: int, into: Path) -> None:
    tables = spreading.Tables(work.folder / "claims" / "rows", work.folder / "registry")
    strictness = asking.strictness(work.asked)
    try:
        spreading.run(asking.spark_master(work.world), tables, parts, strictness, into)
    except spreading.SparkAbsentError as error:
        raise asking.NO_SPARK.error(str(error)) from error
