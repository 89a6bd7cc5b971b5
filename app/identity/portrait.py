"""Portraits: a face drawn from a few bytes, plainly a cartoon, and the same each time.

Nobody is depicted. Sex and age change hair, its colour and a few lines; everything else is drawn
from the seed, so that one person's cards of several years show one face.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Sequence

Colour = tuple[int, int, int]

#: Pixels of a portrait, 3 to 4 as ICAO 9303-10 and ISO 19794-5 have it.
SIZE: Final = (360, 480)
#: Drawn twice as large and made smaller: ImageDraw has no smooth edges of its own.
_SCALE: Final = 2
_QUALITY: Final = 88
_GREY_FROM, _OLD_FROM, _CHILD_UNTIL = 48, 60, 13

_SKINS: Final[Sequence[Colour]] = (
    (246, 214, 182), (240, 202, 165), (232, 190, 150), (222, 176, 136), (208, 160, 120),
)  # fmt: skip
_HAIRS: Final[Sequence[Colour]] = ((28, 24, 24), (38, 30, 28), (52, 38, 32), (66, 46, 36))
_GREYS: Final[Sequence[Colour]] = ((120, 118, 118), (160, 158, 156), (205, 203, 200))
_CLOTHES: Final[Sequence[Colour]] = (
    (52, 84, 132), (70, 110, 96), (132, 66, 72), (92, 84, 120), (150, 118, 70), (60, 66, 78),
)  # fmt: skip
_BACKDROP: Final[Colour] = (214, 230, 240)
_WHITE: Final[Colour] = (252, 252, 252)
_INK: Final[Colour] = (44, 36, 36)


@dataclass(frozen=True, slots=True)
class _Traits:
    """What the seed, the sex and the age decide."""

    skin: Colour
    hair: Colour
    clothes: Colour
    width: int
    jaw: int
    eyes: int
    brows: int
    nose: int
    mouth: int
    style: int
    long_hair: bool
    glasses: bool
    lines: bool


def draw(seed: bytes, sex: str, age: int) -> Image.Image:
    """Return the portrait: RGB, `SIZE` pixels. `sex` is M, F or U, `age` in whole years."""
    found = _traits(sha256(seed).digest(), sex, age)
    image = Image.new("RGB", (SIZE[0] * _SCALE, SIZE[1] * _SCALE), _BACKDROP)
    pen = _Pen(ImageDraw.Draw(image))
    _draw_back_hair(pen, found)
    _draw_body(pen, found)
    _draw_head(pen, found)
    _draw_hair(pen, found)
    _draw_face(pen, found)
    return image.resize(SIZE, Image.Resampling.BOX)


@lru_cache(maxsize=64)
def jpeg(seed: bytes, sex: str, age: int) -> bytes:
    """Return the portrait as a JPEG file, some 10 kB; the same bytes each time."""
    file = io.BytesIO()
    draw(seed, sex, age).save(file, "JPEG", quality=_QUALITY, optimize=True)
    return file.getvalue()


def _traits(bits: bytes, sex: str, age: int) -> _Traits:
    hair = _HAIRS[bits[1] % len(_HAIRS)]
    if age >= _GREY_FROM + bits[2] % 15:
        hair = _GREYS[min((age - _GREY_FROM) // 12, len(_GREYS) - 1)]
    is_child = age < _CHILD_UNTIL
    return _Traits(
        skin=_SKINS[bits[0] % len(_SKINS)],
        hair=hair,
        clothes=_CLOTHES[bits[3] % len(_CLOTHES)],
        width=(92 if is_child else 88) + bits[4] % 16,
        jaw=(4 if is_child else 16) + bits[5] % 18,
        eyes=(9 if is_child else 7) + bits[6] % 3,
        brows=bits[7] % 7,
        nose=(6 if is_child else 12) + bits[8] % 8,
        mouth=22 + bits[9] % 16,
        style=bits[10] % 4,
        long_hair=sex == "F" or (sex == "U" and bits[11] % 2 == 0),
        glasses=age >= _CHILD_UNTIL and bits[12] % 4 == 0,
        lines=age >= _OLD_FROM,
    )


class _Pen:
    """Draws in the portrait's own pixels, whatever the scale."""

    def __init__(self, canvas: ImageDraw.ImageDraw) -> None:
        self._canvas = canvas

    def oval(self, box: Sequence[float], fill: Colour | None, line: int = 0) -> None:
        """An ellipse within left, top, right, bottom; an outline only without `fill`."""
        outline = _INK if line else None
        self._canvas.ellipse(_scaled(box), fill=fill, outline=outline, width=line * _SCALE)

    def shape(self, points: Sequence[float], fill: Colour) -> None:
        """A polygon."""
        self._canvas.polygon(_scaled(points), fill=fill)

    def line(self, points: Sequence[float], width: int, colour: Colour = _INK) -> None:
        """A line through points."""
        self._canvas.line(_scaled(points), fill=colour, width=width * _SCALE, joint="curve")

    def arc(self, box: Sequence[float], start: int, end: int, width: int) -> None:
        """A part of an ellipse's line, between two angles clockwise from three o'clock."""
        self._canvas.arc(_scaled(box), start, end, fill=_INK, width=width * _SCALE)

    def slice(self, box: Sequence[float], start: int, end: int, fill: Colour) -> None:
        """A part of an ellipse, cut off straight."""
        self._canvas.chord(_scaled(box), start, end, fill=fill)


def _scaled(numbers: Sequence[float]) -> list[float]:
    return [number * _SCALE for number in numbers]


def _draw_back_hair(pen: _Pen, found: _Traits) -> None:
    if not found.long_hair:
        return
    wide, low = found.width + 20, (330, 372, 300, 410)[found.style]
    pen.oval((180 - wide, 82, 180 + wide, 300), found.hair)
    pen.shape((180 - wide, 190, 180 + wide, 190, 176 + wide, low, 184 - wide, low), found.hair)


def _draw_body(pen: _Pen, found: _Traits) -> None:
    dark = _darker(found.skin)
    pen.shape((146, 300, 214, 300, 220, 410, 140, 410), dark)
    pen.slice((20, 366, 340, 640), 180, 360, found.clothes)
    if found.style % 2:
        pen.shape((140, 372, 180, 440, 220, 372, 236, 384, 180, 470, 124, 384), _WHITE)
    else:
        pen.oval((138, 352, 222, 398), dark)


def _draw_head(pen: _Pen, found: _Traits) -> None:
    wide = found.width
    for side in () if found.long_hair else (-1, 1):
        at = 180 + side * wide
        pen.oval((at - 15, 196, at + 15, 250), _darker(found.skin))
    pen.oval((180 - wide, 96, 180 + wide, 300), found.skin)
    chin = wide - found.jaw
    pen.oval((180 - chin, 170, 180 + chin, 346), found.skin)


def _draw_hair(pen: _Pen, found: _Traits) -> None:
    wide = found.width + 8
    line = (140, 130, 148, 136)[found.style]
    pen.slice((180 - wide, 78, 180 + wide, 2 * line - 60), 180, 360, found.hair)
    if found.long_hair:
        inner = wide - 26
        for side in (-1, 1):
            edge, near = 180 + side * (wide + 4), 180 + side * inner
            pen.shape((180, 96, edge, 170, edge, 262, near, 214, 180 + side * 30, 136), found.hair)
    else:
        for side in (-1, 1):
            edge = 180 + side * wide
            pen.shape((edge, 140, edge - side * 18, 140, edge - side * 12, 208), found.hair)


def _draw_face(pen: _Pen, found: _Traits) -> None:
    for side in (-1, 1):
        _draw_eye(pen, found, 180 + side * 42, side)
    nose = found.nose
    pen.line((180, 214, 180 - nose / 2, 246, 180 + nose / 2, 250), 3, _darker(found.skin))
    half = found.mouth
    lip = (178, 92, 88)
    pen.slice((180 - half, 262, 180 + half, 294), 8, 172, lip)
    pen.line((180 - half, 280, 180 + half, 280), 3)
    if found.glasses:
        pen.line((164, 212, 196, 212), 4)
    if found.lines:
        for side in (-1, 1):
            pen.line((180 + side * 40, 252, 180 + side * 54, 284), 2, _darker(found.skin))
        pen.line((146, 168, 214, 168), 2, _darker(found.skin))
        pen.line((152, 178, 208, 178), 2, _darker(found.skin))


def _draw_eye(pen: _Pen, found: _Traits, at: int, side: int) -> None:
    half = found.eyes
    pen.oval((at - 20, 212 - half, at + 20, 212 + half), _WHITE)
    pen.oval((at - half, 212 - half, at + half, 212 + half), _INK)
    pen.oval((at - half / 2 + 2, 207, at - half / 2 + 6, 211), _WHITE)
    pen.arc((at - 22, 211 - half, at + 22, 215 + half), 195, 345, 3)
    inner, outer = at - side * 20, at + side * 24
    pen.line((inner, 192 - found.brows / 2, outer, 186 + found.brows / 2), 6, found.hair)
    if found.glasses:
        pen.oval((at - 32, 184, at + 32, 240), None, 4)


def _darker(colour: Colour) -> Colour:
    red, green, blue = (int(part * 0.86) for part in colour)
    return red, green, blue
