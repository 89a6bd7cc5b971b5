"""The languages of the pages: English as it stands in the code, Vietnamese from the catalogue.

A text is written in English where it is shown, in a template as `_("Sign in")`, and translated by
`catalogue/vi.po`, which is read when the first Vietnamese page is asked for. `N_` marks a text
that stands in a declaration and is translated where it is shown. `make words` puts new texts into
the catalogue and takes out those that nobody shows; a test says what is not translated.
"""

from __future__ import annotations

import io
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

from app.platform.errors import Language

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
CATALOGUE: Final = Path(__file__).parent / "catalogue" / "vi.po"
#: What each language calls itself.
OWN_NAMES: Final[Mapping[Language, str]] = {"vi": "Tiếng Việt", "en": "English"}


def N_(text: str) -> str:  # noqa: N802 - gettext's name for a mark
    """Mark a text for the catalogue."""
    return text


def translate(text: str, language: Language) -> str:
    """Return a text in one of the languages."""
    return translations(language).gettext(text)


@cache
def translations(language: Language) -> NullTranslations:
    """Return what translates the texts of pages into a language."""
    if language == "en":
        return NullTranslations()
    from babel.messages import mofile, pofile  # noqa: PLC0415 - who serves no pages needs none

    with CATALOGUE.open("rb") as file:
        catalogue = pofile.read_po(file, locale=language)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
