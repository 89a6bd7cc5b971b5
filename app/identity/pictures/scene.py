"""Scenes: what stands where on one side of a card, in pixels, for whichever drawer.

Text is measured here, with the font that every drawer uses, so that both pictures break and
shrink it alike.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal

import segno
from PIL import ImageFont

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PIL.ImageFont import FreeTypeFont

Weight = Literal["Regular", "Semibold", "Bold"]
Anchor = Literal["left", "centre", "right"]

#: An ID-1 card (85.60 × 53.98 mm, ISO/IEC 7810) at 300 dots per inch.
SIZE: Final = (1011, 638)
#: Modules of white around a QR code (ISO/IEC 18004).
_QUIET: Final = 4
_SMALLEST: Final = 12


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle; `radius` rounds its corners."""

    x: int
    y: int
    width: int
    height: int
    fill: str
    radius: int = 0
    line: str | None = None


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle that is only a line."""

    x: int
    y: int
    radius: int
    line: str
    width: int = 2


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `y` is its baseline, `width` what it takes."""

    x: int
    y: int
    text: str
    size: int
    weight: Weight = "Regular"
    fill: str = "#1b1b1b"
    anchor: Anchor = "left"

    @property
    def width(self) -> float:
        """How wide the line is."""
        return font(self.weight, self.size).getlength(self.text)


@dataclass(frozen=True, slots=True)
class Cells:
    """A line of the machine-readable zone: each character in the middle of a cell of its own."""

    x: int
    y: int
    text: str
    size: int
    pitch: int


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code with its white border: `rows` are its modules, `scale` pixels each."""

    x: int
    y: int
    scale: int
    rows: tuple[bytes, ...]

    @property
    def side(self) -> int:
        """How wide and high it is."""
        return self.scale * len(self.rows)


@dataclass(frozen=True, slots=True)
class Photo:
    """A portrait, as a JPEG file."""

    x: int
    y: int
    width: int
    height: int
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Stamp:
    """Lines of text across the card, slanting upwards: `y` is the first one's, in the middle."""

    y: int
    lines: tuple[str, ...]
    size: int
    fill: str
    opacity: float
    angle: int


Shape = Box | Ring | Text | Cells | Code | Photo | Stamp


@cache
def font(weight: Weight, size: int) -> FreeTypeFont:
    """Return the font: it has every Vietnamese letter, which Pillow's own has not."""
    file = files("font_source_sans_pro") / "files" / f"SourceSansPro-{weight}.ttf"
    return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)


def fitted(text: Text, width: int) -> Text:
    """Return the line, made smaller until it is no wider than `width`."""
    size = text.size
    while size > _SMALLEST and font(text.weight, size).getlength(text.text) > width:
        size -= 1
    return Text(text.x, text.y, text.text, size, text.weight, text.fill, text.anchor)


def paragraph(text: Text, width: int, most: int, leading: int) -> Iterator[Text]:
    """Give the text in `most` lines at most, smaller if it takes more; `leading` is between them.

    What does not fit even in the smallest letters is cut, which an ellipsis tells.
    """
    for size in range(text.size, _SMALLEST - 1, -1):
        lines = _wrapped(text.text, text.weight, size, width)
        if len(lines) <= most:
            break
    else:
        size = _SMALLEST
        lines = [*lines[: most - 1], f"{lines[most - 1]} …"]
    for number, line in enumerate(lines):
        shown = Text(text.x, text.y + number * leading, line, size, text.weight, text.fill)
        yield fitted(shown, width)


def clean(text: str) -> str:
    """Return the text composed and without control characters, as a card can show it."""
    composed = unicodedata.normalize("NFC", text)
    return "".join(one for one in composed if unicodedata.category(one)[0] != "C")


def code(text: str, x: int, y: int, side: int) -> Code:
    """Return a QR code (byte mode, level M) that is no wider than `side`, border included."""
    made = segno.make(text, error="m", mode="byte", encoding="utf-8", eci=False, micro=False)
    rows = tuple(bytes(row) for row in made.matrix_iter(border=_QUIET))
    scale = max(side // len(rows), 1)
    return Code(x, y, scale, rows)


def _wrapped(text: str, weight: Weight, size: int, width: int) -> Sequence[str]:
    measure = font(weight, size).getlength
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if measure(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
