"""Shows results: as tables on a terminal, and as the page RESULTS.md."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.table import Table
from rich.text import Text

from benchmarks.figures import RATIO

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.figures import Figure
    from benchmarks.results import Result

_MET: Final = {True: "met", False: "missed", None: ""}
_SIGNS: Final = {"at least": "≥", "at most": "≤"}
_HEADINGS: Final = ("measured", "median", "lowest", "highest", "goal", "")
_INTRODUCTION: Final = """\
# What was measured

Written from saved results by `python -m benchmarks --write`; what each benchmark does is in
[cases/](cases/). A ratio is taken run by run between things that stood side by side, and is what
counts. Seconds and requests per second are one machine's: they are told, and nothing tests them.
Each line gives the median of its runs with the lowest and the highest.
"""


def table(result: Result) -> Table:
    """Return the result as a table for a terminal."""
    shown = Table(title=result.title, title_justify="left", title_style="bold")
    for number, heading in enumerate(_HEADINGS):
        shown.add_column(heading, justify="left" if number in (0, 5) else "right")
    for figure in result.figures:
        style = {True: "green", False: "red", None: ""}[figure.is_met]
        *cells, verdict = _cells(figure)
        shown.add_row(*map(Text, cells), Text(verdict, style=style))
    return shown


def page(results: Sequence[Result]) -> str:
    """Return RESULTS.md: the goals first, then every figure."""
    parts = [_INTRODUCTION, "\n## Goals\n", *_goals(results)]
    for result in results:
        parts += [f"\n## {result.title}\n", f"\n{result.how}\n\n", *_markdown(result.figures)]
        parts.append(f"\n`{result.command}`, {result.made_on}: {_effort(result)}.\n")
    machines = dict.fromkeys(f"\nMachine: {result.machine.line}.\n" for result in results)
    return "".join([*parts, "\n## Machine\n", *machines])


def _goals(results: Iterable[Result]) -> list[str]:
    judged = [figure for result in results for figure in result.figures if figure.goal]
    return ["\n", *_markdown(judged)]


def _markdown(figures: Iterable[Figure]) -> list[str]:
    """Return the lines of a table, in the form that every Markdown reader takes."""
    lines = [_row(_HEADINGS), _row(("---", "--:", "--:", "--:", "--:", "---"))]
    return lines + [_row(_cells(figure)) for figure in figures]


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _cells(figure: Figure) -> tuple[str, ...]:
    goal = "" if figure.goal is None else f"{_SIGNS[figure.goal.sense]} {figure.goal.bound:g}"
    values = (number(value, figure.unit) for value in (figure.median, figure.low, figure.high))
    return (figure.name, *values, goal, _MET[figure.is_met])


def number(value: float, unit: str) -> str:
    """Return a value with its unit, in three or four digits that mean something."""
    if unit == RATIO:
        return f"{value:.3f}" if value < 10 else f"{value:.1f}"
    if unit == "%":
        return f"{value:.2f} %"  # what is missing to a hundred is what counts
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}"


def _effort(result: Result) -> str:
    effort = result.effort
    scale = "" if effort.scale == 1 else f", populations × {effort.scale:g}"
    return f"{effort.runs} runs{scale}, {result.seconds:.0f} s in all"
