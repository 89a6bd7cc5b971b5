"""What hot routes know of a world's callers: looked at in a thread, and never too old."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.exchange.access import Access
    from app.exchange.callers import Snapshot


class Watch:
    """Keeps the access of one world fresh while questions come, on one event loop."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._looking: asyncio.Future[Snapshot] | None = None

    async def snapshot(self) -> Snapshot:
        """Return what is known, once it is no older than an answer may be based upon."""
        snapshot = self._access.fresh()
        if snapshot is None:
            return await self._look()
        if self._access.is_due():
            self._look()
        return snapshot

    def _look(self) -> asyncio.Future[Snapshot]:
        """Look at the access in a thread, once at a time."""
        if self._looking is None or self._looking.done():
            loop = asyncio.get_running_loop()
            self._looking = loop.run_in_executor(None, self._access.poll)
            self._looking.add_done_callback(_retrieved)
        return self._looking


def _retrieved(looking: asyncio.Future[Snapshot]) -> None:
    """Take note of a failed look, so that asyncio does not complain: who waits is told."""
    if not looking.cancelled():
        looking.exception()
