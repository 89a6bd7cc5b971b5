"""Jobs of a running server, as a system begins them, waits for them and fetches their results."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

import msgspec

from app.cli import remote, tokens
from app.cli.failing import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.cli.remote import Remote
    from app.platform.progress import Progress

_POLL_SECONDS = 0.5


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed of any job."""

    id: str
    state: str
    what: str
    done: float
    rows: int | None
    problem: str | None
    leaf: int | None
    receipt: str | None
    signed_summary: str | None
    simulated: bool = True


_Job = TypeVar("_Job", bound=Job)


class Asking:
    """One system at one world of a server, its token renewed while a job takes its time."""

    def __init__(self, at: Remote, client: str, world: str | None, secret: str | None) -> None:
        """`client` is its id; `secret` None derives the preset's."""
        self._at = at
        self._bearer = tokens.Bearer(at, client, world=world, secret=secret)

    def post(self, path: str, asked: object, as_type: type[_Job]) -> _Job:
        """Begin a job."""
        return self._at.post(path, asked, as_type, self._bearer.token())

    def put_file(self, path: str, file: Path, media_type: str, as_type: type[_Job]) -> None:
        """Send the file of the job at `path`, and take back a job whose file is refused."""
        try:
            with file.open("rb") as opened:
                self._at.put_file(
                    f"{path}/file", opened, media_type, as_type, self._bearer.token()
                )
        except CommandError:
            self._at.delete(path, self._bearer.token())
            raise

    def ended(self, path: str, job: _Job, told: Progress) -> _Job:
        """Wait until a job is done, and tell how far it is. Raises `CommandError` if it is not."""
        while (job := self._at.get(f"{path}/{job.id}", type(job), self._bearer.token())).state in (
            "waiting",
            "running",
        ):
            told(job.what or job.state, job.done)
            time.sleep(_POLL_SECONDS)
        told(job.what or job.state, job.done)
        if job.state != "done":
            raise CommandError(
                f"the job is {job.state}: {job.problem}",
                "See what the code means at /problems of the server.",
                code=job.problem or f"job-{job.state}",
            )
        return job

    def fetch(self, path: str, output: Path) -> None:
        """Write a file of a job's results."""
        output.write_bytes(self._at.download(path, self._bearer.token()))


@contextmanager
def asking(
    server: str | None, client: str, world: str | None, secret: str | None
) -> Iterator[Asking]:
    """Ask a running server as a system."""
    with remote.connect(server, world) as at:
        yield Asking(at, client, world, secret)
