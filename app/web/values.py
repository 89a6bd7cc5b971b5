"""How a page writes a value of somebody's record: as a line of text, in the person's language."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from app.exchange import consent_law, disclosing
from app.exchange.presets import preset
from app.matching import dates
from app.registry import codes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.platform.errors import Language
    from app.registry.codes import Words

#: What stands for the whole of a value with several members, the first that there is.
_TELLING: Final = ("place", "text", "name", "full_name", "number", "pin")
_WORDS: Final[Mapping[str, Mapping[str, Words]]] = {
    "sex": codes.SEX_WORDS,
    "marital_status": codes.MARITAL_WORDS,
    "state": codes.STATE_WORDS,
}


def written(field: str, value: Any, language: Language) -> str | None:
    """Write the value of a field of the catalogue; None for what is not on record.

    A date is written as each language has it: 03/09/1990, 1990-09-03, or what is known of it.
    """
    line = in_line(value)
    if line is None:
        return None
    if field in _WORDS:
        words = _WORDS[field].get(line)
        return line if words is None else getattr(words, language)
    if language == "vi" and _is_date(field):
        return dates.parse(line).vietnamese()
    return line


def label(name: str, language: Language) -> str:
    """Return the words for a field that agencies may ask for; its name where it has none."""
    field = consent_law.CONSENTED.get(name)
    return name if field is None else str(getattr(field, f"label_{language}"))


def purpose(name: str, language: Language) -> str:
    """Return the words for a purpose; its name where it has none."""
    known = preset.purposes().get(name)
    return name if known is None else str(getattr(known, f"title_{language}"))


def _is_date(field: str) -> bool:
    """Whether a field is a date; that of birth is text, as it may not be known whole."""
    return field == "birth_date" or disclosing.CATALOGUE[field].type is dt.date


def in_line(value: Any) -> str | None:
    """Write any value as a line of text; None for nothing."""
    if value in (None, [], {}, ""):
        return None
    if isinstance(value, list):
        return "; ".join(filter(None, map(in_line, value)))
    if isinstance(value, dict):
        return next((in_line(value[name]) for name in _TELLING if name in value), None)
    return str(value)
