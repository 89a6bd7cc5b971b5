"""Vehicles: motorcycles and cars by number plate, with their owners."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from app.sectors.models import Vehicle as Row
from app.sectors.register import Register, numbers_of

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

REGISTER = Register(
    name="vehicles",
    title_vi="Đăng ký xe",
    title_en="Vehicle registration",
    keeper_vi="Cục Cảnh sát giao thông",
    keeper_en="Traffic Police Department",
    law="Luật Trật tự, an toàn giao thông đường bộ 36/2024/QH15, Điều 36; Thông tư 79/2024/TT-BCA",
    identifier="number plate: province 11–99, series, five digits",
    reserved="plates that begin with 10, which is no province of the plates",
    tables=(Row,),
)


class Vehicle(NamedTuple):
    """A registered vehicle.

    `holder_name` is None where the register writes the holder as the population database does.
    """

    plate: str
    holder_number: str
    holder_name: str | None
    kind: str
    make: str
    colour: str
    registered_on: dt.date
    state: str


def of_citizen(session: Session, citizen_id: int, pin: str) -> list[Vehicle]:
    """Return what stands under any number of this citizen, the latest first."""
    columns = [getattr(Row, name) for name in Vehicle._fields]
    rows = session.execute(
        select(*columns)
        .where(Row.holder_number.in_(numbers_of(session, citizen_id, pin)))
        .order_by(Row.registered_on.desc(), Row.id)
    )
    return [Vehicle._make(row) for row in rows]
