"""The machine-readable zone of a card: three lines of thirty characters (ICAO 9303-5, TD1).

Layout of the Vietnamese card, checked against a public sample: the document number is the last
nine digits of the personal number, which stands whole in the optional data that follows it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.matching.folding import APOSTROPHES, fold

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from app.matching.dates import PartialDate

WIDTH: Final = 30
LINES: Final = 3
STATE: Final = "VNM"
TYPE: Final = "ID"
#: What stands for "no expiry", as seen on a public sample; its check digit is 5.
NO_EXPIRY: Final = "991231"
_FILLER: Final = "<"
_WEIGHTS: Final = (7, 3, 1)
_VALUES: Final = {
    character: value for value, character in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
} | {_FILLER: 0}
_NO_APOSTROPHES: Final = dict.fromkeys(map(ord, APOSTROPHES))


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the zone tells: `number` has 12 digits, `expires_on` is None for "no expiry".

    `surname` may be empty: some peoples have none (9303-3 §4.6: then the name stands alone).
    """

    number: str
    surname: str
    given_names: str
    birth: PartialDate
    sex: str
    expires_on: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What was read from a zone, and which of its check digits are wrong.

    Years have two digits and are left so. `birth` and `expiry` are YYMMDD as they stand.
    """

    document_number: str
    number: str
    surname: str
    given_names: str
    birth: str
    sex: str
    expiry: str
    nationality: str
    wrong_checks: tuple[str, ...]


def td1(document: Document) -> tuple[str, str, str]:
    """Write the three lines. ValueError if the number does not have 12 digits."""
    number = document.number
    if len(number) != 12 or not (number.isascii() and number.isdigit()):
        raise ValueError("a personal number has 12 digits")
    optional = f"{number}<<"
    first = TYPE + STATE + _checked(number[3:]) + _checked(optional)
    expires = document.expires_on
    dates = (
        _checked(_birth(document.birth)),
        _checked(NO_EXPIRY if expires is None else f"{expires:%y%m%d}"),
    )
    sex = document.sex if document.sex in {"M", "F"} else _FILLER
    second = dates[0] + sex + dates[1] + STATE + _FILLER * 11
    composite = first[5:] + dates[0] + dates[1] + second[18:29]
    return (
        first,
        second + check_digit(composite),
        names(document.surname, document.given_names),
    )


def parse(lines: Sequence[str]) -> Parsed:
    """Read a zone, whether its check digits are right or not.

    ValueError, with a message that may be shown, for what is not one of this layout.
    """
    if len(lines) != LINES or any(len(line) != WIDTH for line in lines):
        raise ValueError("A zone has three lines of 30 characters.")
    if any(character not in _VALUES for line in lines for character in line):
        raise ValueError("A zone is made of A-Z, 0-9 and <.")
    first, second, third = lines
    if first[:5] != TYPE + STATE:
        raise ValueError("The zone is not of a Vietnamese identity card.")
    surname, _, given = third.rstrip(_FILLER).partition("<<")
    return Parsed(
        document_number=first[5:14].rstrip(_FILLER),
        number=first[15:29].rstrip(_FILLER),
        surname=surname.replace(_FILLER, " "),
        given_names=given.replace(_FILLER, " "),
        birth=second[:6],
        sex=second[7],
        expiry=second[8:14],
        nationality=second[15:18],
        wrong_checks=tuple(
            name
            for name, (text, digit) in _checks(first, second).items()
            if check_digit(text) != digit
        ),
    )


def check_digit(text: str) -> str:
    """Return the check digit of 9303-3 §4.9: weights 7, 3, 1, modulo 10. KeyError for others."""
    weighted = zip(text, itertools.cycle(_WEIGHTS), strict=False)
    return str(sum(_VALUES[character] * weight for character, weight in weighted) % 10)


def transliterate(text: str) -> str:
    """Write a name in A-Z and fillers: marks off, Đ as D, apostrophes left out (9303-3 §4.6).

    Vietnamese needs no more; letters of other scripts, which have no place here, are left out.
    """
    words = fold(text.translate(_NO_APOSTROPHES)).split()
    kept = ("".join(filter(_VALUES.__contains__, word)) for word in words)
    return _FILLER.join(filter(None, kept))


def names(surname: str, given_names: str) -> str:
    """Return the third line: `SURNAME<<MIDDLE<GIVEN`, or the name alone where there is no surname.

    What is too long loses letters at the end of its longest parts, so that each keeps one and the
    last position has a letter (9303-3 §4.6, 9303-5 §4.2.3).
    """
    parts = [transliterate(part).split(_FILLER) for part in (surname, given_names)]
    present = [[word for word in words if word] for words in parts]
    present = [words for words in present if words]
    while len(_joined(present)) > WIDTH:
        words = max(
            (words for words in present), key=lambda words: max(len(word) for word in words)
        )
        longest = max(range(len(words)), key=lambda place: len(words[place]))
        if len(words[longest]) == 1:
            return _joined(present)[:WIDTH]
        words[longest] = words[longest][:-1]
    return _joined(present).ljust(WIDTH, _FILLER)


def _joined(parts: Sequence[Sequence[str]]) -> str:
    return "<<".join(_FILLER.join(words) for words in parts)


def _birth(birth: PartialDate) -> str:
    """Write YYMMDD; what is not known is `<<` (9303-3 §4.8)."""
    known = (f"{part:02}" if part else "<<" for part in (birth.month, birth.day))
    return f"{birth.year % 100:02}" + "".join(known)


def _checked(text: str) -> str:
    return text + check_digit(text)


def _checks(first: str, second: str) -> dict[str, tuple[str, str]]:
    return {
        "document_number": (first[5:14], first[14]),
        "number": (first[15:29], first[29]),
        "birth": (second[:6], second[6]),
        "expiry": (second[8:14], second[14]),
        "composite": (first[5:] + second[:7] + second[8:15] + second[18:29], second[29]),
    }
