"""Social insurance: who pays or draws a pension, since when, and how many months count."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from app.sectors.models import SocialInsurance as Row
from app.sectors.register import Register, numbers_of

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
    """A book of social insurance; `months` are those that were paid for so far.

    `holder_name` is None where the register writes the holder as the population database does.
    """

    number: str
    holder_number: str
    holder_name: str | None
    joined_on: dt.date
    months: int
    state: str


def of_citizen(session: Session, citizen_id: int, pin: str) -> list[SocialInsurance]:
    """Return what stands under any number of this citizen, the latest first."""
    columns = [getattr(Row, name) for name in SocialInsurance._fields]
    rows = session.execute(
        select(*columns)
        .where(Row.holder_number.in_(numbers_of(session, citizen_id, pin)))
        .order_by(Row.joined_on.desc(), Row.id)
    )
    return [SocialInsurance._make(row) for row in rows]
