"""The confirmation of residence: where its holder lives, permanently and now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity.sources import Claim, Document, Entry, day
from app.registry import fields

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.registry.citizens import Brief

_FIELDS = ("permanent_residence", "current_residence", "residence_file_number")


def _read(session: Session, person: Brief, today: dt.date) -> list[Entry]:
    [read] = fields.read(session, [person.id], _FIELDS, today)
    permanent, current = read["permanent_residence"], read["current_residence"]
    if permanent is None and current is None:
        return []
    return [
        Entry(
            number=read["residence_file_number"] or person.pin,
            claims={
                "permanent_residence": permanent and permanent.place.text,
                "permanent_since": permanent and day(permanent.from_date),
                "current_residence": current and current.place.text,
            },
        )
    ]


DOCUMENT = Document(
    name="residence",
    title_vi="Thông tin cư trú",
    title_en="Confirmation of residence",
    source_vi="Cơ sở dữ liệu quốc gia về dân cư",
    source_en="National population database",
    law="Luật Cư trú 68/2020/QH14; Nghị định 154/2024/NĐ-CP",
    claims=(
        Claim("permanent_residence", "Nơi thường trú", "Permanent residence"),
        Claim("permanent_since", "Thường trú từ", "Permanent resident since"),
        Claim("current_residence", "Nơi ở hiện tại", "Current residence"),
    ),
    read=_read,
)
