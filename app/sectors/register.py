"""What a register is: who keeps it by what law, and which numbers of it can never be real."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from sqlalchemy import select

import app.sectors
from app.platform import discovery
from app.registry import numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from app.platform.database import Base

_Entry = TypeVar("_Entry", bound=NamedTuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A register of another ministry or company. It knows people by the numbers it was given.

    `identifier` says how its own entries are numbered, `reserved` which of those numbers a world
    gives out, or that no block is reserved for tests. `tables` are its own.
    """

    name: str
    title_vi: str
    title_en: str
    keeper_vi: str
    keeper_en: str
    law: str
    identifier: str
    reserved: str
    tables: tuple[type[Base], ...]


@cache
def all_of_them() -> Mapping[str, Register]:
    """Return every register by name."""
    besides = (
        *("models", "bulk", "register", "holdings", "fields", "shapes", "told"),
        "creditworthiness",
    )
    return discovery.declarations(app.sectors, "REGISTER", Register, besides)


def numbers_of(session: Session, citizen_id: int, pin: str) -> list[str]:
    """Return every number under which a register may know whoever has this personal number.

    The present one, the cancelled ones, and the old ones of nine digits.
    """
    superseded = numbers.superseded(session, [citizen_id]).get(citizen_id, ())
    old = numbers.old(session, [citizen_id]).get(citizen_id, ())
    return [pin, *(each.pin for each in superseded), *(each.number for each in old)]


class Entries(Generic[_Entry]):
    """The entries of one table, each as a `kind`: a named tuple whose fields are columns.

    Its first field is the number by which an entry is found. Its `holder_name` and
    `holder_birth_date` are None where the register has them as the population database does.
    """

    def __init__(self, kind: type[_Entry], table: Any, *order: Any) -> None:
        """`order` is that in which several entries are told: by it, then as they were made."""
        self._kind = kind
        self._columns = [getattr(table, name) for name in kind._fields]
        self._table = table
        self._order = order

    def where(self, session: Session, *conditions: Any) -> list[_Entry]:
        """Return the entries of which all this holds, in the order of the table's entries."""
        return self._read(session, conditions, self._order)

    def find(self, session: Session, number: str) -> _Entry | None:
        """Return the entry with that number, None if there is none."""
        return next(iter(self.where(session, self._columns[0] == number)), None)

    def of_citizen(self, session: Session, citizen_id: int, pin: str) -> list[_Entry]:
        """Return what stands under any number of this citizen, the latest first."""
        known = numbers_of(session, citizen_id, pin)
        return self.where(session, self._table.holder_number.in_(known))

    def all_of_them(self, session: Session, *conditions: Any) -> list[_Entry]:
        """Return every entry of which all this holds, in the order they were made."""
        return self._read(session, conditions, ())

    def _read(self, session: Session, conditions: Any, order: Any) -> list[_Entry]:
        asked = select(*self._columns).where(*conditions).order_by(*order, self._table.id)
        return [self._kind._make(row) for row in session.execute(asked)]
