"""Pictures as SVG: a scene written as text, with its own letters where the reader has the font.

Widths of lines are told (`textLength`), so that another font breaks nothing.
"""

from __future__ import annotations

import base64
from functools import singledispatch
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from app.identity.pictures.scene import (
    SIZE,
    Box,
    Cells,
    Code,
    Photo,
    Ring,
    Shape,
    Stamp,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_FONT: Final = "'Source Sans Pro','Source Sans 3','Noto Sans',Arial,sans-serif"
_ANCHORS: Final = {"left": "start", "centre": "middle", "right": "end"}
_WEIGHTS: Final = {"Regular": 400, "Semibold": 600, "Bold": 700}


def draw(scene: Iterable[Shape], title: str) -> bytes:
    """Return the picture as an SVG file; `title` says what it shows to who cannot see it."""
    width, height = SIZE
    head = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="85.6mm" height="53.98mm" '
        f'viewBox="0 0 {width} {height}" font-family="{_FONT}" role="img">'
        f"<title>{escape(title)}</title>"
    )
    return "\n".join((head, *map(_put, scene), "</svg>\n")).encode()


@singledispatch
def _put(shape: object) -> str:
    raise TypeError(f"{shape} is no shape")


@_put.register
def _(shape: Box) -> str:
    line = f' stroke="{shape.line}" stroke-width="2"' if shape.line else ""
    return (
        f'<rect x="{shape.x}" y="{shape.y}" width="{shape.width}" height="{shape.height}" '
        f'rx="{shape.radius}" fill="{shape.fill}"{line}/>'
    )


@_put.register
def _(shape: Ring) -> str:
    return (
        f'<circle cx="{shape.x}" cy="{shape.y}" r="{shape.radius}" fill="none" '
        f'stroke="{shape.line}" stroke-width="{shape.width}"/>'
    )


@_put.register
def _(shape: Text) -> str:
    length = f' textLength="{shape.width:.1f}" lengthAdjust="spacingAndGlyphs"'
    return (
        f'<text x="{shape.x}" y="{shape.y}" font-size="{shape.size}" '
        f'font-weight="{_WEIGHTS[shape.weight]}" fill="{shape.fill}" '
        f'text-anchor="{_ANCHORS[shape.anchor]}"{length if shape.text else ""}>'
        f"{escape(shape.text)}</text>"
    )


@_put.register
def _(shape: Cells) -> str:
    middles = (shape.x + n * shape.pitch + shape.pitch // 2 for n in range(len(shape.text)))
    places = " ".join(map(str, middles))
    return (
        f'<text x="{places}" y="{shape.y}" font-size="{shape.size}" font-weight="600" '
        f'fill="#000000" text-anchor="middle" class="mrz">{escape(shape.text)}</text>'
    )


@_put.register
def _(shape: Code) -> str:
    scale = shape.scale
    dark = "".join(
        f"M{shape.x + column * scale} {shape.y + row * scale}h{scale}v{scale}h-{scale}z"
        for row, modules in enumerate(shape.rows)
        for column, is_dark in enumerate(modules)
        if is_dark
    )
    border = (
        f'<rect x="{shape.x}" y="{shape.y}" width="{shape.side}" height="{shape.side}" '
        'fill="#ffffff"/>'
    )
    return f'{border}<path d="{dark}" fill="#000000" shape-rendering="crispEdges"/>'


@_put.register
def _(shape: Photo) -> str:
    data = base64.b64encode(shape.jpeg).decode()
    return (
        f'<image x="{shape.x}" y="{shape.y}" width="{shape.width}" height="{shape.height}" '
        f'preserveAspectRatio="none" href="data:image/jpeg;base64,{data}"/>'
    )


@_put.register
def _(shape: Stamp) -> str:
    x, y = SIZE[0] // 2, shape.y
    lines = "".join(
        f'<tspan x="{x}" dy="{shape.size if number else 0}">{escape(line)}</tspan>'
        for number, line in enumerate(shape.lines)
    )
    return (
        f'<text x="{x}" y="{y}" transform="rotate({-shape.angle} {x} {y})" '
        f'font-size="{shape.size}" font-weight="700" fill="{shape.fill}" '
        f'fill-opacity="{shape.opacity}" text-anchor="middle">{lines}</text>'
    )
