"""Electricity: which household is whose customer."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import NamedTuple

from app.sectors.models import ElectricityCustomer as Row
from app.sectors.register import Entries, Register

REGISTER = Register(
    name="electricity",
    title_vi="Khách hàng sử dụng điện",
    title_en="Electricity customers",
    keeper_vi="Tập đoàn Điện lực Việt Nam",
    keeper_en="Viet Nam Electricity",
    law="Luật Điện lực 61/2024/QH15; Thông tư 42/2022/TT-BCT",
    identifier="P, a letter of the corporation (PA to PE), 11 digits (read so in part from "
    "memory)",
    reserved="digits that begin with 99: a choice of ours",
    tables=(Row,),
)


class ElectricityCustomer(NamedTuple):
    """A contract; `commune` is where the meter is, of the day it was signed."""

    number: str
    holder_number: str
    holder_name: str | None
    holder_birth_date: dt.date | None
    commune: str
    since: dt.date
    kwh: int
    state: str


ENTRIES = Entries(ElectricityCustomer, Row, Row.since.desc())
find, of_citizen = ENTRIES.find, ENTRIES.of_citizen
