"""Waking: worlds that nobody calls are opened where something is to go on by itself.

After a start no world is open but the default one, and one may be closed to make room. A message
may be due there all the same, a job or a step be left, and a command may move any world's clock.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from app.exchange.jobs import keeping
from app.exchange.log import checkpointing
from app.exchange.log.errors import VerificationError
from app.exchange.webhooks import subscriptions
from app.platform import clock, failures
from app.platform.errors import DancuError
from app.procedures import sagas

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.platform.worlds import Facts, Worlds

#: How often steps that are held are a reason: as often as they are tried in an open world.
_STEPS_NS: Final = 3600 * 10**9
_log = logging.getLogger("dancu.waking")


class Waker:
    """The one of a server process."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds
        self._every_ns = int(worlds.settings.wake_seconds * 1e9)
        self._next_ns = self._next_steps_ns = clock.monotonic_ns()
        self._told: dict[str, str] = {}

    @property
    def due_ns(self) -> int | None:
        """When to look again, by the monotonic clock; None if never."""
        return self._next_ns if self._every_ns else None

    def look(self, is_ending: Callable[[], bool]) -> None:
        """Open the worlds in which something goes on, if it is time to look."""
        now = clock.monotonic_ns()
        if not self._every_ns or now < self._next_ns:
            return
        is_for_steps = now >= self._next_steps_ns
        for name in self._names():
            if is_ending() or not self._worlds.has_room:
                break
            self._wake(name, partial(_is_anything_due, steps=is_for_steps))
        else:  # every world was asked
            if is_for_steps:
                self._next_steps_ns = now + _STEPS_NS
        self._next_ns = clock.monotonic_ns() + self._every_ns

    def _names(self) -> list[str]:
        try:
            found = self._worlds.names()
        except (DancuError, SQLAlchemyError) as error:  # the next look will do
            self._tell("", failures.named(error))
            return []
        self._told = {name: wrong for name, wrong in self._told.items() if name in found}
        return found

    def _wake(self, name: str, question: Callable[[Session, Facts], bool]) -> None:
        try:
            if self._worlds.ask(name, question):
                self._worlds.open(name)  # which has it looked after
            self._told.pop(name, None)
        # Deleted or changed at this moment, or damaged in ways of its own: the others go on.
        except Exception as error:  # noqa: BLE001 - as said
            self._tell(name, failures.named(error))

    def _tell(self, name: str, wrong: str) -> None:
        """Say it once, not at each look."""
        if self._told.get(name) != wrong:
            self._told[name] = wrong
            _log.warning("no look at %s: %s", name or "the worlds", wrong)


def _is_anything_due(session: Session, facts: Facts, *, steps: bool) -> bool:
    now = clock.now()
    return (
        bool(subscriptions.look(session, facts, now))
        or keeping.due(session, now) is not None
        or (steps and sagas.are_any_open(session))
        or _is_behind(session)
    )


def _is_behind(session: Session) -> bool:
    """Whether leaves have no checkpoint yet; a broken log is opened as well, for it to be told."""
    try:
        return checkpointing.is_behind(session)
    except VerificationError:
        return True
