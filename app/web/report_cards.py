"""A report card as a page in one file: its style and type stand in it, and nothing is fetched."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from app.training.report_card import grading
from app.web import assets, pages

if TYPE_CHECKING:
    from app.platform.errors import Language
    from app.training.report_card.grading import ReportCard, Result

#: A font that a style sheet names, or a picture: the ones stand in the page, of the others none.
_NAMED: Final = re.compile(r'url\("([a-z0-9-]+)\.(woff2|svg)"\)')
_SHEETS: Final = ("style.css", "report-card.css")
_TYPES: Final = {"woff2": "font/woff2", "svg": "image/svg+xml"}


class _Told(NamedTuple):
    result: Result
    happens: str
    did: str
    should: str


def page(card: ReportCard, language: Language) -> str:
    """Return a card as a whole HTML document: what went wrong first, the gravest at the top."""
    told = [_Told(each, *grading.in_language(each, language)) for each in card.cases]
    wrong = [each for each in told if each.result.passed is False]
    return pages.alone(
        "report_card.html",
        language,
        card=card,
        style=f"<style>{_style()}</style>",
        wrong=sorted(wrong, key=lambda each: -each.result.weight),
        others=[each for each in told if each.result.passed is not False],
    )


def _style() -> str:
    sheets = "\n".join((assets.FOLDER / name).read_text(encoding="utf-8") for name in _SHEETS)
    return _NAMED.sub(_inline, sheets)


def _inline(named: re.Match[str]) -> str:
    name, kind = named.groups()
    content = base64.b64encode((assets.FOLDER / f"{name}.{kind}").read_bytes()).decode()
    return f'url("data:{_TYPES[kind]};base64,{content}")'
