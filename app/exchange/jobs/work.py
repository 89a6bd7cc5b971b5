"""Work: one run of a job, its folder, and its steps, each done once.

A step makes a folder under another name and renames it when all is in it: what has its name is
whole, and a run that was cut goes on behind it. Whoever lost a job to another runner, because its
process stood still for longer than its lease, can change neither the job nor a folder any more.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from app.exchange.jobs import keeping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from app.exchange.access import Access
    from app.exchange.callers import Caller
    from app.exchange.errands import Errand
    from app.exchange.gate import Admitted
    from app.exchange.jobs.asking import Asking
    from app.platform.world import World

#: The folder of what may be fetched; the only one that is left of a job that is done.
RESULTS = "results"


class EndedError(Exception):
    """The job was cancelled, or this process is ending: nothing more is to be done here."""


@dataclass(frozen=True, eq=False)
class Work:
    """One run of a job: who asks what, by which decision, and where its files are."""

    world: World
    access: Access
    caller: Caller
    errand: Errand
    verdict: Admitted
    job_id: str
    runner: str
    format: str
    asked: Mapping[str, Any]
    rows: int
    folder: Path
    is_ending: Callable[[], bool]

    def tell(self, what: str, done: float) -> None:
        """Note how far it is. Raises `EndedError` where that is nobody's business any more."""
        if self.is_ending() or not self.change(what=what, done=done):
            raise EndedError

    def change(self, **values: Any) -> bool:
        """Change the job, if it still runs here; say whether it does."""
        hold = partial(keeping.hold, job_id=self.job_id, runner=self.runner, **values)
        return self.world.writer.submit(hold)

    def once(self, name: str, make: Callable[[Path], None]) -> None:
        """Have a step's folder made, unless it is there."""
        target = self.folder / name
        if target.exists():
            return
        for left in self.folder.glob(f"{name}.making*"):
            delete(left)
        making = target.with_name(f"{name}.making-{self.runner}")
        making.mkdir(parents=True)
        make(making)
        making.rename(target)


@dataclass(frozen=True, kw_only=True)
class Trade:
    """How one kind of job is done.

    `steps` end with the folder `RESULTS`. `entries` gives outcome and subject of each answer, in
    their order. `summary` is what is told of the whole.
    """

    asking: Asking
    steps: Callable[[Work], None]
    entries: Callable[[Work], Iterator[tuple[str, str | None]]]
    summary: Callable[[Work], dict[str, Any]]


def folder(world: World, job_id: str) -> Path:
    """Return where a job's files are, its own."""
    return world.files / "jobs" / job_id


def results(form: str) -> str:
    """Return what a job's results are called in `RESULTS`: csv, ndjson or parquet."""
    return f"results.{form}"


def remove(world: World, job_id: str) -> None:
    """Remove a job's files, if there are any."""
    shutil.rmtree(folder(world, job_id), ignore_errors=True)


def sha256(file: Path) -> str:
    """Return the file's digest in hex."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def delete(path: Path) -> None:
    """Remove a file, or a folder with all that is in it; neither is no error."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
