"""The generated tables of docs/report-card.md: every case, and what it should come to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.training.report_card import catalogue, sign_ins

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.training.report_card.cases import Case, SignInCase

_HEAD = (
    "| case | gravity | what happens | điều xảy ra | what it should do |{more}\n"
    "|---|---|---|---|---|{line}\n"
)


def client() -> str:
    """The cases of a client, with the conclusions that are right."""
    head = _HEAD.format(more=" right |", line="---|")
    return head + "".join(
        f"{_row(each)} {' '.join(f'`{said}`' for said in sorted(each.accepts))} |\n"
        for each in catalogue.CLIENT
    )


def relying_party() -> str:
    """The cases of a relying party."""
    return _HEAD.format(more="", line="") + _rows(sign_ins.RELYING_PARTY)


def _rows(cases: Sequence[SignInCase]) -> str:
    return "".join(f"{_row(each)}\n" for each in cases)


def _row(each: Case | SignInCase) -> str:
    cells = (f"`{each.name}`", each.gravity, *each.happens, each.should.en)
    return f"| {' | '.join(cells)} |"
