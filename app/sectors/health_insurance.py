"""Health insurance: cards by code, the facility they are registered at, and their term."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import insert, select

from app.platform import streams
from app.sectors.models import HealthInsurance as Row
from app.sectors.register import Entries, Register

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

REGISTER = Register(
    name="health-insurance",
    title_vi="Bảo hiểm y tế",
    title_en="Health insurance",
    keeper_vi="Bảo hiểm xã hội Việt Nam",
    keeper_en="Viet Nam Social Security",
    law="Luật Bảo hiểm y tế 25/2008/QH12 (sửa đổi 51/2024/QH15); Quyết định 1351/QĐ-BHXH",
    identifier="15 characters: group of holders, benefit 1–5, province, the ten digits of social "
    "insurance",
    reserved="social-insurance digits that begin with 99: real ones begin with the code of a "
    "province, at most 96",
    tables=(Row,),
)


#: The group of children under six, with the whole benefit (Decision 1351/QĐ-BHXH).
CHILD = "TE1"
#: The ten digits of social insurance begin so: no real ones do.
_RESERVED, _SERIALS = "99", 10**8


class NewCard(NamedTuple):
    """A card that is to be issued; `group` is the group of holders with the benefit's digit."""

    holder_number: str
    group: str
    province: str
    facility: str
    valid_from: dt.date
    valid_to: dt.date


class HealthInsurance(NamedTuple):
    """A card; `facility` is the code of the hospital or clinic, `visits` are the last year's."""

    number: str
    holder_number: str
    holder_name: str | None
    holder_birth_date: dt.date | None
    facility: str
    valid_from: dt.date
    valid_to: dt.date
    visits: int
    last_visit_on: dt.date | None
    state: str


ENTRIES = Entries(HealthInsurance, Row, Row.valid_to.desc())
find, of_citizen = ENTRIES.find, ENTRIES.of_citizen


def is_good(card: HealthInsurance, day: dt.date) -> bool:
    """Whether a card counts on that day."""
    return card.state == "valid" and card.valid_from <= day <= card.valid_to


def issue(session: Session, seed: int, new: NewCard) -> HealthInsurance:
    """Issue a card, inside the world's writer; its number is one that nobody has.

    It is drawn from the world's `seed` and the holder's number: the same in the same world.
    """
    attempt = 0
    while True:
        drawn = streams.digest_bytes(seed, "health-insurance", new.holder_number, attempt)
        serial = int.from_bytes(drawn[:8], "big") % _SERIALS
        number = f"{new.group}{new.province}{_RESERVED}{serial:08}"
        if session.scalar(select(Row.id).where(Row.number == number)) is None:
            break
        attempt += 1
    card = HealthInsurance(
        number=number,
        holder_number=new.holder_number,
        holder_name=None,
        holder_birth_date=None,
        facility=new.facility,
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        visits=0,
        last_visit_on=None,
        state="valid",
    )
    session.execute(insert(Row).values(card._asdict()))
    return card
