"""Residence permits: the papers by which a foreigner may have an eID account (Decree 69/2024)."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import TYPE_CHECKING, NamedTuple

from app.sectors.models import ResidencePermit as Row
from app.sectors.register import Entries, Register

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

REGISTER = Register(
    name="residence-permits",
    title_vi="Thẻ thường trú, thẻ tạm trú của người nước ngoài",
    title_en="Residence permits of foreigners",
    keeper_vi="Cơ quan quản lý xuất nhập cảnh",
    keeper_en="Immigration office",
    law="Luật 47/2014/QH13 (sửa đổi 51/2019/QH14, 23/2023/QH15)",
    identifier="two letters and seven digits",
    reserved="ZZ0000001 …: as far as published forms show, no series is ZZ.",
    tables=(Row,),
)


class Permit(NamedTuple):
    """A permit with its passport. Good on a day if neither has run out and it is not cancelled."""

    number: str
    holder_number: str
    kind: str
    passport_number: str
    passport_expires_on: dt.date
    issued_on: dt.date
    expires_on: dt.date
    state: str

    def is_good(self, day: dt.date) -> bool:
        """Whether its holder resides by it on `day`."""
        runs_until = min(self.expires_on, self.passport_expires_on)
        return self.state == "valid" and self.issued_on <= day <= runs_until


ENTRIES = Entries(Permit, Row, Row.issued_on.desc(), Row.number)


def latest(session: Session, number: str) -> Permit | None:
    """Return the permit that was issued last to whoever has this personal number."""
    return next(iter(ENTRIES.where(session, Row.holder_number == number)), None)
