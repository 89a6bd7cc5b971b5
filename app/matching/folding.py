"""Folding: one text in many spellings becomes one key, Vietnamese first, any Unicode safely."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

# The look-alikes are the point of these two lists.
APOSTROPHES = "'`´‘’‛ʹʻʼˈ′＇"  # noqa: RUF001 - look-alikes on purpose
HYPHENS = "-‐‑‒–—―−﹣－"  # noqa: RUF001 - look-alikes on purpose

# Letters whose stroke is part of the letter, so that no decomposition takes it off. Eth and
# African D look like Đ: Windows-1258 text that was read as Latin-1 has Eth in its place. Ƀ is a
# letter of Ê Đê and Gia Rai.
_STROKED = {
    **dict.fromkeys("ĐđÐðƉɖ", "D"),
    **dict.fromkeys("ɃƀƁɓ", "B"),
    **dict.fromkeys("Łł", "L"),
    **dict.fromkeys("Øø", "O"),
    **dict.fromkeys("Ħħ", "H"),
    **dict.fromkeys("Ŧŧ", "T"),
    **dict.fromkeys("Ææ", "AE"),
    **dict.fromkeys("Œœ", "OE"),
    **dict.fromkeys("Þþ", "TH"),
}
_VARIATION_SELECTOR = re.compile("[\u034f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_REPLACEMENT = "\ufffd"

TONES = "\u0300\u0301\u0303\u0309\u0323"
"""The five tone marks, as combining characters: grave, acute, tilde, hook above, dot below."""

_VOWELS = re.compile(f"[AEIOUY\u0302\u0306\u031b{TONES}]+")  # with circumflex, breve, horn
_SIGNS = str.maketrans(
    dict.fromkeys(APOSTROPHES, "'")
    | dict.fromkeys(HYPHENS, "-")
    | dict.fromkeys("ÐƉ", "Đ")
    | dict.fromkeys("ðɖ", "đ")
)


def fold(text: str) -> str:
    """Return the search form of a text: upper case, no marks, words divided by single spaces.

    Đ becomes D; apostrophes, hyphens, dots and all other punctuation divide words (`H'Hoa` gives
    `H HOA`, `Niê-Kdăm` gives `NIE KDAM`). Vietnamese comes out as ASCII; other scripts keep their
    letters, without accents. Equal for texts that Unicode calls equivalent, and idempotent. Never
    fails: half a surrogate pair becomes U+FFFD, so that the result can always be encoded. The work
    grows with the length only.
    """
    return " ".join(filter(None, map(_folded_word, text.split())))


def spelled(text: str) -> str:
    """Return the form in which two writings of one spelling are equal.

    Takes away what is typing and not spelling: case, Unicode form, spaces, look-alikes of the
    apostrophe, the hyphen and Đ, and which of neighbouring vowels carries the tone (`Hoà` and
    `Hòa`, `Thuỷ` and `Thủy`). Keeps every mark and sign. For comparing, not for showing.
    """
    return " ".join(filter(None, map(_spelled_word, text.split())))


def fold_character(character: str) -> str:
    """Return what one character adds to a fold: letters, a space where it divides, or nothing."""
    folded = "".join(map(_fold_part, unicodedata.normalize("NFKD", character)))
    # What a character stands for can be small, a sign or a compound in turn: until it stays.
    return folded if folded == character else "".join(map(fold_character, folded))


def _fold_part(part: str) -> str:
    stroked = _STROKED.get(part)
    if stroked is not None:
        return stroked
    category = unicodedata.category(part)
    if category == "Cs":
        return _REPLACEMENT
    # Marks that canonical ordering moves are dropped; vowel signs of other scripts stay.
    if unicodedata.combining(part) or category == "Cf" or _VARIATION_SELECTOR.match(part):
        return ""
    if category == "Cc" or category[0] in "ZP" or part in APOSTROPHES or part in HYPHENS:
        return " "
    return part.upper()


def _fold_word(word: str) -> str:
    if word.isascii() and word.isalnum():
        return word.upper()
    return " ".join("".join(map(fold_character, word)).split())


def _spell_word(word: str) -> str:
    if word.isascii() and word.isalnum():
        return word.upper()
    marked = unicodedata.normalize("NFKD", word.translate(_SIGNS)).upper()
    shown = "".join(c for c in marked if unicodedata.category(c) != "Cf")
    return _VOWELS.sub(_tone_last, shown)


def _tone_last(vowels: re.Match[str]) -> str:
    return "".join(sorted(vowels[0], key=TONES.find))


class _WordMemo(dict[str, str]):
    """Remembers what a function made of short words: a country's names use a few thousand.

    A dict and not `lru_cache`, because a hit then runs without a Python call. Bounded, since the
    words come from strangers: long ones are not kept, and a full memo starts again.
    """

    LONGEST_WORD = 24
    MOST_WORDS = 16_384

    def __init__(self, function: Callable[[str], str]) -> None:
        self._function = function

    def __missing__(self, word: str) -> str:
        made = self._function(word)
        if len(word) <= self.LONGEST_WORD:
            if len(self) >= self.MOST_WORDS:
                self.clear()
            self[word] = made
        return made


_folded_word = _WordMemo(_fold_word).__getitem__
_spelled_word = _WordMemo(_spell_word).__getitem__
