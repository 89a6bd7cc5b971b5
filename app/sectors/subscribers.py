"""Mobile subscribers: which numbers are in whose own name (*chính chủ*), as the operators have it.

Decree 163/2024 (before: 49/2017) wants three things of a subscriber to be those of the population
database: number, full name, date of birth. Here an operator keeps the number of the paper it was
shown, which may be the old one of nine digits.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from app.registry import lookup
from app.sectors.models import Subscriber as Row
from app.sectors.register import Register, numbers_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

REGISTER = Register(
    name="subscribers",
    title_vi="Thuê bao di động",
    title_en="Mobile subscribers",
    keeper_vi="Doanh nghiệp viễn thông",
    keeper_en="Telecommunications operators",
    law="Nghị định 163/2024/NĐ-CP; Nghị định 49/2017/NĐ-CP",
    identifier="mobile number, 10 digits",
    reserved="No block is reserved for tests in Vietnam. Personas have 0999 990 xxx, a choice of "
    "ours; generated numbers stay below x99 00000 of each operator's prefix.",
    tables=(Row,),
)

_COLUMNS = (Row.number, Row.holder_number, Row.telco, Row.activated_on, Row.state)


class Subscriber(NamedTuple):
    """A number as its operator has it. `holder_number` is what stands on the paper shown."""

    number: str
    holder_number: str
    telco: str
    activated_on: dt.date
    state: str


def find(session: Session, number: str) -> Subscriber | None:
    """Return the entry of a mobile number, None if nobody has it."""
    row = session.execute(select(*_COLUMNS).where(Row.number == number)).one_or_none()
    return None if row is None else Subscriber._make(row)


def is_own_name(session: Session, number: str, citizen_id: int) -> bool:
    """Whether a number is in use and in this citizen's own name.

    A paper's number that several people had is nobody's own: the operator has to put it right.
    """
    entry = find(session, number)
    if entry is None or entry.state != "active":
        return False
    holder = lookup.find(session, entry.holder_number).only
    return holder is not None and holder.citizen_id == citizen_id


def of_citizen(session: Session, citizen_id: int, pin: str) -> list[Subscriber]:
    """Return every number in the name of whoever has this personal number, in any state.

    Found by the present number, the cancelled ones and the old ones; the first activated first.
    """
    known = numbers_of(session, citizen_id, pin)
    rows = session.execute(
        select(*_COLUMNS)
        .where(Row.holder_number.in_(known))
        .order_by(Row.activated_on, Row.number)
    )
    return [Subscriber._make(row) for row in rows]
