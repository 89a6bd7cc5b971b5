"""What a trainer does by a server: classes opened, their clocks advanced, calls made again."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from app.exchange import requests
from app.platform.worlds import WorldSpec
from app.sandbox import again, clock, making
from app.sandbox import worlds as lives
from app.training import classes, trainer

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection

    from app.platform.progress import Progress
    from app.platform.world import World
    from app.platform.worlds import Worlds
    from app.sandbox.clock import Lived
    from app.training.classes import Opening, Room, Seat

#: Citizens of a class's world, where nothing is said: small, so that thirty forks are quick.
SIZE = 2_000
_SEED = 1


class Advances(Protocol):
    """The advances of clocks that a server is at: one at a time for each world."""

    def last(self, world_id: str, /) -> Any:
        """Return the world's last one, which says whether it `is_over`."""
        ...

    def begin(self, world_id: str, until: dt.date, /) -> Any:
        """Take the turn."""
        ...

    def start(self, advance: Any, work: Callable[[Progress], Lived], /) -> None:
        """Do it, beside whoever asked."""
        ...


def open_class(
    worlds: Worlds,
    name: str,
    opening: Opening,
    make: Callable[[str, WorldSpec], None],
    *,
    like: str | None = None,
    size: int = SIZE,
) -> list[Seat]:
    """Open a class over a world that `make` makes, or over a fork of the world that is named.

    What was made is removed again where that fails.
    """
    lives.check_free(worlds, name)
    classes.check(name, opening)
    if like is None:
        spec = WorldSpec(
            seed=_SEED,
            size=size,
            generator_version=making.generator_version(),
            start_date=worlds.settings.default_start_date,
            pin_style="reserved",
        )
        make(name, spec)
    else:
        lives.fork(worlds, like, name)
    try:
        return classes.begin(classes.Room(worlds, worlds.open(name)), opening)
    except BaseException:
        lives.delete(worlds, name)
        raise


def address(worlds: Worlds, name: str) -> str:
    """Return where a class's learners come in."""
    return f"{worlds.settings.issuer_base}/w/{name}/class"


def advance(
    advances: Advances,
    room: Room,
    numbers: Collection[int],
    until: Callable[[World], dt.date],
) -> int:
    """Let time pass in these learners' worlds, in all for none; return in how many it begins.

    Worlds whose clock is being advanced already are left alone.
    """
    begun = 0
    for world in trainer.worlds(room, numbers):
        last = advances.last(world.id)
        if last is not None and not last.is_over:
            continue
        world.refresh()
        day = until(world)
        clock.check(world, day)
        work = partial(_work, room.worlds, world.name, day)
        advances.start(advances.begin(world.id, day), work)
        begun += 1
    return begun


def replay(room: Room, number: int) -> tuple[World, str]:
    """Make a learner's last call to `/v1/…` once more; return their world and the call's id.

    Raises `request-not-repeatable` where there is none, and `learner-unknown`.
    """
    for world in trainer.worlds(room, [number]):
        with world.session() as session:
            rows = requests.page(session, agency_code=None, limit=requests.MOST_ROWS)
        for row in rows:
            if again.is_whole(row):
                return world, again.send(room.worlds.settings.own_base, world, row)
    raise again.NOT_AGAIN.error()


def _work(worlds: Worlds, name: str, until: dt.date, progress: Progress) -> Lived:
    return clock.advance(worlds, name, until, lives=True, progress=progress)
