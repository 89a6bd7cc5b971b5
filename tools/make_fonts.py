"""Cut the pages' fonts out of Source Sans Pro: what Vietnamese and English need, and no more.

`python -m tools.make_fonts` writes `app/web/static/sans-{400,600}.woff2`. The cut has a name of
its own, as the licence (SIL OFL 1.1, beside them) asks of whatever is changed.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

import font_source_sans_pro
from fontTools import subset
from fontTools.ttLib import TTFont

NAME: Final = "Dancu Sans"
_TO: Final = Path(__file__).parents[1] / "app" / "web" / "static"
_FROM: Final = Path(font_source_sans_pro.__file__).parent / "files"
_WEIGHTS: Final = {"400": "SourceSansPro-Regular.ttf", "600": "SourceSansPro-Semibold.ttf"}
#: Latin with every Vietnamese letter, the marks of writing, money, arrows and mathematics.
_RANGES: Final = (
    (0x20, 0x7E),
    (0xA0, 0xFF),
    (0x102, 0x103),
    (0x110, 0x111),
    (0x128, 0x129),
    (0x168, 0x169),
    (0x1A0, 0x1A1),
    (0x1AF, 0x1B0),
    (0x300, 0x303),
    (0x309, 0x309),
    (0x323, 0x323),
    (0x1EA0, 0x1EF9),
    (0x2010, 0x2026),
    (0x20AB, 0x20AB),
    (0x2190, 0x2193),
    (0x2212, 0x2212),
    (0x2264, 0x2265),
)
#: Records of the name table that say what the font is called (OpenType, `name`, name IDs).
_NAMES: Final = {1: NAME, 3: NAME, 4: NAME, 6: NAME.replace(" ", ""), 16: NAME}


def cut(source: Path, target: Path) -> None:
    """Write the part of a font that the pages need."""
    options = subset.Options(flavor="woff2", layout_features=["kern", "mark", "mkmk", "ccmp"])
    options.layout_features += ["liga", "tnum", "lnum"]
    options.name_IDs = ["*"]
    font = TTFont(source)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[code for first, last in _RANGES for code in range(first, last + 1)])
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID in _NAMES:
            record.string = _NAMES[record.nameID]
    font.flavor = "woff2"
    font.save(target)


if __name__ == "__main__":
    for weight, file in _WEIGHTS.items():
        cut(_FROM / file, _TO / f"sans-{weight}.woff2")
        print(f"sans-{weight}.woff2", (_TO / f"sans-{weight}.woff2").stat().st_size)
    shutil.copyfile(_FROM / "LICENSE.txt", _TO / "sans-LICENSE.txt")
