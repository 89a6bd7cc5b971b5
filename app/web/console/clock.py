"""The world's clock: what day it is, what is to come, and time that passes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from app.sandbox import clock
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    import datetime as dt

    from fastapi import Response
    from sqlalchemy.orm import Session

    from app.api.server import Server
    from app.platform.progress import Progress
    from app.sandbox.clock import Lived

_STEPS: Final = {"day": {"days": 1}, "month": {"months": 1}, "year": {"years": 1}}


def _show(asked: Asked, session: Session) -> Shown:
    """Show the clock, how far an advance is, and what happened in the last."""
    return Shown(
        "console_clock.html",
        {
            "coming": clock.coming(session),
            "advance": asked.server.advances.last(asked.world.id),
            "steps": tuple(_STEPS),
        },
    )


def _advance(asked: Asked) -> Response:
    """Let time pass; the page shows how far it is."""
    world, advances = asked.world, asked.server.advances
    step = _STEPS.get(asked.form.get("step", ""), _STEPS["day"])
    world.refresh()
    until = clock.target(world.today, **step)
    clock.check(world, until)
    lives = "still" not in asked.form
    work = partial(_work, asked.server, world.name, until, lives)
    advances.start(advances.begin(world.id, until), work)
    return asked.visitor.to(PAGE.address)


def _work(server: Server, name: str, until: dt.date, lives: bool, progress: Progress) -> Lived:  # noqa: FBT001 - of the form
    return clock.advance(server.worlds, name, until, lives=lives, progress=progress)


PAGE = Page(
    name="clock",
    title=N_("Clock"),
    group="world",
    order=2,
    views={"": _show},
    acts={"/advance": _advance},
)
