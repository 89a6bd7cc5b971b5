"""The certificate of a vehicle's registration; its owner may have several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity.sources import Claim, Document, Entry, day, unless
from app.sectors import vehicles

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.registry.citizens import Brief


def _read(session: Session, person: Brief, _today: dt.date) -> list[Entry]:
    return [
        Entry(
            number=vehicle.plate,
            holder_name=vehicle.holder_name,
            invalid=unless(vehicle.state, "registered"),
            claims={
                "kind": vehicle.kind,
                "make": vehicle.make,
                "colour": vehicle.colour,
                "registered_on": day(vehicle.registered_on),
            },
        )
        for vehicle in vehicles.of_citizen(session, person.id, person.pin)
    ]


DOCUMENT = Document(
    name="vehicle-registration",
    title_vi="Chứng nhận đăng ký xe",
    title_en="Vehicle registration",
    source_vi="Cục Cảnh sát giao thông",
    source_en="Traffic Police Department",
    law="Luật Trật tự, an toàn giao thông đường bộ 36/2024/QH15, Điều 36; Thông tư 79/2024/TT-BCA",
    claims=(
        Claim("kind", "Loại xe", "Kind of vehicle"),
        Claim("make", "Nhãn hiệu", "Make"),
        Claim("colour", "Màu sơn", "Colour"),
        Claim("registered_on", "Ngày đăng ký", "Registered on"),
    ),
    read=_read,
)
