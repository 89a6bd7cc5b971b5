"""Weather: what is to go wrong in the world, for whom and how often; put on, and taken off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.platform import clock
from app.sandbox import faults
from app.sandbox.weather import Delay, Profile, Step
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import Response
    from sqlalchemy.orm import Session

_STATUS: Final = 503
_DELAY: Final = Delay(ms=2_000)
#: A rest in a script: nothing to put on by itself.
_NOTHING: Final = "fine"
_ONE_IN: Final = ("1", "0.5", "0.2", "0.05")


def _show(_asked: Asked, session: Session) -> Shown:
    """Show the weather that there is, and what it could be."""
    return Shown(
        "console_weather.html",
        {
            "profiles": faults.all_of_them(session),
            "kinds": [
                kind
                for kind in faults.CATALOGUE.values()
                if kind.of == "weather" and kind.name != _NOTHING
            ],
            "shares": _ONE_IN,
        },
    )


def _put(asked: Asked) -> Response:
    """Have something go wrong, in place of what the name stood for."""
    kind: Any = asked.form.get("kind")  # of what name, `put` checks
    share = asked.form.get("share")
    delay = _DELAY if kind == "latency" else None
    profile = Profile(
        name=asked.form.get("name", ""),
        client_id=asked.form.get("client_id"),
        path=asked.form.get("path"),
        steps=(Step(kind=kind, status=_STATUS, delay=delay),),
        share=float(share) if share in _ONE_IN else 1.0,
    )
    return _changed(asked, lambda session: faults.put(session, profile, now=clock.now()))


def _clear(asked: Asked) -> Response:
    """Have that go right again."""
    name = asked.path["name"]
    return _changed(asked, lambda session: faults.clear(session, name, now=clock.now()))


def _changed(asked: Asked, job: Callable[[Session], object]) -> Response:
    asked.world.writer.submit(job)
    asked.world.refresh()  # here at once, in other processes within a second
    return asked.visitor.to(PAGE.address)


PAGE = Page(
    name="weather",
    title=N_("Weather"),
    group="world",
    order=3,
    views={"": _show},
    acts={"/put": _put, "/{name}/clear": _clear},
)
