"""Coded facts: what the registry's codes mean, and their codes in QCVN 109:2017/BTTTT.

The regulation's marital status merges divorced and widowed, so the registry keeps finer states and
maps them; a value that has no code there maps to "no information".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from app.registry.models import Ethnicity, Relationship, Religion
from app.registry.reference import Remembered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

#: QCVN 109 NhomMau: 01 A, 02 B, 03 AB, 04 O (and 00 no information: we have no value for it).
QCVN_BLOOD = {"A": "01", "B": "02", "AB": "03", "O": "04"}
#: QCVN 109 GioiTinh: 0 no information, 1 male, 2 female.
QCVN_SEX = {"U": "0", "M": "1", "F": "2"}
#: QCVN 109 TinhTrangHonNhan: 0 no information, 1 not married, 2 married, 3 divorced or widowed.
QCVN_MARITAL = {
    "unknown": "0",
    "never_married": "1",
    "married": "2",
    "separated": "2",
    "divorced": "3",
    "widowed": "3",
}

HEAD = "01"
NO_RELIGION = "00"
UNKNOWN_ETHNICITY = "99"


class Words(NamedTuple):
    """What a code is called in Vietnamese and in English."""

    vi: str
    en: str


SEX_WORDS = {
    "M": Words("Nam", "Male"),
    "F": Words("Nữ", "Female"),
    "U": Words("Chưa có thông tin", "Not known"),
}
BLOOD_WORDS = {
    group: Words(f"Nhóm máu {group}", f"Blood type {group}") for group in ("O", "A", "B", "AB")
}
STATE_WORDS = {
    "alive": Words("Đang sống", "Alive"),
    "dead": Words("Đã chết", "Dead"),
    "missing": Words("Mất tích", "Missing"),
    "emigrated": Words("Đã xuất cảnh định cư", "Emigrated"),
    "under_review": Words("Đang xác minh", "Under review"),
}
MARITAL_WORDS = {
    "unknown": Words("Chưa có thông tin", "Not known"),
    "never_married": Words("Chưa kết hôn", "Never married"),
    "married": Words("Đang có vợ/chồng", "Married"),
    "separated": Words("Ly thân", "Separated"),
    "divorced": Words("Ly hôn", "Divorced"),
    "widowed": Words("Góa", "Widowed"),
}


@dataclass(frozen=True, slots=True)
class Codes:
    """The names of the codes of the three lists, as the database has them."""

    ethnicities: Mapping[str, str]
    religions: Mapping[str, str]
    relationships: Mapping[str, str]


def of(session: Session) -> Codes:
    """Return the code lists of the session's database; they are read once and kept."""
    return _CODES.of(session)


_Rows = tuple[tuple[tuple[str, str], ...], ...] | tuple[()]


def _read(session: Session) -> _Rows:
    lists = []
    for table in (Ethnicity, Religion, Relationship):
        rows = session.execute(select(table.code, table.name).order_by(table.code))
        lists.append(tuple((code, name) for code, name in rows))
    return tuple(lists) if all(lists) else ()


def _build(rows: _Rows) -> Codes:
    return Codes(*map(dict, rows)) if rows else Codes({}, {}, {})


_CODES = Remembered(_read, _build)
