"""The ordinary routes, loaded after the door has opened: FastAPI and its models are half a start.

What needs them waits for them; health and the hot route do not.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

_log = logging.getLogger("dancu.server")


class Deferred:
    """An ASGI application that is made once, by whoever needs it first or ahead of them."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._made: ASGIApp | None = None
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, once the application is there."""
        made = self._made
        if made is None:
            made = await asyncio.to_thread(self.load)
        await made(scope, receive, send)

    def load(self) -> ASGIApp:
        """Return the application; it is being made while this waits, unless it is there."""
        with self._lock:
            if self._made is None:
                self._made = self._make()
        return self._made

    def load_ahead(self) -> threading.Thread:
        """Make the application in a thread of its own, and return that."""
        thread = threading.Thread(target=self._load_or_tell, name="routes", daemon=True)
        thread.start()
        return thread

    def _load_or_tell(self) -> None:
        try:
            self.load()
        except Exception:  # noqa: BLE001 - nobody waits for this thread; whoever asks is told
            _log.exception("the routes could not be loaded; every request for one tries again")
