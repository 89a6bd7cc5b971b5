"""What a server does for its open worlds beside answering: checkpoints, and forgetting in time."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from app.exchange.log.checkpointing import Checkpointer
from app.platform.errors import DancuError

if TYPE_CHECKING:
    from app.platform.worlds import World

#: How often an open world's old rows are looked for.
_SWEEP_SECONDS: Final = 3600.0
_log = logging.getLogger("dancu.housekeeping")


class Housekeeping:
    """The housekeeping of one server process, for every world it opens."""

    def __init__(self) -> None:
        self._checkpointers: dict[World, Checkpointer] = {}
        self._door = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin to sweep."""
        self._thread.start()

    def adopt(self, world: World) -> None:
        """Look after a world that has just been opened; once is enough, more do no harm."""
        with self._door:
            if world in self._checkpointers or self._stop.is_set():
                return
            checkpointer = self._checkpointers[world] = Checkpointer(world)
        checkpointer.start()
        world.on_close(lambda: self._release(world))

    def alarms(self) -> dict[World, str]:
        """Return the worlds that are open here, each with what is wrong with its log, or ''."""
        with self._door:
            return {world: each.alarm for world, each in self._checkpointers.items()}

    def close(self) -> None:
        """End, with a last checkpoint of every world; close the worlds afterwards."""
        self._stop.set()
        for world in list(self._checkpointers):
            self._release(world)
        self._thread.join()

    def _release(self, world: World) -> None:
        with self._door:
            checkpointer = self._checkpointers.pop(world, None)
        if checkpointer is not None:
            checkpointer.close()

    def _run(self) -> None:
        while not self._stop.wait(_SWEEP_SECONDS):
            from app.api import sweeps  # noqa: PLC0415 - an hour early for most of the rooms

            for world in list(self._checkpointers):
                try:
                    sweeps.sweep(world)
                except DancuError as error:  # busy, closed, being forked: the next hour will do
                    _log.warning("world %s was not swept: %s", world.name, error.code)
