"""Social insurance: who pays or draws a pension, since when, and how many months count."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import TYPE_CHECKING, NamedTuple

from app.sectors.models import SocialInsurance as Row
from app.sectors.register import Entries, Register

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

REGISTER = Register(
    name="social-insurance",
    title_vi="Sổ bảo hiểm xã hội",
    title_en="Social insurance",
    keeper_vi="Bảo hiểm xã hội Việt Nam",
    keeper_en="Viet Nam Social Security",
    law="Luật Bảo hiểm xã hội 41/2024/QH15",
    identifier="10 digits; since 1 August 2025 the personal number stands for it",
    reserved="numbers that begin with 99: real ones begin with the code of a province",
    tables=(Row,),
)


class SocialInsurance(NamedTuple):
    """A book; `months` are those paid for so far, `account_number` is where a pension goes."""

    number: str
    holder_number: str
    holder_name: str | None
    holder_birth_date: dt.date | None
    joined_on: dt.date
    months: int
    account_number: str | None
    state: str


ENTRIES = Entries(SocialInsurance, Row, Row.joined_on.desc())
find, of_citizen = ENTRIES.find, ENTRIES.of_citizen


def pensions(session: Session) -> list[SocialInsurance]:
    """Return every book that a pension is drawn from, in the order of the register."""
    return ENTRIES.all_of_them(session, Row.state == "pension")
