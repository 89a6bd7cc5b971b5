"""The first page of the console: how the world stands, and what happened last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange import agencies, connections, requests
from app.exchange.log import proving
from app.registry import citizens
from app.sandbox import faults, personas
from app.web.console_page import FIRST, Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_CALLS = 8


def _show(asked: Asked, session: Session) -> Shown:
    """Show the world in figures, its connections and weather, and the latest calls."""
    world = asked.world
    views = connections.all_of_them(session, world.today)
    return Shown(
        "console_overview.html",
        {
            "people": citizens.count(session),
            "leaves": proving.size(session),
            "agencies": len(agencies.all_of_them(session)),
            "personas": len(personas.all_of_them(session)),
            "connections": connections.summary(views),
            "weather": faults.all_of_them(session),
            "calls_": requests.page(session, agency_code=None, limit=_CALLS),
            "alarm": asked.server.housekeeping.alarms().get(world),
        },
    )


PAGE = Page(name=FIRST, title=N_("Overview"), group="world", order=0, views={"": _show})
