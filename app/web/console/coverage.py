"""Coverage: in which provinces most people have an eID account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity import statistics
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def _show(asked: Asked, session: Session) -> Shown:
    """Show the provinces, by how many of their people have an account."""
    rows = statistics.provinces_by_coverage(session, asked.world.today)
    return Shown(
        "console_coverage.html",
        {
            "rows": rows,
            "people": sum(row.people for row in rows),
            "accounts": sum(row.accounts for row in rows),
            "of_age": statistics.OF_AGE,
        },
    )


PAGE = Page(name="coverage", title=N_("eID coverage"), group="people", order=4, views={"": _show})
