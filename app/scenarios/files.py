"""The files of a run, beside its world: `files/<incarnation>/scenarios/<run>/` in the home folder.

The truth lies in the same folder and is read by the scoring alone: no address leads to it. They
go with the world.
"""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING, Final

import polars as pl

from app.platform.sheets import harmless
from app.platform.world import files_beside

if TYPE_CHECKING:
    from pathlib import Path

    from app.scenarios.scenario import Made, Scenario

FOLDER: Final = "scenarios"
EXTRACT_CSV, EXTRACT_PARQUET, KEY = "extract.csv", "extract.parquet", "key.parquet"
PAST_CSV, PAST_PARQUET = "past.csv", "past.parquet"
_CSV, _PARQUET = "text/csv; charset=utf-8", "application/vnd.apache.parquet"
#: What testers may have, as far as a scenario has it (`given`).
GIVEN: Final = {
    EXTRACT_CSV: _CSV,
    EXTRACT_PARQUET: _PARQUET,
    PAST_CSV: _CSV,
    PAST_PARQUET: _PARQUET,
}


def folder(home: Path, world_id: str, run_id: str) -> Path:
    """Return where the files of a run are; both ids are ours."""
    return files_beside(home, world_id) / FOLDER / run_id


def given(scenario: Scenario) -> list[str]:
    """Return the names of the files that testers have of a scenario."""
    past = (PAST_CSV, PAST_PARQUET) if scenario.past else ()
    return [EXTRACT_CSV, EXTRACT_PARQUET, *past]


def write(at: Path, made: Made) -> None:
    """Write a run's files into a folder of their own, which appears whole or not at all."""
    partial = at.with_name(f"{at.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    made.extract.write_parquet(partial / EXTRACT_PARQUET)
    harmless(made.extract).write_csv(partial / EXTRACT_CSV)
    if made.past is not None:
        made.past.write_parquet(partial / PAST_PARQUET)
        harmless(made.past).write_csv(partial / PAST_CSV)
    made.key.write_parquet(partial / KEY)
    shutil.rmtree(at, ignore_errors=True)
    partial.rename(at)


def digest(key: pl.DataFrame) -> str:
    """Return the SHA-256 of a truth, as hex: the same table gives the same."""
    hashed = hashlib.sha256()
    for name in key.columns:
        hashed.update(name.encode())
        hashed.update("\n".join(key[name].cast(pl.String).fill_null("").to_list()).encode())
    return hashed.hexdigest()


def answers(at: Path, number: int) -> Path:
    """Return where an answer is kept."""
    return at / f"submission-{number}.parquet"


def decisions(at: Path, number: int) -> Path:
    """Return where the decisions on complaints about an answer are kept."""
    return at / f"decisions-{number}.parquet"


def replace(path: Path, table: pl.DataFrame) -> None:
    """Write a table in one step: a reader has the old one or the new one."""
    partial = path.with_suffix(".partial")
    table.write_parquet(partial)
    partial.replace(path)


def remove(home: Path, world_id: str, run_id: str) -> None:
    """Remove a run's files, if they are there."""
    shutil.rmtree(folder(home, world_id, run_id), ignore_errors=True)
