"""What a document is: its names, its claims, and how the register it comes from is asked.

Law on Identity 2023, Art 22 and Decree 69/2024: a document integrated in the account has the value
of the paper. Which documents there are follows what VNeID offered by 2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from app.identity import documents
from app.platform import discovery

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

    from app.registry.citizens import Brief


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that a credential of a document says, and its labels."""

    name: str
    label_vi: str
    label_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One document as its source has it today.

    `number` tells it from others of its kind. `holder_name` is None where the source writes the
    holder as the population database does. `invalid` says why it does not count, None if it does;
    `expires_on` is the last day it counts, None without end.
    """

    number: str
    claims: Mapping[str, Any]
    holder_name: str | None = None
    invalid: str | None = None
    expires_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A kind of document. `read` gives all that the source has of a person on a day.

    Of what is sensitive (crimes and health: Decree 13/2023, Art 2 (4)) its holder is told so
    before it is shown: consent to it has to be explicit.
    """

    name: str
    title_vi: str
    title_en: str
    source_vi: str
    source_en: str
    law: str
    claims: tuple[Claim, ...]
    read: Callable[[Session, Brief, dt.date], list[Entry]]
    sensitivity: Literal["basic", "sensitive"] = "basic"

    @property
    def every_claim(self) -> tuple[Claim, ...]:
        """The claims of a credential: the holder's, then the document's own."""
        return (*HOLDER, *self.claims)


#: What every credential says of its holder, besides the document.
HOLDER = (
    Claim("personal_number", "Số định danh cá nhân", "Personal number"),
    Claim("full_name", "Họ và tên", "Full name"),
    Claim("birth_date", "Ngày, tháng, năm sinh", "Date of birth"),
    Claim("document_number", "Số giấy tờ", "Number of the document"),
    Claim("expires_on", "Có giá trị đến", "Good until"),
)


@cache
def all_of_them() -> Mapping[str, Document]:
    """Return every kind of document by name."""
    return discovery.declarations(documents, "DOCUMENT", Document)


def lapsed(expires_on: dt.date | None, today: dt.date) -> bool:
    """Whether a document's last day is past."""
    return expires_on is not None and expires_on < today


def of_row(
    row: Any,
    claims: Mapping[str, Any],
    *,
    invalid: str | None = None,
    expires_on: dt.date | None = None,
) -> Entry:
    """Return a register's row as a document: of its number and its holder's name there."""
    return Entry(
        number=row.number,
        holder_name=row.holder_name,
        invalid=invalid,
        expires_on=expires_on,
        claims=claims,
    )


def unless(state: str, *good: str) -> str | None:
    """Return why an entry does not count: the state its register has it in, if not a good one."""
    return None if state in good else state


def why_invalid(state: str, last_day: dt.date | None, today: dt.date) -> str | None:
    """Return why an entry does not count: its state, or that it lapsed."""
    return unless(state, "valid") or ("expired" if lapsed(last_day, today) else None)


def day(date: dt.date | None) -> str | None:
    """Write a day as claims have it."""
    return None if date is None else date.isoformat()
