"""What a command prints: tables for people or JSON for programs, never both, never a mixture.

Results go to standard output; notes, progress and errors to standard error. With `--json` nothing
but JSON goes to standard output, and its members are only ever added to.
"""

from __future__ import annotations

import datetime as dt
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec
import typer

from app.cli.failing import USAGE, CommandError
from app.platform.progress import silent

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from app.platform.progress import Progress


class Teller:
    """One command's voice."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def rows(
        self,
        rows: Sequence[object],
        columns: Mapping[str, str],
        *,
        none: str,
        whole: object = None,
    ) -> None:
        """Print a table of `rows`; `columns` maps headings to attributes, `none` is said for none.

        JSON is an array of the rows, whole; or `whole`, where the rows are a part of that.
        """
        if self.as_json:
            self.json(list(rows) if whole is None else whole)
        elif not rows:
            self.say(none)
        else:
            from app.cli import screen

            cells = ([cell(getattr(row, name)) for name in columns.values()] for row in rows)
            screen.table(list(columns), cells)

    def record(self, record: object, lines: Mapping[str, object]) -> None:
        """Print one thing: `lines` for people, the whole `record` as JSON."""
        if self.as_json:
            self.json(record)
            return
        from app.cli import screen

        screen.pairs((heading, cell(value)) for heading, value in lines.items())

    def text(self, record: object, lines: Iterable[str]) -> None:
        """Print one thing: `lines` of text for people, the whole `record` as JSON."""
        if self.as_json:
            self.json(record)
            return
        for line in lines:
            self.say(line)

    def json(self, value: object) -> None:
        """Print `value` as JSON on one line, as UTF-8."""
        _write(msgspec.json.encode(value) + b"\n")

    def say(self, line: str) -> None:
        """Print a line for people; nothing with `--json`."""
        if not self.as_json:
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()

    def note(self, line: str) -> None:
        """Say something beside the result, on standard error; nothing with `--json`."""
        if not self.as_json:
            sys.stderr.write(f"{line}\n")

    def confirm(self, question: str) -> None:
        """Ask before something that cannot be undone; with `--json` nobody is there to answer."""
        if self.as_json:
            raise CommandError(
                question,
                "Say --yes: with --json nothing is asked.",
                code="confirmation-needed",
                status=USAGE,
            )
        typer.confirm(question, abort=True, err=True)

    @contextmanager
    def progress(self, title: str) -> Iterator[Progress]:
        """Show how far something has come, if somebody watches a terminal."""
        if self.as_json or not sys.stderr.isatty():
            yield silent
            return
        from app.cli import screen

        with screen.bar(title) as advance:
            yield advance


def cell(value: object) -> str:
    """Write one value the way people read it: – for nothing, yes and no, 50,000, whole seconds."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, (list, tuple, frozenset)):
        return ", ".join(map(cell, value)) or "–"
    return str(value)


def moment(at: dt.datetime) -> str:
    """Write a moment of real time to the second, in UTC: 2026-01-01T08:30:00Z."""
    return f"{at.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def _write(line: bytes) -> None:
    """Write bytes past the text layer, which may be set to something else than UTF-8."""
    sys.stdout.flush()
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(line.decode())
    else:
        buffer.write(line)
        buffer.flush()
