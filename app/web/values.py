"""How a page writes a value of somebody's record: as a line of text, in the person's language."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from app.exchange import disclosing
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
    line = _line(value)
    if line is None:
        return None
    if field in _WORDS:
        words = _WORDS[field].get(line)
        return line if words is None else getattr(words, language)
    if language == "vi" and _is_date(field):
        return dates.parse(line).vietnamese()
    return line


def _is_date(field: str) -> bool:
    """Whether a field is a date; that of birth is text, as it may not be known whole."""
    return field == "birth_date" or disclosing.CATALOGUE[field].type is dt.date


def _line(value: Any) -> str | None:
    if value in (None, [], {}, ""):
        return None
    if isinstance(value, list):
        return "; ".join(filter(None, map(_line, value)))
    if isinstance(value, dict):
        return next((_line(value[name]) for name in _TELLING if name in value), None)
    return str(value)
