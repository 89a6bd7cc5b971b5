"""Strokes that pictures of scorecards are made of: colours, and text as text."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape

INK: Final = "#1c1c1c"
QUIET: Final = "#6b6b6b"
GOOD: Final = "#3d6f8e"
BAD: Final = "#b3261e"
PALE: Final = "#e8e6e1"


def text(
    x: int, y: int, said: str, *, fill: str = INK, anchor: str = "start", size: int = 13
) -> str:
    """Return words at a place, their base line at `y`."""
    return (
        f'<text x="{x}" y="{y}" fill="{fill}" text-anchor="{anchor}" font-size="{size}">'
        f"{escape(said)}</text>"
    )
