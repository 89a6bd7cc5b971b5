"""The driving licence: classes and the points that are left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity.sources import Claim, Document, day, of_row, why_invalid
from app.sectors import driver_licences

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.identity.sources import Entry
    from app.registry.citizens import Brief


def _read(session: Session, person: Brief, today: dt.date) -> list[Entry]:
    licences = driver_licences.of_citizen(session, person.id, person.pin)
    return [
        of_row(
            licence,
            {
                "classes": licence.classes.split(","),
                "issued_on": day(licence.issued_on),
                "points": licence.points,
            },
            invalid=why_invalid(licence.state, licence.expires_on, today),
            expires_on=licence.expires_on,
        )
        for licence in licences
    ]


DOCUMENT = Document(
    name="driver-licence",
    title_vi="Giấy phép lái xe",
    title_en="Driving licence",
    source_vi="Cục Cảnh sát giao thông",
    source_en="Traffic Police Department",
    law="Luật Trật tự, an toàn giao thông đường bộ 36/2024/QH15; Nghị định 69/2024/NĐ-CP",
    claims=(
        Claim("classes", "Hạng", "Classes"),
        Claim("issued_on", "Ngày cấp", "Issued on"),
        Claim("points", "Điểm còn lại", "Points left"),
    ),
    read=_read,
)
