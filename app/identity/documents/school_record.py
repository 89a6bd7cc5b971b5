"""The digital school record of the latest school year."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity.sources import Claim, Document, of_row, unless
from app.sectors import schools

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.identity.sources import Entry
    from app.registry.citizens import Brief


def _read(session: Session, person: Brief, _today: dt.date) -> list[Entry]:
    return [
        of_row(
            record,
            {
                "school": record.school,
                "school_year": record.year,
                "grade": record.grade,
                "average": None if record.average is None else record.average / 10,
            },
            invalid=unless(record.state, "studying"),
        )
        for record in schools.of_citizen(session, person.id, person.pin)
    ]


DOCUMENT = Document(
    name="school-record",
    title_vi="Học bạ số",
    title_en="Digital school record",
    source_vi="Bộ Giáo dục và Đào tạo",
    source_en="Ministry of Education and Training",
    law="Luật Giáo dục 43/2019/QH14; Nghị định 69/2024/NĐ-CP",
    claims=(
        Claim("school", "Mã trường", "Code of the school"),
        Claim("school_year", "Năm học bắt đầu từ", "School year that began in"),
        Claim("grade", "Lớp", "Grade"),
        Claim("average", "Điểm trung bình năm trước", "Average of the year before"),
    ),
    read=_read,
)
