"""The birth certificate, from what the population database has of the registration of birth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity.sources import Claim, Document, Entry
from app.registry import fields

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.registry.citizens import Brief

_FIELDS = ("sex", "birth_place", "birth_registration_place", "father", "mother", "nationality")


def _read(session: Session, person: Brief, today: dt.date) -> list[Entry]:
    [read] = fields.read(session, [person.id], _FIELDS, today)
    return [
        Entry(
            number=person.pin,
            claims={
                "sex": read["sex"],
                "nationality": read["nationality"],
                "birth_place": read["birth_place"].text,
                "registered_at": read["birth_registration_place"].text,
                "father": read["father"] and read["father"].full_name,
                "mother": read["mother"] and read["mother"].full_name,
            },
        )
    ]


DOCUMENT = Document(
    name="birth-certificate",
    title_vi="Giấy khai sinh",
    title_en="Birth certificate",
    source_vi="Cơ sở dữ liệu quốc gia về dân cư",
    source_en="National population database",
    law="Luật Hộ tịch 60/2014/QH13; Nghị định 69/2024/NĐ-CP",
    claims=(
        Claim("sex", "Giới tính", "Sex"),
        Claim("nationality", "Quốc tịch", "Nationality"),
        Claim("birth_place", "Nơi sinh", "Place of birth"),
        Claim("registered_at", "Nơi đăng ký khai sinh", "Place of registration"),
        Claim("father", "Cha", "Father"),
        Claim("mother", "Mẹ", "Mother"),
    ),
    read=_read,
)
