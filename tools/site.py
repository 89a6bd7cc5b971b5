"""Writes the guide as a site of plain files: `make site`; any web server can give it out.

The pages are those of `/docs/guide`, without a world: they find each other by relative addresses,
so that the folder can lie anywhere.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.web import documents

_ASSETS = Path(documents.__file__).parent / "static"
_NEEDED = (
    *("style.css", "console.css", "guide.css", "copying.js"),
    *("icon.svg", "seal.svg", "sans-400.woff2", "sans-600.woff2", "sans-LICENSE.txt"),
)


def write(folder: Path) -> None:
    """Write the site into a folder, over what is there of it."""
    template = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template("site.html")
    (folder / "assets").mkdir(parents=True, exist_ok=True)
    for name in _NEEDED:
        shutil.copyfile(_ASSETS / name, folder / "assets" / name)
    for name in documents.names():
        document = documents.find(name)
        if document is not None:
            page = folder / f"{name}.html"
            page.parent.mkdir(exist_ok=True)
            told = {"document": document, "groups": documents.groups(), "up": _up(name)}
            shown = documents.show(document, _frame(_up(name)))
            page.write_text(template.render(told, shown=shown), encoding="utf-8")
    (folder / "index.html").write_text(
        '<!doctype html><meta charset="utf-8"><title>dancu</title>'
        '<meta http-equiv="refresh" content="0; url=tour.html"><a href="tour.html">dancu</a>\n',
        encoding="utf-8",
    )


def _up(name: str) -> str:
    """Return what leads from a document's page to the root of the site."""
    return "../" * name.count("/")


def _frame(up: str) -> documents.Frame:
    return documents.Frame(where=lambda name: f"{up}{name}.html", copy="Copy", copied="Copied")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
