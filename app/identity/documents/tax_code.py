"""The personal tax code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity.sources import Claim, Document, day, of_row, unless
from app.sectors import tax

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.identity.sources import Entry
    from app.registry.citizens import Brief


def _read(session: Session, person: Brief, _today: dt.date) -> list[Entry]:
    return [
        of_row(
            code,
            {
                "office": code.office,
                "issued_on": day(code.issued_on),
            },
            invalid=unless(code.state, "active"),
        )
        for code in tax.of_citizen(session, person.id, person.pin)
    ]


DOCUMENT = Document(
    name="tax-code",
    title_vi="Mã số thuế cá nhân",
    title_en="Personal tax code",
    source_vi="Cục Thuế, Bộ Tài chính",
    source_en="Tax Department, Ministry of Finance",
    law="Luật Quản lý thuế 38/2019/QH14; Nghị định 69/2024/NĐ-CP",
    claims=(
        Claim("office", "Cơ quan thuế (mã tỉnh)", "Tax office (province code)"),
        Claim("issued_on", "Ngày cấp", "Issued on"),
    ),
    read=_read,
)
