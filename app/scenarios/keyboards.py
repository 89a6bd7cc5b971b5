"""What a Vietnamese word looks like when no typing method was on, or its bytes were misread."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_CIRCUMFLEX, _BREVE, _HORN = "\u0302", "\u0306", "\u031b"
_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
#: Which keys write a mark after its letter, and a tone at the end of its word.
_TELEX_TONES = {_GRAVE: "f", _ACUTE: "s", _HOOK: "r", _TILDE: "x", _DOT: "j"}
_VNI_MARKS = {_CIRCUMFLEX: "6", _HORN: "7", _BREVE: "8"}
_VNI_TONES = {_ACUTE: "1", _GRAVE: "2", _HOOK: "3", _TILDE: "4", _DOT: "5"}


def telex(word: str) -> str:
    """Return the keys that write a word by Telex: `Nguyễn` is `Nguyeenx`."""
    return _keys(word, _telex_mark, _TELEX_TONES, "d")


def vni(word: str) -> str:
    """Return the keys that write a word by VNI: `Nguyễn` is `Nguye6n4`."""
    return _keys(word, lambda mark, _: _VNI_MARKS[mark], _VNI_TONES, "9")


def without_diacritics(word: str) -> str:
    """Return a word without any mark; the stroke of Đ stays."""
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


def without_stroke(word: str) -> str:
    """Return a word whose Đ is D; other marks stay."""
    return word.replace("Đ", "D").replace("đ", "d")


def misread(word: str) -> str:
    """Return a word whose UTF-8 was read as Windows-1252: `Đỗ` is `Äá»—`, as far as that goes."""
    return word.encode().decode("cp1252", errors="ignore")


def _telex_mark(mark: str, letter: str) -> str:
    return letter.lower() if mark == _CIRCUMFLEX else "w"


def _keys(
    word: str, mark_key: Callable[[str, str], str], tones: dict[str, str], stroke: str
) -> str:
    keys, tone, letter = [], "", ""
    for each in unicodedata.normalize("NFD", word):
        if each in tones:
            tone = tones[each]
        elif each in _VNI_MARKS:
            keys.append(mark_key(each, letter))
        else:
            letter = each
            keys.append({"Đ": f"D{stroke}", "đ": f"d{stroke}"}.get(each, each))
    return "".join(keys) + tone
