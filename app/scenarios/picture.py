"""A scorecard as a picture: an SVG with confusions or curves, the score and the cost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.scenarios import curves
from app.scenarios.drawing import BAD, GOOD, INK, PALE, QUIET, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.scenarios.telling import AnswerScore, Cost, Scorecard

MARK = "DỮ LIỆU MÔ PHỎNG / SIMULATED DATA"
_WIDTH, _LEFT, _TOP, _CELL, _LABEL = 1000, 30, 130, 46, 170
_BARS = 640


def draw(card: Scorecard) -> str:
    """Return the picture as one SVG document, with text as text."""
    parts = list(_head(card))
    top = _TOP
    for answer in card.answers:
        parts += _confusion(answer, top)
        top += _CELL * len(answer.classes) + 90
    if card.probability is not None:
        parts += curves.draw(card.probability, _LEFT, top - 20)
        top += curves.HEIGHT + 10
    parts += _cost(card.cost, top)
    height = top + 40 + 34 * (3 + len(card.cost.constant))
    begun = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'width="{_WIDTH}" height="{height}" role="img" font-family="sans-serif">'
        f'<rect width="{_WIDTH}" height="{height}" fill="#ffffff"/>'
    )
    return begun + "".join(parts) + "</svg>"


def _head(card: Scorecard) -> Iterator[str]:
    practice = " (practice)" if card.practice else ""
    title = f"{card.scenario}: submission {card.submission} of run {card.run[:8]}{practice}"
    yield text(_LEFT, 34, title, size=18)
    yield text(_WIDTH - _LEFT, 34, MARK, fill=BAD, anchor="end")
    yield text(_LEFT, 76, f"{card.score:g}", size=34, fill=GOOD if card.score > 0 else BAD)
    note = f"of 100, over {card.rows:,} rows: 100 is what the file's own ambiguity allows"
    yield text(_LEFT + 130, 76, note, fill=QUIET)


def _confusion(answer: AnswerScore, top: int) -> Iterator[str]:
    """Draw rows by what they are and what they were answered, shaded by their share of the row."""
    said = (
        f"{answer.answer}: {answer.accuracy:.2%} right, at most {answer.bound:.2%} possible; "
        f"macro F1 {answer.macro_f1:.3f}"
    )
    yield text(_LEFT, top, said, size=15)
    for row, each in enumerate(answer.classes):
        y = top + 26 + row * _CELL
        yield text(_LEFT + _LABEL - 8, y + 28, each.name, anchor="end")
        for column, count in enumerate(answer.confusion[row]):
            yield _cell(_LEFT + _LABEL + column * _CELL, y, count, each.rows, right=row == column)
        x = _LEFT + _LABEL + len(answer.classes) * _CELL + 14
        told = f"precision {_share(each.precision)}, recall {_share(each.recall)}"
        yield text(x, y + 28, told, fill=QUIET)


def _cell(x: int, y: int, count: int, rows: int, *, right: bool) -> str:
    share = count / rows if rows else 0.0
    colour = GOOD if right else BAD
    size = _CELL - 2
    return (
        f'<rect x="{x}" y="{y}" width="{size}" height="{size}" fill="{PALE}"/>'
        f'<rect x="{x}" y="{y}" width="{size}" height="{size}" fill="{colour}" '
        f'fill-opacity="{share:.3f}"/>'
    ) + text(x + size // 2, y + 28, f"{count:,}" if count else "", anchor="middle", size=11)


def _cost(cost: Cost, top: int) -> Iterator[str]:
    """Draw what it cost beside what others would have, in million đồng."""
    yield text(_LEFT, top, "Cost, million đồng", size=15)
    lines = {
        "this submission": cost.total,
        "the bound": cost.bound,
        "the registry at its letter": cost.naive,
        **{f"{action} everything": total for action, total in cost.constant.items()},
    }
    most = max(*lines.values(), 1)
    for place, (name, total) in enumerate(lines.items()):
        y = top + 18 + place * 34
        yield text(_LEFT + _LABEL - 8, y + 16, name, anchor="end")
        width = _BARS * total / most
        colour = INK if place == 0 else GOOD if place == 1 else QUIET
        yield (
            f'<rect x="{_LEFT + _LABEL}" y="{y}" width="{width:.1f}" height="22" fill="{colour}"/>'
        )
        yield text(_LEFT + _LABEL + int(width) + 8, y + 16, f"{total / 1000:,.1f}", fill=QUIET)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"
