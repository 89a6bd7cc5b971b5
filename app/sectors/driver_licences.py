"""Driving licences: classes, until when they count, and the points left of twelve."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import NamedTuple

from app.sectors.models import DriverLicence as Row
from app.sectors.register import Entries, Register

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
    """A licence; `classes` are divided by commas, `issued_by` is a province of before 2025."""

    number: str
    holder_number: str
    holder_name: str | None
    holder_birth_date: dt.date | None
    classes: str
    issued_by: str
    issued_on: dt.date
    expires_on: dt.date | None
    points: int
    state: str


ENTRIES = Entries(DriverLicence, Row, Row.issued_on.desc())
find, of_citizen = ENTRIES.find, ENTRIES.of_citizen


def is_good(licence: DriverLicence, day: dt.date) -> bool:
    """Whether a licence counts on that day, and has points left."""
    is_in_term = licence.expires_on is None or day <= licence.expires_on
    return licence.state == "valid" and licence.points > 0 and is_in_term
