"""What people see at a terminal, drawn with rich, which is loaded when something is drawn.

Texts are shown as they are: what looks like markup or an emoji code in them is somebody's name.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

#: Where nobody looks at a terminal, lines are not broken to fit one.
_PIPE_WIDTH = 240


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Draw a table under bold headings; a cell that is too wide goes on in the next line."""
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        drawn.add_column(heading, overflow="fold")
    for row in rows:
        drawn.add_row(*map(Text, row))
    _console().print(drawn)


def pairs(rows: Iterable[tuple[str, str]]) -> None:
    """Draw names in bold, each beside its value."""
    drawn = Table.grid(padding=(0, 2))
    for name, value in rows:
        drawn.add_row(Text(name, style="bold"), Text(value, overflow="fold"))
    _console().print(drawn)


def grid(rows: Iterable[Sequence[str]]) -> None:
    """Draw rows one under the other, without headings; what is too wide goes on below it."""
    drawn = Table.grid(padding=(0, 2))
    for row in rows:
        drawn.add_row(*(Text(cell, overflow="fold") for cell in row))
    _console().print(drawn)


def title(text: str) -> None:
    """Draw a line in bold, after an empty one."""
    _console().print(Text(f"\n{text}", style="bold"))


def error(message: str, code: str, next_step: str) -> None:
    """Draw what is wrong, with its stable code, and what to do next, on standard error."""
    console = _console(stderr=True)
    console.print(Text("Error: ", style="bold red").append(message, ""), soft_wrap=True)
    console.print(Text("Code:  ", style="bold").append(code, ""), soft_wrap=True)
    console.print(Text("Next:  ", style="bold").append(next_step, ""), soft_wrap=True)


@contextmanager
def bar(what: str) -> Iterator[Callable[[str, float], None]]:
    """Draw a bar on standard error while the block runs; give what moves it (step, share).

    Until a share is known it shows no number, and moves all the same.
    """
    columns = (
        SpinnerColumn(),  # moves where a step is one piece, as the copy of a database is
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[done]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=_console(stderr=True), transient=True) as drawn:
        task = drawn.add_task(what, total=None, done="")

        def advance(step: str, share: float) -> None:
            total, done = (1.0, f"{share:.0%}") if share else (None, "")
            shown = f"{what}: {step}"
            drawn.update(task, completed=share, total=total, description=shown, done=done)

        yield advance


def _console(*, stderr: bool = False) -> Console:
    """Return a console on one of this moment's standard streams."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _PIPE_WIDTH
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False)
