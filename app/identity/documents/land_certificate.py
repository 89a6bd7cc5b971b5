"""The certificate of land use and house ownership; somebody may hold several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity.sources import Claim, Document, Entry, day, unless
from app.sectors import land

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.registry.citizens import Brief


def _read(session: Session, person: Brief, _today: dt.date) -> list[Entry]:
    return [
        Entry(
            number=certificate.number,
            invalid=unless(certificate.state, *land.GOOD),
            claims={
                "house_id": certificate.house_id,
                "kind": certificate.kind,
                "area": certificate.area,
                "issued_on": day(certificate.issued_on),
            },
        )
        for certificate in land.of_citizens(session, {person.id: person.pin})[person.id]
    ]


DOCUMENT = Document(
    name="land-certificate",
    title_vi="Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở",
    title_en="Certificate of land use and house ownership",
    source_vi="Văn phòng đăng ký đất đai",
    source_en="Land registration office",
    law="Luật Đất đai 31/2024/QH15, Điều 131–137; Nghị định 69/2024/NĐ-CP",
    claims=(
        Claim("house_id", "Mã định danh nhà", "Identifier of the house"),
        Claim("kind", "Loại", "Kind"),
        Claim("area", "Diện tích (m²)", "Area in m²"),
        Claim("issued_on", "Ngày cấp", "Issued on"),
    ),
    read=_read,
)
