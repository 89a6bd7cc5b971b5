"""The electronic health book: conditions, allergies, vaccinations. Sensitive."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity.sources import Claim, Document, day, of_row, unless
from app.sectors import health_book

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
                "facility": book.facility,
                "conditions": book.conditions,
                "allergies": book.allergies,
                "vaccinations": book.vaccinations,
                "last_visit_on": day(book.last_visit_on),
            },
            invalid=unless(book.state, "active"),
        )
        for book in health_book.of_citizen(session, person.id, person.pin)
    ]


DOCUMENT = Document(
    name="health-book",
    title_vi="Sổ sức khỏe điện tử",
    title_en="Electronic health book",
    source_vi="Bộ Y tế",
    source_en="Ministry of Health",
    law="Luật Khám bệnh, chữa bệnh 15/2023/QH15; Quyết định 1332/QĐ-BYT",
    claims=(
        Claim("facility", "Cơ sở khám chữa bệnh", "Health facility"),
        Claim("conditions", "Bệnh (mã ICD-10)", "Conditions (ICD-10)"),
        Claim("allergies", "Dị ứng", "Allergies"),
        Claim("vaccinations", "Số mũi tiêm chủng", "Vaccinations"),
        Claim("last_visit_on", "Lần khám gần nhất", "Last visit on"),
    ),
    read=_read,
    sensitivity="sensitive",
)
