"""Which key signed when: the generations of the authority's key, and the quarters of its signers.

Dates are the world's. How often Viet Nam changes its keys is not public: five years and three
months are what Doc 9303-12 §4.2 recommends at most.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The first generation begins on 1 July of this year.
_FIRST_YEAR: Final = 2013
#: How long a generation signs, and how long a signer's signature has to be checkable: a card of
#: somebody of 38 is good for 22 years, and one that never expires is not read for longer here.
_GENERATION_YEARS: Final = 5
SIGNER_YEARS: Final = 26
#: Chips have been issued from the first quarter of 2021.
_FIRST_DAY: Final = dt.date(2021, 1, 1)


@dataclass(frozen=True, slots=True)
class Generation:
    """One key of the authority: it signs from `first_day` until before `last_day`."""

    number: int

    @property
    def first_day(self) -> dt.date:
        """When its key is made and its certificate begins."""
        return dt.date(_FIRST_YEAR + _GENERATION_YEARS * (self.number - 1), 7, 1)

    @property
    def last_day(self) -> dt.date:
        """When the next one takes over."""
        return Generation(self.number + 1).first_day

    @property
    def until(self) -> dt.date:
        """When its certificate ends: the last signer that it certified has ended by then."""
        return _years_on(self.last_day, SIGNER_YEARS)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three months in which one signer signs."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}q{self.number}"

    @property
    def first_day(self) -> dt.date:
        """Its first day."""
        return dt.date(self.year, 3 * self.number - 2, 1)

    @property
    def following(self) -> Quarter:
        """The next one."""
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def generation(self) -> Generation:
        """Which of the authority's keys certified its signers."""
        return generation(self.first_day)

    @property
    def until(self) -> dt.date:
        """When its signers' certificates end."""
        return _years_on(self.following.first_day, SIGNER_YEARS)


def generation(day: dt.date) -> Generation:
    """Return the generation that signs on a day; the first one before all others."""
    years = day.year - _FIRST_YEAR - (day.month < 7)
    return Generation(max(years, 0) // _GENERATION_YEARS + 1)


def quarter(day: dt.date) -> Quarter:
    """Return the quarter of a card that was issued on a day; the first one before all others."""
    day = max(day, _FIRST_DAY)
    return Quarter(day.year, (day.month + 2) // 3)


def quarters_until(day: dt.date) -> Iterator[Quarter]:
    """Give every quarter that has begun."""
    at = quarter(_FIRST_DAY)
    while at <= quarter(day):
        yield at
        at = at.following


def parse_quarter(text: str) -> Quarter:
    """Read what `str` writes of a quarter in which chips are issued; ValueError for others."""
    year, _, number = text.partition("q")
    found = Quarter(int(year), int(number))
    if str(found) != text or number not in "1234" or found.first_day < _FIRST_DAY:
        raise ValueError("no quarter in which chips are issued")
    return found


def _years_on(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year + years)
