"""The deliverer: takes turns at the webhooks of every world that this process has open.

It looks four times a second: one statement where nobody has subscribed. Each webhook with
something to do gets a thread, for the other side may be slow.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import SQLAlchemyError

from app.api.beside import Beside
from app.platform import clock, failures
from app.platform.errors import DancuError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.platform.worlds import World

_TICK_SECONDS: Final = 0.25
_LOOK_NS: Final = 1_000_000_000
#: Turns at a time; the other webhooks wait for the next look.
MOST_TURNS: Final = 8
#: How long an end waits for turns: what they have not noted by then is sent again.
_PATIENCE_SECONDS: Final = 3.0
_log = logging.getLogger("dancu.webhooks")


class Deliverer(Beside):
    """The one of a server process; `worlds` are those it looks after."""

    def __init__(self, worlds: Callable[[], Iterable[World]]) -> None:
        super().__init__(worlds, "deliverer", _TICK_SECONDS, _LOOK_NS)
        self._turns: dict[tuple[World, str], threading.Thread] = {}
        self._door = threading.Lock()

    def release(self, world: World) -> None:
        """Take no more turns in a world that is being closed; wait a little for those that run."""
        with self._door:
            self._ended.add(world)
            self._seen.pop(world, None)
            running = [thread for (of, _), thread in self._turns.items() if of is world]
        until = clock.monotonic_ns() + int(_PATIENCE_SECONDS * 1e9)
        for thread in running:
            thread.join(max(0.0, (until - clock.monotonic_ns()) / 1e9))
        with self._door:
            self._ended.discard(world)

    def _look(self) -> None:
        for world in self._worlds():
            if self._is_due(world):
                self._look_at(world)

    def _look_at(self, world: World) -> None:
        from app.exchange.webhooks import subscriptions  # noqa: PLC0415 - after the door has opened

        try:
            with world.glance() as session:
                found = subscriptions.look(session, world.facts, clock.now())
        except (DancuError, SQLAlchemyError) as error:  # busy or closed: the next look will do
            _log.warning("no look at webhooks of %s: %s", world.name, failures.named(error))
            return
        for webhook_id in found:
            self._begin(world, webhook_id)

    def _begin(self, world: World, webhook_id: str) -> None:
        key = (world, webhook_id)
        with self._door:
            is_full = len(self._turns) >= MOST_TURNS
            if key in self._turns or is_full or world in self._ended or self._stop.is_set():
                return
            thread = threading.Thread(
                target=self._take_turns, args=key, name=f"webhook-{webhook_id[:8]}", daemon=True
            )
            self._turns[key] = thread
        thread.start()

    def _take_turns(self, world: World, webhook_id: str) -> None:
        from app.exchange.webhooks import turns  # noqa: PLC0415 - see `_look_at`

        def is_ending() -> bool:
            return self._stop.is_set() or world in self._ended

        try:
            more = True
            while more and not is_ending():
                with world.in_use():  # the other side may take its time
                    wrong = _wrong(world, webhook_id)
                    more = turns.take(world, webhook_id, wrong=wrong, is_ending=is_ending)
        except (DancuError, SQLAlchemyError) as error:  # its lease ends, and another turn begins
            _log.warning("a turn at webhook %s ended: %s", webhook_id, failures.named(error))
        except Exception:  # noqa: BLE001 - one webhook's fault is not the others'
            _log.exception("a turn at webhook %s failed", webhook_id)
        finally:
            with self._door:
                del self._turns[world, webhook_id]


def _wrong(world: World, webhook_id: str) -> frozenset[str]:
    """Return what is to go wrong with a webhook's messages now."""
    from app.exchange.webhooks import subscriptions  # noqa: PLC0415 - after the door has opened
    from app.sandbox import weather  # noqa: PLC0415 - as above

    with world.session() as session:
        client_id = subscriptions.row(session, webhook_id, None).client_id
        return weather.of_webhooks(session, client_id, clock.now(), world.today)
