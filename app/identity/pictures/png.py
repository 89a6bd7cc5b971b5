"""Pictures as PNG: a scene drawn by Pillow."""

from __future__ import annotations

import io
import itertools
import struct
import zlib
from functools import lru_cache, singledispatch
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageColor, ImageDraw

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
    font,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_ANCHORS: Final = {"left": "ls", "centre": "ms", "right": "rs"}
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
#: 300 dots per inch, so that a printer gives the card its size.
_PER_METRE: Final = 11_811
_LEVEL: Final = 2


def draw(scene: Iterable[Shape]) -> bytes:
    """Return the picture as a PNG file."""
    shapes = tuple(scene)
    paper = tuple(itertools.takewhile(_is_paper, shapes))
    image = _printed(paper).copy()
    for shape in shapes[len(paper) :]:
        _put(shape, image)
    return _file(image)


def _file(image: Image.Image) -> bytes:
    """Return the file of an RGB picture (W3C PNG, Third Edition, §5 and §11), unfiltered.

    Pillow tries five filters on each line, which takes longer than everything else and makes the
    flat colours of a card no smaller.
    """
    pixels, line = image.tobytes(), 3 * image.width
    lines = (pixels[at : at + line] for at in range(0, len(pixels), line))
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", *image.size, 8, 2, 0, 0, 0)),
        (b"pHYs", struct.pack(">IIB", _PER_METRE, _PER_METRE, 1)),
        (b"IDAT", zlib.compress(b"\0" + b"\0".join(lines), _LEVEL)),
        (b"IEND", b""),
    )
    return _SIGNATURE + b"".join(
        b"%b%b%b%b" % (_word(len(data)), kind, data, _word(zlib.crc32(kind + data)))
        for kind, data in chunks
    )


def _word(number: int) -> bytes:
    return number.to_bytes(4, "big")


def _is_paper(shape: Shape) -> bool:
    return isinstance(shape, Box | Ring)


@lru_cache(maxsize=8)
def _printed(paper: tuple[Shape, ...]) -> Image.Image:
    """Return the picture that a scene begins with: it is that of every card of the form."""
    image = Image.new("RGB", SIZE, "#ffffff")
    for shape in paper:
        _put(shape, image)
    return image


@singledispatch
def _put(shape: object, image: Image.Image) -> None:
    raise TypeError(f"{shape} is no shape for {image}")


@_put.register
def _(shape: Box, image: Image.Image) -> None:
    edges = (shape.x, shape.y, shape.x + shape.width - 1, shape.y + shape.height - 1)
    fill = None if shape.fill == "none" else shape.fill
    ImageDraw.Draw(image).rounded_rectangle(edges, shape.radius, fill, shape.line, 2)


@_put.register
def _(shape: Ring, image: Image.Image) -> None:
    x, y, radius = shape.x, shape.y, shape.radius
    edges = (x - radius, y - radius, x + radius, y + radius)
    ImageDraw.Draw(image).ellipse(edges, outline=shape.line, width=shape.width)


@_put.register
def _(shape: Text, image: Image.Image) -> None:
    ImageDraw.Draw(image).text(
        (shape.x, shape.y),
        shape.text,
        shape.fill,
        font(shape.weight, shape.size),
        _ANCHORS[shape.anchor],
    )


@_put.register
def _(shape: Cells, image: Image.Image) -> None:
    pen, letters = ImageDraw.Draw(image), font("Semibold", shape.size)
    for number, character in enumerate(shape.text):
        middle = shape.x + number * shape.pitch + shape.pitch // 2
        pen.text((middle, shape.y), character, "#000000", letters, "ms")


@_put.register
def _(shape: Code, image: Image.Image) -> None:
    count = len(shape.rows)
    modules = bytes(0 if dark else 255 for row in shape.rows for dark in row)
    small = Image.frombytes("L", (count, count), modules)
    large = small.resize((shape.side, shape.side), Image.Resampling.NEAREST)
    image.paste(large, (shape.x, shape.y))


@_put.register
def _(shape: Photo, image: Image.Image) -> None:
    with Image.open(io.BytesIO(shape.jpeg)) as portrait:
        size = (shape.width, shape.height)
        image.paste(portrait.resize(size, Image.Resampling.BICUBIC), (shape.x, shape.y))


@_put.register
def _(shape: Stamp, image: Image.Image) -> None:
    ink, place = _slanting(shape)
    image.paste(ImageColor.getrgb(shape.fill), place, ink)


@lru_cache(maxsize=4)
def _slanting(stamp: Stamp) -> tuple[Image.Image, tuple[int, int]]:
    """Return the stamp's ink, how thick it is, and its place; every card has the same."""
    ink = Image.new("L", SIZE, 0)
    pen, letters = ImageDraw.Draw(ink), font("Bold", stamp.size)
    for number, line in enumerate(stamp.lines):
        place = (SIZE[0] // 2, stamp.y + number * stamp.size)
        pen.text(place, line, round(255 * stamp.opacity), letters, "ms")
    centre = (SIZE[0] // 2, stamp.y)
    turned = ink.rotate(stamp.angle, Image.Resampling.BICUBIC, center=centre)
    edges = turned.getbbox() or (0, 0, *SIZE)
    return turned.crop(edges), edges[:2]
