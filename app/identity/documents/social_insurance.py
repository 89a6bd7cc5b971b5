"""The social-insurance book: for how long it was paid, and whether it is paid now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity.sources import Claim, Document, day, of_row
from app.sectors import social_insurance

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.identity.sources import Entry
    from app.registry.citizens import Brief


def _read(session: Session, person: Brief, _today: dt.date) -> list[Entry]:
    return [
        of_row(
            book,
            {
                "insurance_status": book.state,
                "joined_on": day(book.joined_on),
                "months": book.months,
            },
            invalid="settled" if book.state == "settled" else None,
        )
        for book in social_insurance.of_citizen(session, person.id, person.pin)
    ]


DOCUMENT = Document(
    name="social-insurance",
    title_vi="Sổ bảo hiểm xã hội",
    title_en="Social-insurance book",
    source_vi="Bảo hiểm xã hội Việt Nam",
    source_en="Viet Nam Social Security",
    law="Luật Bảo hiểm xã hội 41/2024/QH15; Nghị định 69/2024/NĐ-CP",
    claims=(
        Claim("insurance_status", "Tình trạng tham gia", "Whether it is paid"),
        Claim("joined_on", "Ngày tham gia", "Joined on"),
        Claim("months", "Số tháng đã đóng", "Months paid for"),
    ),
    read=_read,
)
