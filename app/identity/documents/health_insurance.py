"""The health-insurance card, by which a hospital knows what is paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity.sources import Claim, Document, day, of_row, why_invalid
from app.sectors import health_insurance

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.identity.sources import Entry
    from app.registry.citizens import Brief


def _read(session: Session, person: Brief, today: dt.date) -> list[Entry]:
    cards = health_insurance.of_citizen(session, person.id, person.pin)
    return [
        of_row(
            card,
            {
                "benefit": int(card.number[2]),
                "facility": card.facility,
                "valid_from": day(card.valid_from),
            },
            invalid=why_invalid(card.state, card.valid_to, today),
            expires_on=card.valid_to,
        )
        for card in cards
    ]


DOCUMENT = Document(
    name="health-insurance",
    title_vi="Thẻ bảo hiểm y tế",
    title_en="Health-insurance card",
    source_vi="Bảo hiểm xã hội Việt Nam",
    source_en="Viet Nam Social Security",
    law="Luật Bảo hiểm y tế 25/2008/QH12; Nghị định 69/2024/NĐ-CP",
    claims=(
        Claim("benefit", "Mức hưởng", "Level of benefit"),
        Claim("facility", "Nơi đăng ký khám chữa bệnh ban đầu", "Facility registered at"),
        Claim("valid_from", "Có giá trị từ", "Good from"),
    ),
    read=_read,
)
