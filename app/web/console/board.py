"""The board of the programme's steering group: one page to read and to print, nothing to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.exchange import connections, fees
from app.exchange.log import proving
from app.identity import statistics
from app.procedures import reuse
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_PROVINCES: Final = 5


def _show(asked: Asked, session: Session) -> Shown:
    """Show coverage, connections, reuse and savings, with the provinces that lead and that lag."""
    today = asked.world.today
    rows = [row for row in statistics.provinces_by_coverage(session, today) if row.people]
    systems = connections.all_of_them(session, today)
    return Shown(
        "console_board.html",
        {
            "documents": statistics.coverage(session),
            "people": sum(row.people for row in rows),
            "accounts": sum(row.accounts for row in rows),
            "leading": rows[:_PROVINCES],
            "lagging": rows[_PROVINCES:][-_PROVINCES:],
            "connections": connections.summary(systems),
            "reuse": reuse.report(session),
            "fees": fees.report(session),
            "leaves": proving.size(session),
        },
    )


PAGE = Page(name="board", title=N_("Steering board"), group="world", order=4, views={"": _show})
