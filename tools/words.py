"""Bring the catalogue of the pages' words up to date: `make words`.

What the pages say is put in with its place empty, what nobody says any more is taken out; what was
translated stays. Says what is left to be translated, and ends with 1 if anything is.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Final

from babel.messages import extract, pofile
from babel.messages.catalog import Catalog

from app.web.languages import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PAGES: Final = CATALOGUE.parents[1]
_METHODS: Final = {"*.py": "python", "templates/*.html": "jinja2.ext:babel_extract"}
_CALLS: Final = {"_": None, "N_": None}
_WIDTH: Final = 99
_HEAD: Final = """\
# What the pages say, in Vietnamese; the English is what stands in templates and modules.
# `make words` puts in what is missing and takes out what is not said any more.
msgid ""
msgstr ""
"Language: vi\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"""


def said() -> set[str]:
    """Return every text that a template or a module of the pages marks for translation."""
    return set(_extracted())


def known() -> dict[str, str]:
    """Return the texts of the catalogue with their translations, empty where there is none."""
    with CATALOGUE.open("rb") as file:
        catalogue = pofile.read_po(file, locale="vi")
    return {str(each.id): str(each.string) for each in catalogue if each.id}


def write(texts: set[str], translated: dict[str, str]) -> None:
    """Write the catalogue: these texts, in their order, with what is known of each."""
    catalogue = Catalog(locale="vi")
    for text in sorted(texts):
        catalogue.add(text, translated.get(text, ""))
    written = io.BytesIO()
    pofile.write_po(written, catalogue, width=_WIDTH, omit_header=True)
    CATALOGUE.write_text(f"{_HEAD}\n{written.getvalue().decode().strip()}\n", encoding="utf-8")


def _extracted() -> Iterator[str]:
    for pattern, method in _METHODS.items():
        for path in sorted(_PAGES.rglob(pattern)):
            yield from _in(path, method)


def _in(path: Path, method: str) -> Iterator[str]:
    with path.open("rb") as file:
        for _line, text, _comments, _context in extract.extract(method, file, keywords=_CALLS):
            yield str(text)


if __name__ == "__main__":
    write(said(), known())
    missing = sorted(text for text, translation in known().items() if not translation)
    print("\n".join(missing))
    sys.exit(bool(missing))
