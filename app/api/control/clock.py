"""`/control/v1/clock`: what day it is in a world, and moving on from there."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Header, Response
from pydantic import Field

from app.api import answers, problems, schemas, writes
from app.api.calls import Call
from app.api.control.advances import Advance
from app.api.control.operators import NAME, OF_WORLD
from app.api.dependencies import CallDep, ServerDep
from app.api.server import Server
from app.platform.progress import Progress
from app.platform.world import World
from app.sandbox import clock
from app.sandbox.clock import Lived

router = APIRouter(prefix="/control/v1/clock", tags=["control"], dependencies=[OF_WORLD])


class ClockSetting(schemas.Strict):
    """Where the clock is to go: to a day, or so much further; of both, so much after the day.

    `lives` false moves the clock alone: nobody is born, dies, marries or moves meanwhile.
    """

    to: schemas.Maybe[schemas.Day] = Field(None, description="A day; unset, the world's today.")
    years: int = Field(0, ge=0, le=clock.MOST_YEARS)
    months: int = Field(0, ge=0, le=12 * clock.MOST_YEARS)
    days: int = Field(0, ge=0, le=366 * clock.MOST_YEARS)
    lives: bool = True


class SkippedView(msgspec.Struct, frozen=True, kw_only=True):
    """Events that the registry refused when their day came: how many, and the first objection."""

    kind: str
    member: str
    reason: str
    count: int


class LivedView(msgspec.Struct, frozen=True, kw_only=True):
    """What happened while the clock was advanced, by kind; what did not, and why.

    `world_events` are those that concerned all (`GET /v1/world-events`). `seconds` are real ones.
    """

    since: dt.date
    today: dt.date
    happened: dict[str, int]
    skipped: list[SkippedView]
    world_events: list[str]
    seconds: float
    simulated: bool = True


class AdvanceView(msgspec.Struct, frozen=True, kw_only=True):
    """The last advance that this server was asked for: how far it is (`done`, 0 to 1), its end."""

    state: Literal["advancing", "done", "failed"]
    until: dt.date
    what: str
    done: float
    failed: str | None
    lived: LivedView | None


class ClockView(msgspec.Struct, frozen=True, kw_only=True):
    """What day it is. `coming` counts what this month still brings, as far as it is drawn."""

    start_date: dt.date
    today: dt.date
    coming: dict[str, int]
    advance: AdvanceView | None
    simulated: bool = True


_Async = Annotated[
    str | None,
    Header(alias="Prefer", description="`respond-async`: do not wait for the end (RFC 7240)."),
]


@router.get("", responses={**problems.documented(401), **answers.of(ClockView)})
def show_clock(call: CallDep, server: ServerDep) -> Response:
    """Show what day it is in the world, and how far an advance is."""
    return answers.json(_view(server, call.world))


@router.post(
    "",
    responses={
        **problems.documented(401, 409),
        **answers.of(LivedView),
        **answers.of(ClockView, status=202, description="Advancing: poll the address in Location"),
    },
)
def set_clock(
    call: CallDep, server: ServerDep, asked: ClockSetting, prefer: _Async = None
) -> Response:
    """Set or advance the world's clock, and let the population live meanwhile.

    It runs forward only. A year of 50,000 citizens takes seconds; the world answers meanwhile.
    What is cut short is gone on with by the next advance.
    """
    return writes.long(call, NAME, server.worlds, partial(_advance, call, server, asked, prefer))


def _advance(call: Call, server: Server, asked: ClockSetting, prefer: str | None) -> Response:
    world, advances = call.world, server.advances
    world.refresh()
    base = world.today if asked.to is None else asked.to
    until = clock.target(base, years=asked.years, months=asked.months, days=asked.days)
    clock.check(world, until)
    advance = advances.begin(world.id, until)
    work = partial(_work, server, world.name, until, asked.lives)
    if prefer is None or "respond-async" not in prefer:
        return answers.json(_lived(advances.run(advance, work)))
    advances.start(advance, work)
    headers = {
        "Location": f"{world.issuer}/control/v1/clock",
        "Preference-Applied": "respond-async",
    }
    return answers.json(_view(server, world), status=202, headers=headers)


def _work(server: Server, name: str, until: dt.date, lives: bool, progress: Progress) -> Lived:  # noqa: FBT001 - of the request
    return clock.advance(server.worlds, name, until, lives=lives, progress=progress)


def _view(server: Server, world: World) -> ClockView:
    world.refresh()
    with world.session() as session:
        coming = clock.coming(session)
    last = server.advances.last(world.id)
    return ClockView(
        start_date=world.spec.start_date,
        today=world.today,
        coming=coming,
        advance=None if last is None else _of(last),
    )


def _of(advance: Advance) -> AdvanceView:
    failed = advance.code
    state: Literal["advancing", "done", "failed"] = "done" if advance.is_over else "advancing"
    return AdvanceView(
        state=state if failed is None else "failed",
        until=advance.until,
        what=advance.what,
        done=advance.done,
        failed=failed,
        lived=None if advance.lived is None else _lived(advance.lived),
    )


def _lived(lived: Lived) -> LivedView:
    return LivedView(
        since=lived.since,
        today=lived.today,
        happened=dict(sorted(lived.happened.items())),
        skipped=[
            SkippedView(kind=kind, member=member, reason=reason, count=count)
            for (kind, member, reason), count in sorted(lived.skipped.items())
        ],
        world_events=list(lived.world_events),
        seconds=round(lived.seconds, 3),
    )
