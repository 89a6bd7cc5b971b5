"""Social welfare: monthly benefits, where they are paid, and whether they reach an account."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from app.sectors.models import Benefit as Row
from app.sectors.register import Entries, Register

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

REGISTER = Register(
    name="welfare",
    title_vi="Đối tượng hưởng chính sách an sinh xã hội",
    title_en="Welfare beneficiaries",
    keeper_vi="Cơ quan lao động, thương binh và xã hội; UBND cấp xã",
    keeper_en="Labour and social offices; commune People's Committees",
    law="Nghị định 20/2021/NĐ-CP (sửa đổi 76/2024/NĐ-CP); Quyết định 06/QĐ-TTg",
    identifier="11 digits: a choice of ours, no number is published",
    reserved="all begin with 99",
    tables=(Row,),
)


class Benefit(NamedTuple):
    """A monthly benefit in đồng; `commune` is the unit that pays, of the day it was granted."""

    number: str
    holder_number: str
    holder_name: str | None
    holder_birth_date: dt.date | None
    kind: str
    commune: str
    since: dt.date
    amount: int
    account_number: str | None
    state: str


ENTRIES = Entries(Benefit, Row, Row.since.desc())
find, of_citizen, everyone = ENTRIES.find, ENTRIES.of_citizen, ENTRIES.all_of_them


def by_state(session: Session) -> dict[str, int]:
    """Return how many benefits are in each state."""
    rows = session.execute(select(Row.state, func.count()).group_by(Row.state))
    return {row[0]: row[1] for row in rows}
