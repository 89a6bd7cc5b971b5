"""Worlds: made, forked, reset and deleted; with the server's token, as at `/control/v1/worlds`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from app.platform.world import WorldSpec
from app.sandbox import making, operator
from app.sandbox import worlds as lives
from app.web.console_page import Asked, Page, Shown, number
from app.web.languages import N_

if TYPE_CHECKING:
    from fastapi import Response
    from sqlalchemy.orm import Session

_START = dt.date(2026, 1, 1)


def _list(asked: Asked, _session: Session) -> Shown:
    """Show all worlds, those in the making with how far they are."""
    server = asked.server
    known = server.worlds.list()
    making_ = server.makings.unfinished()
    failed = [
        found
        for name in (asked.query.get("made"),)
        if name is not None and (found := server.makings.find(name)) and found.news.ended
    ]
    return Shown(
        "console_worlds.html",
        {
            "worlds": known,
            "making": making_,
            "failed": failed,
            "rules_server": asked.rules_server,
            "default": server.settings.default_world,
            "start": _START,
        },
    )


def _create(asked: Asked) -> Response:
    """Have a world made, in a process of its own; the list shows how far it is."""
    _check(asked)
    name = asked.form.get("name", "")
    lives.check_free(asked.server.worlds, name)
    spec = WorldSpec(
        seed=_number(asked, "seed"),
        size=_number(asked, "size"),
        generator_version=making.generator_version(),
        start_date=_start(asked),
        pin_style="realistic" if asked.form.get("pin_style") == "realistic" else "reserved",
    )
    asked.server.makings.start(name, spec)
    return asked.visitor.to(PAGE.address, made=name)


def _fork(asked: Asked) -> Response:
    """Copy a world as it is now."""
    _check(asked)
    lives.fork(asked.server.worlds, asked.path["world"], asked.form.get("name", ""))
    return asked.visitor.to(PAGE.address)


def _reset(asked: Asked) -> Response:
    """Have a world put back to its start, in a process of its own."""
    _check(asked)
    name = asked.path["world"]
    asked.server.worlds.open(name)  # an unknown one is told at once
    asked.server.makings.start(name, None)
    return asked.visitor.to(PAGE.address, made=name)


def _delete(asked: Asked) -> Response:
    """Delete a world and everything in it, for good."""
    _check(asked)
    name = asked.path["world"]
    if name == asked.server.settings.default_world:
        raise lives.DEFAULT_STAYS.error()
    lives.delete(asked.server.worlds, name)
    return asked.visitor.to(PAGE.address)


def _check(asked: Asked) -> None:
    """Raise `server-token-required` where only a world's token was shown."""
    if not asked.rules_server:
        raise operator.SERVER_TOKEN_REQUIRED.error()


def _number(asked: Asked, name: str) -> int:
    """Return a number of the form; −1, which no world has, for what is none."""
    found = number(asked.form.get(name))
    return -1 if found is None else found


def _start(asked: Asked) -> dt.date:
    try:
        return dt.date.fromisoformat(asked.form.get("start_date", ""))
    except ValueError:
        return _START


PAGE = Page(
    name="worlds",
    title=N_("Worlds"),
    group="world",
    order=1,
    views={"": _list},
    acts={
        "/new": _create,
        "/{world}/fork": _fork,
        "/{world}/reset": _reset,
        "/{world}/delete": _delete,
    },
)
