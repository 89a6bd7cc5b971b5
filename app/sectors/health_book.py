"""Health books: conditions, allergies and vaccinations, which only a consent opens."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import NamedTuple

from app.sectors.models import HealthBook as Row
from app.sectors.register import Entries, Register

REGISTER = Register(
    name="health-book",
    title_vi="Sổ sức khỏe điện tử",
    title_en="Electronic health books",
    keeper_vi="Bộ Y tế",
    keeper_en="Ministry of Health",
    law="Luật Khám bệnh, chữa bệnh 15/2023/QH15; Quyết định 1332/QĐ-BYT",
    identifier="10 digits: a choice of ours",
    reserved="all begin with 99",
    tables=(Row,),
)


class HealthBook(NamedTuple):
    """A book; `conditions` are codes of ICD-10 divided by commas."""

    number: str
    holder_number: str
    holder_name: str | None
    holder_birth_date: dt.date | None
    facility: str
    conditions: str
    allergies: str
    vaccinations: int
    last_visit_on: dt.date | None
    state: str


ENTRIES = Entries(HealthBook, Row)
find, of_citizen = ENTRIES.find, ENTRIES.of_citizen
