"""Worlds opened by name, and kept open while they are used: the one list of a server process."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from app.platform import clock, errors, failures, names, opening
from app.platform.connections import Connections
from app.platform.stores import store as stores
from app.platform.world import (
    FRESH_NS,
    REPLACED,
    Facts,
    PinStyle,
    World,
    WorldSpec,
    files_beside,
    read_once,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.orm import Session

    from app.platform.settings import Settings

__all__ = ["EXPOSED", "Facts", "PinStyle", "World", "WorldSpec", "Worlds"]

EXPOSED = errors.declare(
    code="world-exposed",
    kind="conflict",
    fault_of="caller",
    title_vi="Khóa của một thế giới còn suy ra được từ seed",
    title_en="The keys of a world can still be derived from its seed",
    next_vi="Chạy `dancu world rekey TÊN`; hoặc chỉ lắng nghe trên 127.0.0.1 và không nêu máy khác"
    " trong DANCU_PUBLIC_URL, DANCU_ALLOWED_HOSTS, DANCU_ALLOWED_ORIGINS.",
    next_en="Run `dancu world rekey NAME`; or listen on 127.0.0.1 only, and name no other machine"
    " in DANCU_PUBLIC_URL, DANCU_ALLOWED_HOSTS or DANCU_ALLOWED_ORIGINS.",
)

#: Time without use after which a world may be closed to make room for others.
IDLE_NS = 10_000_000_000

_log = logging.getLogger("dancu.worlds")


class Worlds:
    """All worlds of one home folder or server, and those of them that are open in this process."""

    def __init__(self, settings: Settings, *, serving: bool = False) -> None:
        """`serving` says that requests reach these worlds, as the settings let them."""
        self.settings = settings
        self._is_exposed = serving and not settings.is_private
        self.store = stores.at(settings)
        self.connections = Connections(settings.own_connections, self._shed)
        self._on_open: Callable[[World], None] = lambda _world: None
        self._open: dict[str, World] = {}
        self._opening: dict[str, threading.Lock] = {}
        self._door = threading.Lock()
        self._pulse: threading.Thread | None = None
        self._stop = threading.Event()

    def open(self, name: str, *, to_rekey: bool = False) -> World:
        """Return the world, opened if it is not; never keep it longer than for one request.

        An older schema is migrated after a backup. Raises `world-unknown` and `world-too-new`;
        and `world-exposed` where others reach this process and anybody can derive the world's
        keys, unless it is opened to get others.
        """
        world = self.peek(name)
        if world is not None:
            return world
        if not names.is_valid(name):
            raise stores.UNKNOWN.error()
        if name not in self._opening:
            self.store.url(name)  # of a world that is not, nothing is kept: anybody may ask for it
        with self._door:
            lock = self._opening.setdefault(name, threading.Lock())
        with lock:
            world = self._refreshed(name) or self._opened(name)
        world.used_ns = clock.monotonic_ns()
        if not self._is_derivable(world.facts):
            self._admit(world)
        elif not to_rekey:
            raise EXPOSED.error(name)
        return world

    def on_open(self, call: Callable[[World], None]) -> None:
        """Have `call` called with every world that is opened here from now on, whoever opens it.

        One that is exposed follows when it has other keys.
        """
        self._on_open = call

    def peek(self, name: str) -> World | None:
        """Return the world if that takes no waiting: for the event loop. Else use `open`."""
        world = self._open.get(name)
        if world is None or not world.is_fresh or not world.is_admitted:
            return None
        world.used_ns = clock.monotonic_ns()
        return world

    def ask(self, name: str, question: Callable[[Session, Facts], bool]) -> bool:
        """Ask a world that is not open here.

        False of one that is open, that is going, that has to be migrated, or that is exposed.
        """
        if name in self._open:
            return False
        return opening.ask(
            self.store.url(name),
            lambda session, facts: not self._is_derivable(facts) and question(session, facts),
        )

    @property
    def has_room(self) -> bool:
        """Whether one more may be open, if need be in the place of one that is idle."""
        opened = list(self._open.values())
        return len(opened) < self.settings.max_open_worlds or any(map(_is_idle, opened))

    def names(self) -> list[str]:
        """Return the names of all worlds, sorted."""
        return self.store.names()

    def has(self, name: str) -> bool:
        """Whether there is such a world: of one that is open and fresh, the store is not asked."""
        return self.peek(name) is not None or name in self.names()

    def list(self) -> list[Facts]:
        """Return what is known of each world, in order of name; older ones are migrated.

        A world that a newer dancu made is left out, and named in the log.
        """
        found = (self._glance(name) for name in self.names())
        return [facts for facts in found if facts is not None]

    def refuse_exposed(self) -> None:
        """Raise `world-exposed` if others could reach a world whose keys anybody can derive."""
        if self.settings.is_private:
            return
        exposed = [facts.name for facts in self.list() if facts.secret is None]
        if exposed:
            raise EXPOSED.error(", ".join(exposed))

    def release(self, name: str) -> None:
        """Close the world in this process, if it is open; the next `open` starts anew."""
        world = self._open.get(name)
        if world is not None:
            self._close(world)

    def start_pulse(self) -> None:
        """Keep the rows of open worlds fresh from a thread of its own, as a server wants."""
        self._pulse = threading.Thread(target=self._beat, name="worlds-pulse", daemon=True)
        self._pulse.start()

    def close_all(self) -> None:
        """Close every open world, each with all it was given to write."""
        self._stop.set()
        if self._pulse is not None:
            self._pulse.join()
        for name in list(self._open):
            self.release(name)
        self.store.close()

    def _is_derivable(self, facts: Facts) -> bool:
        """Whether others reach a world whose keys anybody can derive: one made since the start."""
        return self._is_exposed and facts.secret is None

    def _admit(self, world: World) -> None:
        if not world.is_admitted:
            world.is_admitted = True
            self._on_open(world)

    def files_of(self, name: str) -> Path | None:
        """Return where world `name` keeps its files (`World.files`); None if it cannot be read."""
        facts = self._glance(name)
        return None if facts is None else files_beside(self.settings.home, facts.id)

    def _glance(self, name: str) -> Facts | None:
        """Read a world's row without keeping the world open; None if it cannot be read."""
        known = self._open.get(name)
        if known is not None:
            return known.facts
        try:
            url = self.store.url(name)
            opening.make_current(self.store, name, url)
            return read_once(url)
        except errors.DancuError as error:
            _log.warning("world %s cannot be opened: %s", name, error)
            return None

    def _refreshed(self, name: str) -> World | None:
        """Return the open world with fresh facts; None, and no longer open, if it is no more."""
        world = self._open.get(name)
        if world is None or world.is_fresh or self._is_still(world):
            return world
        return None

    def _is_still(self, world: World) -> bool:
        """Look at the world's row again; close the world if that incarnation is over."""
        try:
            world.refresh()
        except errors.DancuError as error:
            # Where a world was deleted, what is left of it may also just not answer.
            if error.problem not in (REPLACED, stores.UNKNOWN) and world.name in self.names():
                raise
            self._close(world, is_over=True)
            return False
        return True

    def _opened(self, name: str) -> World:
        url = self.store.url(name)
        opening.make_current(self.store, name, url)
        world = World(url, self.settings, self.connections)
        with self._door:
            self._open[name] = world
        self._make_room()
        return world

    def _make_room(self) -> None:
        """Close the worlds that have been idle longest, if more than the limit are open."""
        while len(self._open) > self.settings.max_open_worlds:
            oldest = max(list(self._open.values()), key=lambda world: world.idle_ns)
            if not _is_idle(oldest):
                return  # all are in use: the cap on connections still holds
            self._close(oldest)

    def _close(self, world: World, *, is_over: bool = False) -> None:
        with self._door:
            if self._open.get(world.name) is world:  # not another that was opened since
                del self._open[world.name]
        world.close(is_over=is_over)

    def _shed(self) -> None:
        """Close one idle connection, of the world that was used longest ago: a reader's if any.

        Writers' come last: on SQLite the event loop would wait for theirs.
        """
        known = sorted(self._open.values(), key=lambda world: world.used_ns)
        any(world.shed(writer=writer) for writer in (False, True) for world in known)

    def _beat(self) -> None:
        while not self._stop.wait(FRESH_NS / 2e9):
            for name, world in list(self._open.items()):
                try:
                    self._is_still(world)
                except (errors.DancuError, SQLAlchemyError) as error:
                    _log.warning("world %s cannot be looked at: %s", name, failures.named(error))


def _is_idle(world: World) -> bool:
    return world.idle_ns > IDLE_NS
