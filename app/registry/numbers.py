"""Numbers of people: those they had before, and what in their present one looks wrong."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from app.matching.numbers import StructureWarning, structure_warnings
from app.registry.models import OldNumber as OldRow
from app.registry.models import SupersededNumber
from app.registry.values import CancelledNumber

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from app.matching.dates import PartialDate


class OldNumber(NamedTuple):
    """A 9-digit card number; two people may have the same one."""

    citizen_id: int
    number: str
    issued_on: dt.date | None
    issued_unit_id: int | None


def warnings(
    pin: str, birth_date: PartialDate | None, sex: str | None, today: dt.date
) -> list[StructureWarning]:
    """Return what in a personal number contradicts its holder: a reason to look, never to refuse.

    The circular that published the structure lapsed on 1 July 2024 (Law on Identity 2023, Art 12
    says only "12 digits"). ValueError if it is not 12 digits.
    """
    return structure_warnings(pin, birth_date, sex, today)


def superseded(
    session: Session, citizen_ids: Sequence[int]
) -> dict[int, tuple[CancelledNumber, ...]]:
    """Return the cancelled numbers of each citizen, oldest first; who has none is left out."""
    table = SupersededNumber
    rows = session.execute(
        select(table.citizen_id, table.pin, table.superseded_on, table.reason)
        .where(table.citizen_id.in_(citizen_ids))
        .order_by(table.citizen_id, table.superseded_on, table.pin)
    )
    found: dict[int, list[CancelledNumber]] = defaultdict(list)
    for citizen_id, pin, on, reason in rows:
        found[citizen_id].append(CancelledNumber(pin=pin, superseded_on=on, reason=reason))
    return {citizen_id: tuple(numbers) for citizen_id, numbers in found.items()}


def old(session: Session, citizen_ids: Sequence[int]) -> dict[int, tuple[OldNumber, ...]]:
    """Return the 9-digit numbers of each citizen, the last issued first, undated ones at the end.

    Who has none is left out.
    """
    columns = [getattr(OldRow, name) for name in OldNumber._fields]
    rows = session.execute(
        select(*columns)
        .where(OldRow.citizen_id.in_(citizen_ids))
        .order_by(
            OldRow.citizen_id, OldRow.issued_on.is_(None), OldRow.issued_on.desc(), OldRow.number
        )
    )
    found: dict[int, list[OldNumber]] = defaultdict(list)
    for number in map(OldNumber._make, rows):
        found[number.citizen_id].append(number)
    return {citizen_id: tuple(numbers) for citizen_id, numbers in found.items()}
