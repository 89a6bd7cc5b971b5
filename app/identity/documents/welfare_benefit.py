"""The decision on a monthly welfare benefit; somebody may draw several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity.sources import Claim, Document, day, of_row
from app.sectors import welfare

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.identity.sources import Entry
    from app.registry.citizens import Brief


def _read(session: Session, person: Brief, _today: dt.date) -> list[Entry]:
    return [
        of_row(
            benefit,
            {
                "kind": benefit.kind,
                "since": day(benefit.since),
                "amount": benefit.amount,
            },
        )
        for benefit in welfare.of_citizen(session, person.id, person.pin)
    ]


DOCUMENT = Document(
    name="welfare-benefit",
    title_vi="Quyết định trợ cấp xã hội",
    title_en="Decision on a welfare benefit",
    source_vi="Ủy ban nhân dân cấp xã",
    source_en="Commune People's Committee",
    law="Nghị định 20/2021/NĐ-CP; Nghị định 69/2024/NĐ-CP",
    claims=(
        Claim("kind", "Loại trợ cấp", "Kind of benefit"),
        Claim("since", "Hưởng từ", "Drawn since"),
        Claim("amount", "Mức hưởng hằng tháng (đồng)", "Monthly amount in đồng"),
    ),
    read=_read,
)
