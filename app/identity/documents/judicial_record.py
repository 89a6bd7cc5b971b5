"""The certificate of judicial records no. 1: what stands on the day it is asked for. Sensitive.

Somebody without a record has one too: it says that there is no conviction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity.sources import Claim, Document, Entry, day
from app.sectors import judicial_records

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.registry.citizens import Brief

#: What is cleared is not told in certificate no. 1 (Law 28/2009/QH12, Art 42).
_CLEARED = "cleared"


def _read(session: Session, person: Brief, today: dt.date) -> list[Entry]:
    judged = judicial_records.of_citizen(session, person.id, person.pin)
    standing = [judgment for judgment in judged if judgment.state != _CLEARED]
    return [
        Entry(
            number=person.pin,
            claims={
                "convictions": len(standing),
                "offences": "; ".join(judgment.offence for judgment in standing),
                "as_of": day(today),
            },
        )
    ]


DOCUMENT = Document(
    name="judicial-record",
    title_vi="Phiếu lý lịch tư pháp số 1",
    title_en="Certificate of judicial records no. 1",
    source_vi="Bộ Tư pháp",
    source_en="Ministry of Justice",
    law="Luật Lý lịch tư pháp 28/2009/QH12, Điều 41–42; Nghị định 69/2024/NĐ-CP",
    claims=(
        Claim("convictions", "Số án tích", "Convictions that stand"),
        Claim("offences", "Tội danh", "Offences"),
        Claim("as_of", "Tính đến ngày", "As of"),
    ),
    read=_read,
    sensitivity="sensitive",
)
