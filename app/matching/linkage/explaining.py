"""Explaining: the error model in words, for whoever reads a verdict or the documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from app.matching.linkage.slips import AGREED, SLIPS, About

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What stands where a row cannot be read, beside the slips.
UNREADABLE: Final = {
    "name_unreadable": ("Không có họ tên", "There is no name"),
    "birth_date_unreadable": ("Không đọc được ngày sinh", "The birth date cannot be read"),
}
_MEASURED: Final = {"en": "measured", "vi": "đo trong dữ liệu"}


class Told(NamedTuple):
    """A reason in both languages."""

    name: str
    vi: str
    en: str


def told(reasons: Iterable[str]) -> list[Told]:
    """Return reasons of `linking.reasons` in words; KeyError for one that there is not."""
    return [
        Told(name, *UNREADABLE[name])
        if name in UNREADABLE
        else Told(name, SLIPS[name].title_vi, SLIPS[name].title_en)
        for name in reasons
    ]


def table_markdown(language: Literal["vi", "en"]) -> str:
    """Print the error model for the documents: what each error costs, and leaves of agreement."""
    heading = {
        "en": "| in | error | what it is | costs, bits | worth, bits |",
        "vi": "| ở | lỗi | là gì | giá, bit | đáng, bit |",
    }[language]
    agreed = {"en": "it agrees", "vi": "khớp"}[language]
    lines = [heading, "|---|---|---|---:|---:|"]
    for about in About:
        lines.append(f"| {about} | – | {agreed} | {AGREED[about]:g} | {_MEASURED[language]} |")
        for slip in SLIPS.values():
            if slip.about is about:
                worth = (
                    _MEASURED[language] if slip.information is None else f"{slip.information:g}"
                )
                title = slip.title_en if language == "en" else slip.title_vi
                lines.append(f"| {about} | `{slip.name}` | {title} | {slip.weight:g} | {worth} |")
    return "\n".join(lines) + "\n"
