"""Mobile subscribers: which numbers are in whose own name (*chính chủ*), as the operators have it.

Decree 163/2024 (before: 49/2017) wants three things of a subscriber to be those of the population
database: number, full name, date of birth. Here an operator keeps the number of the paper it was
shown, which may be the old one of nine digits.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import TYPE_CHECKING, NamedTuple

from app.registry import lookup
from app.sectors.models import Subscriber as Row
from app.sectors.register import Entries, Register

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
    "ours; generated numbers stay below x99 00000 of each operator's prefix. Devices begin with "
    "00, the IMEI of tests; dealers with 99, a choice of ours.",
    tables=(Row,),
)


class Subscriber(NamedTuple):
    """A number as its operator has it. `holder_number` is what stands on the paper shown.

    `ported_on` is when it was taken to this operator; `dealer` who sold it, None for the app;
    `device` the first 14 figures of an IMEI; `face` whether the holder's was compared with a chip.
    """

    number: str
    holder_number: str
    holder_name: str | None
    holder_birth_date: dt.date | None
    telco: str
    activated_on: dt.date
    ported_on: dt.date | None
    dealer: str | None
    device: str | None
    face: str
    state: str


ENTRIES = Entries(Subscriber, Row, Row.activated_on, Row.number)
find, of_citizen = ENTRIES.find, ENTRIES.of_citizen


def is_own_name(session: Session, number: str, citizen_id: int) -> bool:
    """Whether a number is in use and in this citizen's own name.

    A paper's number that several people had is nobody's own: the operator has to put it right.
    """
    entry = find(session, number)
    if entry is None or entry.state != "active":
        return False
    holder = lookup.find(session, entry.holder_number).only
    return holder is not None and holder.citizen_id == citizen_id
