"""Tidying: text from outside becomes composed, trimmed and visible, or is refused."""

from __future__ import annotations

import re
import unicodedata

_PLAIN = re.compile("[ -~\u00a1-\u00ac\u00ae-\u024f\u1e00-\u1eff]*")  # visible, composed Latin
_REFUSED = {
    "Cc": "a control character",
    "Cs": "half a surrogate pair",
    "Co": "a private-use character",
    "Cn": "an unassigned character",
}
_MARKS_ON_A_LETTER = 4


class UntidyTextError(ValueError):
    """Text that is nobody's name or address; the message says why and quotes nothing of it."""


def tidy(text: str, *, longest: int = 200) -> str:
    """Return the text composed (NFC), trimmed, with single spaces, without invisible characters.

    Tabs and line ends count as spaces. Raises UntidyTextError for other controls (NUL among them),
    surrogates, private-use and unassigned characters, more than four marks on one letter, and more
    than `longest` characters.
    """
    if len(text) > longest * 8:  # long even if all of it were marks: refused before any work
        raise UntidyTextError(_too_long(longest))
    tidied = " ".join(text.split())
    if not _PLAIN.fullmatch(tidied):
        tidied = _visible(unicodedata.normalize("NFC", tidied))
    if len(tidied) > longest:
        raise UntidyTextError(_too_long(longest))
    return tidied


def _visible(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if category in _REFUSED:
            raise UntidyTextError(f"The text holds {_REFUSED[category]}; send letters and spaces.")
        if category == "Cf":
            continue
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > _MARKS_ON_A_LETTER:
            raise UntidyTextError("The text piles marks on one letter; send it as it is written.")
        kept.append(character)
    # Without the invisible characters, neighbours can compose and spaces can meet.
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def _too_long(longest: int) -> str:
    return f"The text is longer than {longest} characters; shorten it."
