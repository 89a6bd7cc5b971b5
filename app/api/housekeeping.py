"""What a server does for its worlds beside answering: checkpoints, webhooks, jobs, forgetting."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from app.api.deliverer import Deliverer
from app.api.runner import Runner
from app.exchange.log.checkpointing import Checkpointer
from app.platform import clock
from app.platform.errors import DancuError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.api.waking import Waker
    from app.platform.worlds import World, Worlds

#: How often an open world's old rows are looked for, and how long after the start for the first
#: time: soon, for a server may be up for less than an hour each day.
_SWEEP_NS: Final = 3600 * 10**9
_FIRST_SWEEP_NS: Final = 60 * 10**9
_log = logging.getLogger("dancu.housekeeping")


class Housekeeping:
    """The housekeeping of one server process, for every world that it opens or has to open."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds
        self._checkpointers: dict[World, Checkpointer] = {}
        self._deliverer = Deliverer(lambda: list(self._checkpointers))
        self._runner = Runner(lambda: list(self._checkpointers))
        self._door = threading.Lock()
        self._stop = threading.Event()
        self._woken = threading.Event()
        self._opened: list[World] = []
        self._is_loaded = False
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin to sweep, and to deliver."""
        self._thread.start()
        self._deliverer.start()
        self._runner.start()

    def adopt(self, world: World) -> None:
        """Look after a world that has just been opened; once is enough, more do no harm."""
        with self._door:
            if world in self._checkpointers or self._stop.is_set():
                return
            checkpointer = self._checkpointers[world] = Checkpointer(world)
            self._opened.append(world)
            if self._is_loaded:
                self._woken.set()
        checkpointer.start()
        world.on_close(lambda: self._release(world))

    def rooms_are_loaded(self) -> None:
        """Go on, in worlds that were or will be opened, with what a crash has interrupted.

        It needs most of the rooms, so that the door opens before them.
        """
        with self._door:
            self._is_loaded = True
            self._woken.set()

    def alarms(self) -> dict[World, str]:
        """Return the worlds that are open here, each with what is wrong with its log, or ''."""
        with self._door:
            return {world: each.alarm for world, each in self._checkpointers.items()}

    def close(self) -> None:
        """End, with a last checkpoint of every world; close the worlds afterwards."""
        self._stop.set()
        self._woken.set()
        self._deliverer.close()
        self._runner.close()
        for world in list(self._checkpointers):
            self._release(world)
        self._thread.join()

    def _release(self, world: World) -> None:
        self._deliverer.release(world)
        self._runner.release(world)
        with self._door:
            checkpointer = self._checkpointers.pop(world, None)
        if checkpointer is not None:
            checkpointer.close()

    def _run(self) -> None:
        self._woken.wait()  # until the rooms are loaded, or the end
        if self._stop.is_set():
            return
        from app.api import sweeps, waking  # noqa: PLC0415 - early for most of the rooms

        waker = waking.Waker(self._worlds)
        sweep_ns = clock.monotonic_ns() + _FIRST_SWEEP_NS
        while not self._stop.is_set():
            with self._door:
                self._woken.clear()
                opened, self._opened = self._opened, []
            _each(opened, sweeps.resume)
            waker.look(self._stop.is_set)
            if clock.monotonic_ns() >= sweep_ns:
                _each(list(self._checkpointers), sweeps.sweep)
                sweep_ns = clock.monotonic_ns() + _SWEEP_NS
            self._wait(sweep_ns, waker)

    def _wait(self, sweep_ns: int, waker: Waker) -> None:
        """Wait until a world is opened, it is time for something, or this is to end."""
        due_ns = sweep_ns if waker.due_ns is None else min(sweep_ns, waker.due_ns)
        self._woken.wait(max(0, due_ns - clock.monotonic_ns()) / 1e9)


def _each(worlds: list[World], do: Callable[[World], object]) -> None:
    for world in worlds:
        try:
            do(world)
        except DancuError as error:  # busy, closed, being forked: the next hour will do
            _log.warning("world %s was not swept: %s", world.name, error.code)
        except Exception:  # noqa: BLE001 - one world's fault is not the others'
            _log.exception("world %s was not swept", world.name)
