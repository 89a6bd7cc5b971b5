"""How a page writes a value of somebody's record: as a line of text, in the person's language."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from app.exchange import consent_law, disclosing
from app.exchange.presets import preset
from app.matching import dates
from app.registry import codes
from app.registry.codes import Words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.platform.errors import Language

#: What stands for the whole of a value with several members, the first that there is.
_TELLING: Final = ("place", "text", "name", "full_name", "number", "pin")
_WORDS: Final[Mapping[str, Mapping[str, Words]]] = {
    "sex": codes.SEX_WORDS,
    "marital_status": codes.MARITAL_WORDS,
    "state": codes.STATE_WORDS,
}
#: States of cards, accounts and connections, and the like: in English they are their own words.
_CODES: Final = {
    code: Words(vi, code.replace("_", " "))
    for code, vi in {
        "accepted": "đã đồng ý",
        "acknowledged": "đã tiếp nhận",
        "active": "đang hoạt động",
        "approved": "đã duyệt",
        "assessed": "đã đánh giá",
        "blocked": "bị chặn",
        "closed": "đã đóng",
        "collected": "đã thu nhận",
        "connected": "đã kết nối",
        "damaged": "hư hỏng",
        "delivered": "đã nhận",
        "done": "đã xong",
        "draft": "bản nháp",
        "ended": "đã chấm dứt",
        "exchanging": "đang trao đổi",
        "expired": "hết hạn",
        "family_first": "họ trước",
        "filed": "đã gửi",
        "given_first": "tên trước",
        "granted": "đã chấp thuận",
        "held": "bị tạm giữ",
        "integrated": "đã tích hợp",
        "locked": "bị khóa",
        "lost": "bị mất",
        "more_information_wanted": "cần bổ sung",
        "paused": "tạm dừng",
        "pending": "đang chờ",
        "printed": "đã in",
        "received": "đã tiếp nhận",
        "refused": "bị từ chối",
        "removed": "đã gỡ",
        "requested": "đã yêu cầu",
        "revoked": "bị thu hồi",
        "submitted": "đã nộp",
        "superseded": "đã được thay",
        "suspended": "tạm ngừng",
        "taken_biometrics": "đã thu nhận sinh trắc học",
        "used": "đã dùng",
        "valid": "còn hiệu lực",
        "waiting": "đang chờ",
        "withdrawn": "đã rút",
    }.items()
}
_WHETHER: Final = {False: Words("không", "no"), True: Words("có", "yes")}


def written(field: str, value: Any, language: Language) -> str | None:
    """Write the value of a field of the catalogue; None for what is not on record.

    A date is written as each language has it: 03/09/1990, 1990-09-03, or what is known of it.
    """
    if isinstance(value, bool):
        return str(getattr(_WHETHER[value], language))
    line = in_line(value)
    if line is None:
        return None
    if field in _WORDS:
        words = _WORDS[field].get(line)
        return line if words is None else getattr(words, language)
    if language == "vi" and _is_date(field):
        return dates.parse(line).vietnamese()
    return coded(line, language)


def coded(code: str, language: Language) -> str:
    """Return the words for a code of a state; any other text as it stands."""
    words = _CODES.get(code)
    return code if words is None else str(getattr(words, language))


def label(name: str, language: Language) -> str:
    """Return the words for a field that agencies may ask for; its name where it has none."""
    field = consent_law.CONSENTED.get(name)
    return name if field is None else str(getattr(field, f"label_{language}"))


def purpose(name: str, language: Language) -> str:
    """Return the words for a purpose; its name where it has none."""
    known = preset.purposes().get(name)
    return name if known is None else str(getattr(known, f"title_{language}"))


def _is_date(field: str) -> bool:
    """Whether a field is a date; that of birth is text, as it may not be known whole."""
    return field == "birth_date" or disclosing.CATALOGUE[field].type is dt.date


def in_line(value: Any) -> str | None:
    """Write any value as a line of text; None for nothing."""
    if value in (None, [], {}, ""):
        return None
    if isinstance(value, list):
        return "; ".join(filter(None, map(in_line, value)))
    if isinstance(value, dict):
        return next((in_line(value[name]) for name in _TELLING if name in value), None)
    return str(value)
