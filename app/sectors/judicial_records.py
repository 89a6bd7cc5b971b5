"""Judicial records: judgments, and whether they were cleared."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import NamedTuple

from app.sectors.models import JudicialRecord as Row
from app.sectors.register import Entries, Register

REGISTER = Register(
    name="judicial-records",
    title_vi="Lý lịch tư pháp",
    title_en="Judicial records",
    keeper_vi="Trung tâm Lý lịch tư pháp quốc gia, Bộ Tư pháp",
    keeper_en="National Centre for Judicial Records, Ministry of Justice",
    law="Luật Lý lịch tư pháp 28/2009/QH12; Bộ luật Hình sự 100/2015/QH13, Điều 70",
    identifier="10 digits: a choice of ours",
    reserved="all begin with 99",
    tables=(Row,),
)


class JudicialRecord(NamedTuple):
    """A judgment; `court` is a province of before 2025, `months` those of prison."""

    number: str
    holder_number: str
    holder_name: str | None
    holder_birth_date: dt.date | None
    offence: str
    court: str
    judged_on: dt.date
    sentence: str
    months: int
    cleared_on: dt.date | None
    state: str


ENTRIES = Entries(JudicialRecord, Row, Row.judged_on.desc())
find, of_citizen = ENTRIES.find, ENTRIES.of_citizen
