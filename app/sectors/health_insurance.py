"""Health insurance: cards by code, the facility they are registered at, and their term."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from app.sectors.models import HealthInsurance as Row
from app.sectors.register import Register, numbers_of

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


class HealthInsurance(NamedTuple):
    """A card of health insurance; `facility` is the code of the hospital or clinic.

    `holder_name` is None where the register writes the holder as the population database does.
    """

    number: str
    holder_number: str
    holder_name: str | None
    facility: str
    valid_from: dt.date
    valid_to: dt.date
    state: str


def of_citizen(session: Session, citizen_id: int, pin: str) -> list[HealthInsurance]:
    """Return what stands under any number of this citizen, the latest first."""
    columns = [getattr(Row, name) for name in HealthInsurance._fields]
    rows = session.execute(
        select(*columns)
        .where(Row.holder_number.in_(numbers_of(session, citizen_id, pin)))
        .order_by(Row.valid_to.desc(), Row.id)
    )
    return [HealthInsurance._make(row) for row in rows]
