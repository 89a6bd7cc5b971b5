"""The curves of probabilities as a picture: ROC, and what was said against what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.scenarios.drawing import BAD, GOOD, INK, PALE, QUIET, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.scenarios.telling import ProbabilityScore

#: The side of a chart, its distance to the next, and the room for its words.
SIDE: Final = 320
_APART, _WORDS = 130, 46
WIDTH, HEIGHT = 2 * SIDE + _APART + 60, SIDE + 2 * _WORDS + 10
_GRID = 4


def picture(score: ProbabilityScore) -> str:
    """Return the curves as an SVG document of their own."""
    parts = "".join(draw(score, 50, 0))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" role="img" font-family="sans-serif">'
        f"<title>ROC, calibration</title>{parts}</svg>"
    )


def draw(score: ProbabilityScore, left: int, top: int) -> Iterator[str]:
    """Draw both charts beside each other, with their words."""
    area, bound = (_figure(each) for each in (score.auc, score.auc_bound))
    said = f"ROC: AUC {area} of {bound}, KS {_figure(score.ks)}"
    yield from _frame(left, top, said, "refused of those who paid", "of those who defaulted")
    top_of_chart = top + _WORDS
    yield _line(score.roc_bound, left, top_of_chart, QUIET, dashed=True)
    yield _line(score.roc, left, top_of_chart, GOOD)
    left += SIDE + _APART
    most = max(max(each.expected, each.observed) for each in score.calibration)
    most = max(most, 0.01)
    said = f"Calibration: Brier {score.brier:.3f}, error {score.calibration_error:.3f}"
    yield from _frame(left, top, said, f"expected, 0 to {most:.0%}", "defaulted")
    points = [(each.expected / most, each.observed / most) for each in score.calibration]
    yield _line(points, left, top_of_chart, GOOD)
    for x, y in points:
        yield f'<circle cx="{_x(x, left)}" cy="{_y(y, top_of_chart)}" r="4" fill="{BAD}"/>'


def _frame(left: int, top: int, said: str, across: str, upward: str) -> Iterator[str]:
    """Draw a square with a grid, the diagonal and what its sides are."""
    yield text(left, top + 16, said, size=15)
    yield text(left, top + _WORDS - 8, upward, fill=QUIET, size=11)
    yield text(left + SIDE, top + _WORDS + SIDE + 18, across, fill=QUIET, size=11, anchor="end")
    top += _WORDS
    yield f'<rect x="{left}" y="{top}" width="{SIDE}" height="{SIDE}" fill="#ffffff"/>'
    for step in range(_GRID + 1):
        at = SIDE * step // _GRID
        across_it = f"M{left} {top + at}h{SIDE}M{left + at} {top}v{SIDE}"
        yield f'<path d="{across_it}" stroke="{PALE}" fill="none"/>'
    yield _line([(0, 0), (1, 1)], left, top, INK, dashed=True)


def _line(
    points: Iterable[tuple[float, float]],
    left: int,
    top: int,
    colour: str,
    *,
    dashed: bool = False,
) -> str:
    path = " ".join(f"{_x(x, left)},{_y(y, top)}" for x, y in points)
    dashes = ' stroke-dasharray="4 4"' if dashed else ""
    width = 1 if dashed else 2
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes}/>'
    )


def _x(share: float, left: int) -> float:
    return round(left + SIDE * share, 1)


def _y(share: float, top: int) -> float:
    return round(top + SIDE * (1 - share), 1)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
