"""Classes, with the server's token: who is where, and what a trainer does to one or to all."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from fastapi import Response

from app.platform import clock
from app.platform.errors import InvalidParam
from app.sandbox import clock as clocks
from app.sandbox import faults, operator
from app.sandbox.weather import Delay, Profile, Step
from app.training import board, classes, lesson, progress, teaching, trainer
from app.training.classes import Opening
from app.web.console_page import BELOW, Asked, Page, Shown, number
from app.web.languages import N_

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.platform.world import World
    from app.training.classes import Room, Seat

#: What trainers push, of what can go wrong: the rest is said by commands.
_KINDS: Final = ("error", "latency", "rate-limit", "maintenance", "drop-after", "truncate")
_PUSHED: Final = "trainer"
_STEPS: Final = {"day": {"days": 1}, "month": {"months": 1}, "year": {"years": 1}}
_CSV: Final = "text/csv; charset=utf-8"


def _list(asked: Asked, _session: Session) -> Shown:
    """Show the classes there are, and what one more could be made of."""
    rooms = classes.all_of_them(asked.server.worlds) if asked.rules_server else []
    return Shown(
        "console_classes.html",
        {
            "lines": [board.line(room) for room in rooms],
            "rules_server": asked.rules_server,
            "worlds": asked.server.worlds.names() if asked.rules_server else [],
            "most": classes.MOST_LEARNERS,
            "size": teaching.SIZE,
        },
    )


def _open(asked: Asked) -> Shown:
    """Open a class and show its codes: they are told once."""
    _check(asked)
    name = asked.form.get("name", "")
    named = [line.strip() for line in asked.form.get("names", "").splitlines()]
    count = number(asked.form.get("learners")) or 0
    learners = tuple([*named, *([""] * count)][:count])
    makings = asked.server.makings
    seats = teaching.open_class(
        asked.server.worlds,
        name,
        Opening(learners=learners, lessons=()),
        lambda name, spec: makings.start(name, spec).wait(),
        like=asked.form.get("world"),
        size=number(asked.form.get("size")) or teaching.SIZE,
    )
    return _codes(asked, name, seats)


def _codes(asked: Asked, name: str, seats: list[Seat]) -> Shown:
    address = teaching.address(asked.server.worlds, name)
    return Shown("console_codes.html", {"name": name, "seats": seats, "address": address})


def _show(asked: Asked, _session: Session) -> Shown:
    """Show a class: who is where, and what can be done."""
    _check(asked)
    room = _room(asked)
    return Shown(
        "console_class.html",
        {
            "view": board.view(room),
            "titles": {name: each.title for name, each in lesson.all_of_them().items()},
            "kinds": [faults.CATALOGUE[kind] for kind in _KINDS],
            "steps": tuple(_STEPS),
            "address": teaching.address(asked.server.worlds, room.world.name),
            "now": clock.now(),
        },
    )


def _results(asked: Asked, _session: Session) -> Response:
    """Give the results as a file for a spreadsheet."""
    _check(asked)
    room = _room(asked)
    name = f'attachment; filename="{room.world.name}.csv"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(board.csv(board.results(room)), headers=headers, media_type=_CSV)


def _close(asked: Asked) -> Response:
    """Close a class, with all its worlds."""
    _check(asked)
    classes.close(_room(asked))
    return asked.visitor.to(PAGE.address)


def _code(asked: Asked) -> Shown:
    """Give a learner another code."""
    _check(asked)
    room = _room(asked)
    seat = classes.new_code(room, number(asked.path["number"]) or 0)
    return _codes(asked, room.world.name, [seat])


def _push(asked: Asked) -> Response:
    """Have something go wrong for whom it was chosen, in place of what the trainer put on last."""
    kind: Any = asked.form.get("kind")  # of what name, `put` checks
    step = Step(kind=kind, status=503, delay=Delay(ms=2_000) if kind == "latency" else None)
    profile = Profile(name=_PUSHED, steps=(step,))
    return _steer(asked, lambda room, whom: trainer.push(room, whom, profile))


def _advance(asked: Asked) -> Response:
    """Let time pass for whom it was chosen."""
    step = _STEPS.get(asked.form.get("step", ""), _STEPS["day"])

    def until(world: World) -> dt.date:
        return clocks.target(world.today, **step)

    return _steer(
        asked, lambda room, whom: teaching.advance(asked.server.advances, room, whom, until)
    )


def _replay(asked: Asked) -> Response:
    """Make a learner's last call once more, and go to where it is shown, in their world."""
    _check(asked)
    whom = number(asked.form.get("whom"))
    if whom is None:
        wrong = InvalidParam("whom", "one learner, not all", "một học viên, không phải tất cả")
        raise classes.LEARNER_UNKNOWN.error(params=(wrong,))
    world, request_id = teaching.replay(_room(asked), whom)
    return asked.visitor.to(f"{BELOW}/into/{world.name}/requests/{request_id}")


def _release(asked: Asked) -> Response:
    """Show the solution of the lesson that they are at to whom it was chosen."""
    _check(asked)
    room, whom = _room(asked), _whom(asked)
    for each in board.view(room).learners:
        if each.lesson is not None and (not whom or each.number in whom):
            progress.release(room, each.number, each.lesson)
    return _back(asked)


def _steer(asked: Asked, do: Callable[[Room, list[int]], object]) -> Response:
    _check(asked)
    do(_room(asked), _whom(asked))
    return _back(asked)


def _lift(room: Room, whom: list[int]) -> object:
    return trainer.lift(room, whom, _PUSHED)


def _back(asked: Asked) -> Response:
    return asked.visitor.to(f"{PAGE.address}/{asked.path['name']}")


def _room(asked: Asked) -> Room:
    return classes.find(asked.server.worlds, asked.path["name"])


def _whom(asked: Asked) -> list[int]:
    """Return who was chosen; nobody stands for all."""
    chosen = number(asked.form.get("whom"))
    return [] if chosen is None else [chosen]


def _check(asked: Asked) -> None:
    """Raise `server-token-required` where only a world's token was shown."""
    if not asked.rules_server:
        raise operator.SERVER_TOKEN_REQUIRED.error()


PAGE = Page(
    name="classes",
    title=N_("Classes"),
    group="tests",
    order=2,
    views={"": _list, "/{name}": _show, "/{name}/results": _results},
    acts={
        "/new": _open,
        "/{name}/close": _close,
        "/{name}/learners/{number}/code": _code,
        "/{name}/push": _push,
        "/{name}/lift": partial(_steer, do=_lift),
        "/{name}/freeze": partial(_steer, do=trainer.freeze),
        "/{name}/thaw": partial(_steer, do=trainer.thaw),
        "/{name}/clock": _advance,
        "/{name}/replay": _replay,
        "/{name}/release": _release,
    },
)
