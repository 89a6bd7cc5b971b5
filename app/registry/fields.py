"""The catalogue of what may be read of a person: one row per field, in the order of the law.

Groups are those of the Law on Identity 2023, Art 9; group 14 (cards) is the identity room's. What
is sensitive is said by Decree 13/2023, Art 2 (4), which names ethnic origin and religion and
expressly leaves out the blood type; its successor of 2026, Decree 356/2025, is known to us from
summaries, which add nothing that is here. Codes of QCVN 109 stand beside where that regulation
has them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from app.registry import catalogue, subjects
from app.registry import readers as r
from app.registry import values as v

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.registry.subjects import Source, Subject

_Reader: TypeAlias = "Callable[[Subject], Any]"


@dataclass(frozen=True)
class Field(catalogue.Field[_Reader]):
    """One field of the registry: `needs` are the sources that its reading takes."""

    needs: tuple[Source, ...] = ()


def read(
    session: Session, citizen_ids: Sequence[int], names: Iterable[str], today: dt.date
) -> list[dict[str, Any]]:
    """Return the named fields of each citizen, in the order asked, as of the world's `today`.

    Places are written in the units in force on that day. The number of statements depends on the
    fields, not on the number of people. KeyError for a field that is not in `FIELDS` and for an id
    that is nobody's: both are checked before.
    """
    asked = [FIELDS[name] for name in names]
    needs = {source for field in asked for source in field.needs}
    found = subjects.load(session, citizen_ids, needs, today)
    return [
        {field.name: field.read(found[citizen_id]) for field in asked}
        for citizen_id in citizen_ids
    ]


_KIN: tuple[Source, ...] = ("stated",)
_KIN_BACK: tuple[Source, ...] = ("read_back",)
_STAYS: tuple[Source, ...] = ("stays",)
_HOME: tuple[Source, ...] = ("household",)

_TABLE = (
    Field("full_name", 1, str, "Họ, chữ đệm và tên khai sinh", "Full name", r.column("full_name")),
    Field("family_name", 1, str, "Họ", "Family name", r.text("family_name")),
    Field("middle_name", 1, str, "Chữ đệm", "Middle name", r.text("middle_name")),
    Field("given_name", 1, str, "Tên", "Given name", r.text("given_name")),
    Field("name_order", 1, str, "Thứ tự của tên", "Order of the name", r.column("name_order")),
    Field("other_name", 2, str, "Tên gọi khác", "Other name", r.text("other_name")),
    Field("pin", 3, str, "Số định danh cá nhân", "Personal number", r.column("pin")),
    Field(
        "superseded_pins",
        3,
        list[v.CancelledNumber],
        "Số định danh cá nhân đã hủy",
        "Cancelled personal numbers",
        r.superseded,
        ("superseded",),
    ),
    Field("birth_date", 4, str, "Ngày, tháng, năm sinh", "Date of birth", r.birth_date),
    Field("sex", 5, str, "Giới tính", "Sex", r.column("sex")),
    Field("birth_place", 6, v.KnownPlace, "Nơi sinh", "Place of birth", r.birth_place),
    Field(
        "birth_registration_place",
        7,
        v.KnownPlace,
        "Nơi đăng ký khai sinh",
        "Place of birth registration",
        r.registration_place,
    ),
    Field("origin_place", 8, v.KnownPlace, "Quê quán", "Place of origin", r.origin),
    Field("ethnicity", 9, v.Coded, "Dân tộc", "Ethnicity", r.ethnicity, sensitivity="sensitive"),
    Field("religion", 10, v.Coded, "Tôn giáo", "Religion", r.religion, sensitivity="sensitive"),
    Field("nationality", 11, str, "Quốc tịch", "Nationality", r.column("nationality")),
    Field(
        "second_nationality",
        11,
        str,
        "Quốc tịch thứ hai",
        "Second nationality",
        r.column("second_nationality"),
    ),
    Field(
        "blood_type",
        12,
        str,
        "Nhóm máu",
        "Blood type",
        r.column("blood_type"),
    ),
    Field(
        "old_numbers",
        13,
        list[v.OldCard],
        "Số chứng minh nhân dân 9 số",
        "Old 9-digit numbers",
        r.old_cards,
        ("old",),
    ),
    Field("father", 15, v.Person, "Cha", "Father", r.relative("father"), _KIN),
    Field("mother", 15, v.Person, "Mẹ", "Mother", r.relative("mother"), _KIN),
    Field("spouse", 15, v.Person, "Vợ, chồng", "Spouse", r.relative("spouse"), _KIN),
    Field("children", 15, list[v.Person], "Con", "Children", r.relatives("child"), _KIN_BACK),
    Field(
        "guardians",
        15,
        list[v.Person],
        "Người giám hộ",
        "Guardians",
        r.relatives("guardian"),
        _KIN,
    ),
    Field(
        "wards", 15, list[v.Person], "Người được giám hộ", "Wards", r.relatives("ward"), _KIN_BACK
    ),
    Field(
        "representatives",
        15,
        list[v.Person],
        "Người đại diện hợp pháp",
        "Legal representatives",
        r.relatives("representative"),
        _KIN,
    ),
    Field(
        "represented",
        15,
        list[v.Person],
        "Người được đại diện",
        "Persons represented",
        r.relatives("represented"),
        _KIN_BACK,
    ),
    Field(
        "permanent_residence",
        16,
        v.Stay,
        "Nơi thường trú",
        "Permanent residence",
        r.stay("permanent"),
        _STAYS,
    ),
    Field(
        "temporary_residence",
        17,
        v.Stay,
        "Nơi tạm trú",
        "Temporary residence",
        r.stay("temporary"),
        _STAYS,
    ),
    Field(
        "current_residence",
        18,
        v.Stay,
        "Nơi ở hiện tại",
        "Current residence",
        r.stay("living_at"),
        _STAYS,
    ),
    Field("absence", 19, v.Stay, "Tình trạng tạm vắng", "Absence", r.stay("absence"), _STAYS),
    Field(
        "residence_history",
        16,
        list[v.PastStay],
        "Quá trình cư trú",
        "Residence history",
        r.residence_history,
        _STAYS,
    ),
    Field(
        "residence_file_number",
        20,
        str,
        "Số hồ sơ cư trú",
        "Residence file number",
        r.file_number,
        _HOME,
    ),
    Field(
        "marital_status",
        21,
        str,
        "Tình trạng hôn nhân",
        "Marital status",
        r.column("marital_status"),
    ),
    Field(
        "relationship_to_head",
        22,
        v.Coded,
        "Quan hệ với chủ hộ",
        "Relationship to the head of household",
        r.relationship,
        _HOME,
    ),
    Field("head_of_household", 23, v.Member, "Chủ hộ", "Head of household", r.head, _HOME),
    Field(
        "household_members",
        23,
        list[v.Member],
        "Thành viên hộ gia đình",
        "Members of the household",
        r.members,
        _HOME,
    ),
    Field("state", 24, str, "Tình trạng", "State", r.column("state")),
    Field("state_since", 24, dt.date, "Từ ngày", "State since", r.column("state_since")),
    Field("death_date", 24, dt.date, "Ngày chết", "Date of death", r.column("death_date")),
    Field(
        "missing_since", 24, dt.date, "Ngày mất tích", "Missing since", r.column("missing_since")
    ),
    Field("phone", 25, str, "Số thuê bao di động", "Mobile number", r.column("phone")),
    Field("email", 25, str, "Địa chỉ thư điện tử", "E-mail", r.column("email")),
    Field("remarks", 26, str, "Thông tin khác", "Other information", r.text("remarks")),
)

#: Every field by name, in the order of the law.
FIELDS: Mapping[str, Field] = {field.name: field for field in _TABLE}
