"""The runner: runs the jobs of every world that this process has open, one at a time.

It looks every second whether something is to be done. While a job runs its lease is renewed; of a
process that died another, or its next start, goes on when the lease has run out.
"""

from __future__ import annotations

import logging
import threading
from functools import partial
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from app.api.beside import Beside
from app.platform import clock, failures, fresh
from app.platform.errors import DancuError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.platform.worlds import World

_TICK_SECONDS: Final = 1.0
_LOOK_NS: Final = 5 * 10**9
#: How long an end waits for a job to reach its next step; what is not whole is done again.
_PATIENCE_SECONDS: Final = 3.0
_log = logging.getLogger("dancu.jobs")


class Runner(Beside):
    """The one of a server process; `worlds` are those it looks after."""

    def __init__(self, worlds: Callable[[], Iterable[World]]) -> None:
        super().__init__(worlds, "runner", _TICK_SECONDS, _LOOK_NS)
        self._id = fresh.hex128()
        self._running: tuple[World, str, threading.Thread] | None = None

    def release(self, world: World) -> None:
        """Run nothing more in a world that is being closed; wait a little for what runs."""
        self._ended.add(world)
        self._seen.pop(world, None)
        running = self._running
        if running is not None and running[0] is world:
            running[2].join(_PATIENCE_SECONDS)
        self._ended.discard(world)

    def _look(self) -> None:
        """Renew the lease of what runs; if nothing does, begin with what waits longest."""
        running = self._running
        if running is not None and running[2].is_alive():
            if self._is_due(running[0]):
                self._renew(running[0], running[1])
            return
        self._running = None
        for world in self._worlds():
            if self._is_due(world) and world not in self._ended and self._begin(world):
                return

    def _begin(self, world: World) -> bool:
        from app.exchange.jobs import keeping  # noqa: PLC0415 - after the door has opened

        with world.glance() as session:
            job_id = keeping.due(session, clock.now())
        if job_id is None or not world.writer.submit(
            partial(keeping.claim, job_id=job_id, runner=self._id, now=clock.now())
        ):
            return False
        thread = threading.Thread(
            target=self._work, args=(world, job_id), name=f"job-{job_id[:8]}", daemon=True
        )
        self._running = (world, job_id, thread)
        thread.start()
        return True

    def _renew(self, world: World, job_id: str) -> None:
        from app.exchange.jobs import keeping  # noqa: PLC0415 - see `_begin`

        world.writer.submit(
            partial(keeping.renew, job_id=job_id, runner=self._id, now=clock.now())
        )

    def _work(self, world: World, job_id: str) -> None:
        from app.exchange.jobs import running  # noqa: PLC0415 - polars, for this alone

        def is_ending() -> bool:
            return self._stop.is_set() or world in self._ended

        try:
            with world.in_use():  # between two readings a step may compute for long
                running.run(running.Claimed(world, job_id, self._id), is_ending=is_ending)
        except (DancuError, SQLAlchemyError) as error:
            _log.warning("job %s ended: %s", job_id, failures.named(error))
        except Exception:  # noqa: BLE001 - one job's fault is not the others'
            _log.exception("job %s failed", job_id)
