"""The report as a picture: an SVG with the population pyramid and every distance by its bound."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from app.sandbox.report import PROMISED_FROM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.sandbox.report import Comparison, Report

WIDTH, HEIGHT = 1120, 640
MARK = "DỮ LIỆU MÔ PHỎNG / SIMULATED DATA"
_MEN, _WOMEN, _SOURCE, _INK, _QUIET, _PAST, _CHANCE = (
    "#3d6f8e",
    "#b5654a",
    "#1c1c1c",
    "#1c1c1c",
    "#6b6b6b",
    "#b3261e",
    "#c99a2e",
)
_TOP, _BAR, _GAP = 96, 20, 3
_MIDDLE, _HALF = 290, 220
_LIST = 600


def draw(report: Report, world: str) -> str:
    """Return the picture as one SVG document, with text as text."""
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'width="{WIDTH}" height="{HEIGHT}" role="img" font-family="sans-serif" '
            f'font-size="13" fill="{_INK}">'
        ),
        f"<title>{escape(f'Population of the world {world} against its sources')}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(30, 36, f"World {world}, {report.today:%d/%m/%Y}", size=20),
        _text(30, 58, f"{report.people:,} alive of {report.on_record:,} · {MARK}", fill=_QUIET),
        *_pyramid(report.comparisons[0]),
        *_distances(report),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _pyramid(ages: Comparison) -> Iterator[str]:
    """Draw men to the left and women to the right; the source is the line over each bar."""
    yield _text(_MIDDLE - _HALF, _TOP - 12, "Men", fill=_MEN)
    yield _text(_MIDDLE + _HALF, _TOP - 12, "Women", fill=_WOMEN, anchor="end")
    yield _text(_MIDDLE, _TOP - 12, "lines: the source", fill=_QUIET, anchor="middle")
    scale = (_HALF - 24) / max(max(line.here, line.source) for line in ages.lines)
    rows = {line.label: line for line in ages.lines}
    bands = sorted({int(label.split()[1]) for label in rows}, reverse=True)
    for place, band in enumerate(bands):
        top = _TOP + place * (_BAR + _GAP)
        label = f"{band}+" if place == 0 else f"{band}–{band + 4}"
        yield _text(_MIDDLE, top + 15, label, fill=_QUIET, anchor="middle", size=11)
        for sex, side, colour in (("M", -1, _MEN), ("F", 1, _WOMEN)):
            line = rows[f"{sex} {band}"]
            start = _MIDDLE + side * 24
            width = line.here * scale
            left = start if side > 0 else start - width
            mark = start + side * line.source * scale
            yield (
                f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{_BAR}" '
                f'fill="{colour}"/>'
            )
            yield (
                f'<path d="M{mark:.1f} {top - 1}v{_BAR + 2}" stroke="{_SOURCE}" stroke-width="2"/>'
            )


def _distances(report: Report) -> Iterator[str]:
    """Draw each distance as a part of its bound; past it the bar changes its colour."""
    head = "Distance from the source, as a part of its bound"
    yield _text(_LIST, _TOP - 12, head, fill=_QUIET)
    if not report.judged:
        note = f"Bounds are promised from {PROMISED_FROM:,} citizens on"
        yield _text(_LIST, _TOP - 30, note, fill=_QUIET)
    past = _PAST if report.judged else _CHANCE
    for place, found in enumerate(report.comparisons):
        top = _TOP + 8 + place * 40
        value = "–" if found.distance is None else f"{found.distance:.4f}"
        value += "" if found.bound is None else f" of {found.bound:g}"
        yield _text(_LIST, top + 12, found.title)
        yield _text(WIDTH - 30, top + 12, value, fill=_QUIET, anchor="end")
        full = WIDTH - 30 - _LIST
        yield (f'<rect x="{_LIST}" y="{top + 18}" width="{full}" height="7" fill="#e8e6e1"/>')
        if found.distance is None or found.bound is None:
            continue
        within = found.is_within
        share = min(found.distance / found.bound, 1.0) if found.bound else float(not within)
        colour = _MEN if within else past
        yield (
            f'<rect x="{_LIST}" y="{top + 18}" width="{full * share:.1f}" height="7" '
            f'fill="{colour}"/>'
        )


def _text(
    x: float, y: float, text: str, *, fill: str = _INK, anchor: str = "start", size: int = 13
) -> str:
    return (
        f'<text x="{x}" y="{y}" fill="{fill}" text-anchor="{anchor}" font-size="{size}">'
        f"{escape(text)}</text>"
    )
