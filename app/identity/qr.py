"""The text in a card's QR code: written for both forms, and read again from whoever scanned it.

| form | text, its fields divided by a bar |
|---|---|
| 2021 | number, old 9-digit number, full name, birth, sex, permanent residence, day of issue |
| 2024 | the same seven, then cancelled number, father, mother, and nothing |

The seven are confirmed by public readers. What the form of 2024 holds is in Circular 16/2024, its
order is not public: ours is a choice, named by `ORDERS`. Days are DDMMYYYY, a birth date with
parts unknown has zeros in their place.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.matching import dates

if TYPE_CHECKING:
    from app.identity.printed import Printed
    from app.matching.dates import PartialDate

#: The order of the fields by form; the first seven are common.
ORDERS: Final = {
    "2021": "number|old_number|full_name|birth|sex|residence|issued_on",
    "2024": "number|old_number|full_name|birth|sex|residence|issued_on"
    "|cancelled_number|father|mother|",
}
BAR: Final = "|"
COMMON: Final = 7
#: No text in a code of any card is longer; a QR code of version 40-M holds 2,331 bytes.
LONGEST: Final = 2_000
SEXES: Final = {"M": "Nam", "F": "Nữ", "U": ""}
_CODES: Final = {"nam": "M", "nữ": "F", "nu": "F", "": "U"}
_NUMBER: Final = re.compile("[0-9]{12}", re.ASCII)
_OLD: Final = re.compile("[0-9]{9}", re.ASCII)
_DAY: Final = re.compile("([0-9]{2})([0-9]{2})([0-9]{4})", re.ASCII)
_YEAR: Final = re.compile("[0-9]{4}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload:
    """What a code says. `rest` is what follows the seven common fields, as it stands."""

    number: str
    old_number: str | None
    full_name: str
    birth: PartialDate | None
    sex: str
    residence: str
    issued_on: dt.date
    rest: tuple[str, ...]

    @property
    def form(self) -> str:
        """The form of the card by the number of fields: nothing in the text says it."""
        return "2024" if len(self.rest) >= ORDERS["2024"].count(BAR) - COMMON else "2021"

    @property
    def cancelled_number(self) -> str | None:
        """The cancelled personal number, which only the form of 2024 carries."""
        return self._of_2024(0)

    @property
    def father(self) -> str | None:
        """The father's name, which only the form of 2024 carries."""
        return self._of_2024(1)

    @property
    def mother(self) -> str | None:
        """The mother's name, which only the form of 2024 carries."""
        return self._of_2024(2)

    def _of_2024(self, place: int) -> str | None:
        return (self.rest[place] or None) if self.form == "2024" else None


def write(card: Printed) -> str:
    """Return the text of a card's code.

    In the realistic style of numbers the mark of simulation ends it, as one more field.
    """
    fields = [
        card.number,
        card.old_number or "",
        _plain(card.full_name),
        _birth_text(card.birth_date),
        SEXES[card.sex],
        _plain(card.residence),
        f"{card.issued_on:%d%m%Y}",
    ]
    if card.form == "2024":
        kin = (_plain(name or "") for name in (card.father, card.mother))
        fields += [card.cancelled_number or "", *kin, ""]
    if card.mark is not None:
        fields.append(card.mark)
    return BAR.join(fields)


def parse(text: str) -> Payload:
    """Read a code's text; what follows the common fields is kept, not judged.

    ValueError, with a message that may be shown, for what no card says.
    """
    if len(text) > LONGEST:
        raise ValueError(f"The text is longer than {LONGEST:,} characters.")
    fields = [field.strip() for field in text.strip("\r\n\0").split(BAR)]
    if len(fields) < COMMON:
        raise ValueError("The text has fewer than seven fields divided by |.")
    number, old, name, birth, sex, residence, issued = fields[:COMMON]
    if not _NUMBER.fullmatch(number):
        raise ValueError("The first field is no personal number of 12 digits.")
    if old and not _OLD.fullmatch(old):
        raise ValueError("The second field is neither empty nor a number of 9 digits.")
    if not name:
        raise ValueError("The third field, the name, is empty.")
    if sex.casefold() not in _CODES:
        raise ValueError("The fifth field is neither Nam nor Nữ.")
    return Payload(
        number=number,
        old_number=old or None,
        full_name=name,
        birth=_read_birth(birth),
        sex=_CODES[sex.casefold()],
        residence=residence,
        issued_on=_read_day(issued),
        rest=tuple(fields[COMMON:]),
    )


def _plain(text: str) -> str:
    """Return the text without bars, which would be read as the border of a field."""
    return text.replace(BAR, "/")


def _birth_text(birth: PartialDate) -> str:
    return f"{birth.day or 0:02}{birth.month or 0:02}{birth.year:04}"


def _read_birth(text: str) -> PartialDate | None:
    """Read DDMMYYYY, 00MMYYYY, 0000YYYY or YYYY; nothing stands for unknown."""
    if not text:
        return None
    if _YEAR.fullmatch(text):
        text = f"0000{text}"
    read = _DAY.fullmatch(text)
    if read is None:
        raise ValueError("The fourth field, the date of birth, is not DDMMYYYY.")
    day, month, year = map(int, read.groups())
    try:
        return dates.of(year, month or None, day or None)
    except ValueError as error:
        raise ValueError("The fourth field, the date of birth, is in no calendar.") from error


def _read_day(text: str) -> dt.date:
    read = _DAY.fullmatch(text)
    if read is None:
        raise ValueError("The seventh field, the day of issue, is not DDMMYYYY.")
    day, month, year = map(int, read.groups())
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        raise ValueError("The seventh field, the day of issue, is in no calendar.") from error
