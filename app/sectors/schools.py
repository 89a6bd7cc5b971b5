"""Schools: digital records of pupils, kept since September 2024."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import NamedTuple

from app.sectors.models import SchoolRecord as Row
from app.sectors.register import Entries, Register

REGISTER = Register(
    name="schools",
    title_vi="Học bạ số",
    title_en="School records",
    keeper_vi="Bộ Giáo dục và Đào tạo",
    keeper_en="Ministry of Education and Training",
    law="Luật Giáo dục 43/2019/QH14; Kế hoạch học bạ số từ năm học 2024–2025",
    identifier="10 digits",
    reserved="numbers that begin with 99: a choice of ours",
    tables=(Row,),
)


class SchoolRecord(NamedTuple):
    """A pupil's record; `average` is ten times that of the year before, None if there is none."""

    number: str
    holder_number: str
    holder_name: str | None
    holder_birth_date: dt.date | None
    school: str
    year: int
    grade: int
    average: int | None
    state: str


ENTRIES = Entries(SchoolRecord, Row, Row.year.desc())
find, of_citizen = ENTRIES.find, ENTRIES.of_citizen
