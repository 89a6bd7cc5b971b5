"""Vehicles: motorcycles and cars by number plate, with their owners."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import NamedTuple

from app.sectors.models import Vehicle as Row
from app.sectors.register import Entries, Register

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
    """A registered vehicle."""

    plate: str
    holder_number: str
    holder_name: str | None
    holder_birth_date: dt.date | None
    kind: str
    make: str
    colour: str
    registered_on: dt.date
    state: str


ENTRIES = Entries(Vehicle, Row, Row.registered_on.desc())
find, of_citizen = ENTRIES.find, ENTRIES.of_citizen
