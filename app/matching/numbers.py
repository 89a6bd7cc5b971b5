"""Identity numbers: the personal number (12 digits), the old one (9), and what digits say."""

from __future__ import annotations

import re
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    import datetime as dt

    from app.matching.dates import PartialDate

PinStyle = Literal["realistic", "reserved"]

# Circular 07/2016/TT-BCA, Appendix I: the GSO codes of Decision 124/2004. The 34 provinces of July
# 2025 keep codes of this list, and a number never changes with its province.
# fmt: off
PROVINCES = frozenset((
    "01", "02", "04", "06", "08", "10", "11", "12", "14", "15", "17", "19", "20", "22", "24",
    "25", "26", "27", "30", "31", "33", "34", "35", "36", "37", "38", "40", "42", "44", "45",
    "46", "48", "49", "51", "52", "54", "56", "58", "60", "62", "64", "66", "67", "68", "70",
    "72", "74", "75", "77", "79", "80", "82", "83", "84", "86", "87", "89", "91", "92", "93",
    "94", "95", "96",
))
# fmt: on
"""The 63 two-digit province codes that personal numbers carry."""

STYLES: dict[str, PinStyle] = {"0": "realistic", "9": "reserved"}
"""First digits: real numbers start with 0; 9 is nobody's, as far as published tables show."""

_PERSONAL = re.compile(r"\d{12}", re.ASCII)
_OLD = re.compile(r"\d{9}", re.ASCII)


@unique
class NumberKind(StrEnum):
    """What a string of digits can be."""

    PERSONAL = "personal"
    OLD = "old"


@unique
class StructureWarning(StrEnum):
    """What in a personal number does not fit; never proof that the number is invalid."""

    PREFIX_UNASSIGNED = "prefix_unassigned"
    CENTURY_NOT_REACHED = "century_not_reached"
    YEAR_IN_FUTURE = "year_in_future"
    SEX_DIFFERS = "sex_differs"
    CENTURY_DIFFERS = "century_differs"
    YEAR_DIFFERS = "year_differs"


class NumberParts(NamedTuple):
    """A personal number taken apart (Decree 137/2015, Art 13).

    `province` is the two-digit code where the birth was registered; it and `style` are None where
    the prefix is no province's (the prefixes of births registered abroad are not published).
    `century` is its first year, 1900 or later.
    """

    prefix: str
    province: str | None
    sex: Literal["M", "F"]
    century: int
    year2: int
    serial: str
    style: PinStyle | None

    @property
    def birth_year(self) -> int:
        """The year of birth the number states."""
        return self.century + self.year2


def is_personal_number(text: str) -> bool:
    """Whether the text is 12 ASCII digits, all that the Law on Identity 2023, Art 12, says."""
    return _PERSONAL.fullmatch(text) is not None


def is_old_number(text: str) -> bool:
    """Whether the text is 9 ASCII digits. Old numbers have no check digit."""
    return _OLD.fullmatch(text) is not None


def classify(text: str) -> NumberKind | None:
    """Return what kind of number the text can be, or None."""
    if is_personal_number(text):
        return NumberKind.PERSONAL
    return NumberKind.OLD if is_old_number(text) else None


def parse(pin: str) -> NumberParts:
    """Take a personal number apart: `PPP G YY RRRRRR` (Decree 137/2015, Art 13), no check digit.

    Raises ValueError if it is not 12 digits; every 12 digits can be taken apart.
    """
    if not is_personal_number(pin):
        raise ValueError("A personal number is 12 digits.")
    style = STYLES.get(pin[0]) if pin[1:3] in PROVINCES else None
    century_and_sex = int(pin[3])
    return NumberParts(
        prefix=pin[:3],
        province=None if style is None else pin[1:3],
        sex="F" if century_and_sex % 2 else "M",
        century=1900 + 100 * (century_and_sex // 2),
        year2=int(pin[4:6]),
        serial=pin[6:],
        style=style,
    )


def compose(
    province: str,
    sex: Literal["M", "F"],
    birth_year: int,
    serial: int,
    style: PinStyle = "reserved",
) -> str:
    """Return the personal number of these parts, the inverse of `parse`.

    Raises ValueError for a province outside `PROVINCES`, a year outside 1900–2399 or a serial of
    more than six digits.
    """
    if province not in PROVINCES:
        raise ValueError("The province is not one of the 63 codes.")
    if not 1900 <= birth_year <= 2399:
        raise ValueError("Personal numbers state birth years from 1900 to 2399.")
    if not 0 <= serial <= 999_999:
        raise ValueError("The serial has six digits.")
    first = "0" if style == "realistic" else "9"
    century_and_sex = (birth_year // 100 - 19) * 2 + (sex == "F")
    return f"{first}{province}{century_and_sex}{birth_year % 100:02d}{serial:06d}"


def structure_warnings(
    pin: str, birth_date: PartialDate | None, sex: str | None, today: dt.date
) -> list[StructureWarning]:
    """Return what in a personal number contradicts its holder or the code tables.

    The circular that published the structure lapsed on 1 July 2024, and a holder's sex or birth
    year can have been corrected: a warning is a reason to look, not to refuse. An unknown sex
    (None, `U`) and an unknown birth date are not compared. Raises ValueError if the number is not
    12 digits.
    """
    parts = parse(pin)
    warnings: list[StructureWarning] = []
    if parts.province is None:
        warnings.append(StructureWarning.PREFIX_UNASSIGNED)
    if parts.century > today.year:
        warnings.append(StructureWarning.CENTURY_NOT_REACHED)
    elif parts.birth_year > today.year:
        warnings.append(StructureWarning.YEAR_IN_FUTURE)
    if sex in {"M", "F"} and sex != parts.sex:
        warnings.append(StructureWarning.SEX_DIFFERS)
    if birth_date is not None:
        if birth_date.year // 100 * 100 != parts.century:
            warnings.append(StructureWarning.CENTURY_DIFFERS)
        if birth_date.year % 100 != parts.year2:
            warnings.append(StructureWarning.YEAR_DIFFERS)
    return warnings
