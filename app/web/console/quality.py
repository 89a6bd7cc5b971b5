"""Quality and reuse: how right, complete, clean and live the data are, and what they save."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange import data_quality
from app.procedures import reuse
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def _show(asked: Asked, session: Session) -> Shown:
    """Show how much of all forms was prefilled; on request the quality, which takes its time."""
    is_measured = "measure" in asked.query
    return Shown(
        "console_quality.html",
        {
            "reuse": reuse.report(session),
            "qualities": data_quality.all_of_them(session, asked.world.today)
            if is_measured
            else None,
        },
    )


PAGE = Page(
    name="quality",
    title=N_("Data quality and reuse"),
    group="agencies",
    order=2,
    views={"": _show},
)
