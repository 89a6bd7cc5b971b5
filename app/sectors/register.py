"""What a register is: who keeps it by what law, and which numbers of it can never be real."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import app.sectors
from app.platform import discovery
from app.registry import numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from app.platform.database import Base


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
    besides = ("models", "bulk", "register")
    return discovery.declarations(app.sectors, "REGISTER", Register, besides)


def numbers_of(session: Session, citizen_id: int, pin: str) -> list[str]:
    """Return every number under which a register may know whoever has this personal number.

    The present one, the cancelled ones, and the old ones of nine digits.
    """
    superseded = numbers.superseded(session, [citizen_id]).get(citizen_id, ())
    old = numbers.old(session, [citizen_id]).get(citizen_id, ())
    return [pin, *(each.pin for each in superseded), *(each.number for each in old)]
