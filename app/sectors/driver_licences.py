"""Driving licences: classes, until when they count, and the points left of twelve."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from app.sectors.models import DriverLicence as Row
from app.sectors.register import Register, numbers_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

REGISTER = Register(
    name="driver-licences",
    title_vi="Giấy phép lái xe",
    title_en="Driving licences",
    keeper_vi="Cục Cảnh sát giao thông (trước 1/3/2025: Bộ Giao thông vận tải)",
    keeper_en="Traffic Police Department (before 1 March 2025: Ministry of Transport)",
    law="Luật Trật tự, an toàn giao thông đường bộ 36/2024/QH15",
    identifier="12 digits: province, century and sex, year of the test, seven of a serial number "
    "(read so in one source only)",
    reserved="numbers that begin with 99, which is no province",
    tables=(Row,),
)


class DriverLicence(NamedTuple):
    """A licence; `classes` are divided by commas, `issued_by` is a province of before 2025.

    `holder_name` is None where the register writes the holder as the population database does.
    """

    number: str
    holder_number: str
    holder_name: str | None
    classes: str
    issued_by: str
    issued_on: dt.date
    expires_on: dt.date | None
    points: int
    state: str


def of_citizen(session: Session, citizen_id: int, pin: str) -> list[DriverLicence]:
    """Return what stands under any number of this citizen, the latest first."""
    columns = [getattr(Row, name) for name in DriverLicence._fields]
    rows = session.execute(
        select(*columns)
        .where(Row.holder_number.in_(numbers_of(session, citizen_id, pin)))
        .order_by(Row.issued_on.desc(), Row.id)
    )
    return [DriverLicence._make(row) for row in rows]
