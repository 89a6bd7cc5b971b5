"""What a trainer does to one learner or to all: weather, and a whole class that has to wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.platform import clock
from app.sandbox import faults
from app.sandbox.weather import FROZEN, Profile, Step
from app.training import classes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from sqlalchemy.orm import Session

    from app.platform.world import World
    from app.training.classes import Room

#: What is said to wait while a class is frozen, in seconds.
_RETRY_AFTER = 10
_FREEZE = Profile(name=FROZEN, steps=(Step(kind="maintenance", retry_after=_RETRY_AFTER),))


def worlds(room: Room, numbers: Collection[int]) -> Iterator[World]:
    """Give the worlds of these learners, of all for none; those that are gone are left out.

    Raises `learner-unknown`.
    """
    with room.world.session() as session:
        chosen = [classes.learner(session, room.world, number) for number in numbers]
        names = [each.world for each in chosen or classes.learners(session, room.world)]
    present = room.worlds.names()
    return (room.worlds.open(name) for name in names if name in present)


def push(room: Room, numbers: Collection[int], profile: Profile) -> int:
    """Put a fault on these learners' worlds; return on how many. Raises as `faults.put` does."""
    now = clock.now()
    return _each(room, numbers, lambda session: faults.put(session, profile, now=now))


def lift(room: Room, numbers: Collection[int], name: str) -> int:
    """Take a fault off these learners' worlds, where it is; return of how many it was asked."""
    now = clock.now()

    def job(session: Session) -> None:
        if any(profile.name == name for profile in faults.all_of_them(session)):
            faults.clear(session, name, now=now)

    return _each(room, numbers, job)


def freeze(room: Room, numbers: Collection[int]) -> int:
    """Have no call of these learners answered: all are told to wait, whatever else goes wrong."""
    return push(room, numbers, _FREEZE)


def thaw(room: Room, numbers: Collection[int]) -> int:
    """Have their calls answered again."""
    return lift(room, numbers, FROZEN)


def is_frozen(world: World) -> bool:
    """Whether the calls of this learner's world have to wait."""
    if not world.facts.weather:
        return False
    with world.session() as session:
        return any(profile.name == FROZEN for profile in faults.all_of_them(session))


def _each(room: Room, numbers: Collection[int], job: Callable[[Session], None]) -> int:
    count = 0
    for world in worlds(room, numbers):
        world.writer.submit(job)
        world.refresh()  # here at once, in other processes within a second
        count += 1
    return count
