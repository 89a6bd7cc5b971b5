"""The marriage certificate of whoever is married today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity.sources import Claim, Document, Entry, day
from app.registry import kinship

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.registry.citizens import Brief


def _read(session: Session, person: Brief, today: dt.date) -> list[Entry]:
    relatives = kinship.relatives(session, [person.id]).get(person.id, ())
    return [
        Entry(
            number=f"{person.pin}/{day(spouse.from_date) or 'unknown'}",
            claims={"spouse": spouse.full_name, "married_on": day(spouse.from_date)},
        )
        for spouse in relatives
        if spouse.kind == "spouse" and spouse.holds(today)
    ]


DOCUMENT = Document(
    name="marriage-certificate",
    title_vi="Giấy chứng nhận kết hôn",
    title_en="Marriage certificate",
    source_vi="Cơ sở dữ liệu quốc gia về dân cư",
    source_en="National population database",
    law="Luật Hộ tịch 60/2014/QH13; Nghị định 69/2024/NĐ-CP",
    claims=(
        Claim("spouse", "Vợ, chồng", "Spouse"),
        Claim("married_on", "Ngày đăng ký kết hôn", "Married on"),
    ),
    read=_read,
)
