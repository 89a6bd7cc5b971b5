"""Advances of clocks that this process was asked for: one at a time for each world, and its end.

They run on a thread: most of an advance is statements, and the writer lets others get between.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.platform import errors, failures

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from app.platform.progress import Progress
    from app.sandbox.clock import Lived

ADVANCING = errors.declare(
    code="clock-advancing",
    kind="conflict",
    fault_of="caller",
    title_vi="Đồng hồ của thế giới này đang chạy tới",
    title_en="This world's clock is being advanced",
    next_vi="Đợi đến khi GET /control/v1/clock cho biết đã xong.",
    next_en="Wait until GET /control/v1/clock says that it is done.",
)


@dataclass(slots=True)
class Advance:
    """An advance of one world's clock: how far it is, and what came of it or the error's code."""

    until: dt.date
    what: str = ""
    done: float = 0.0
    lived: Lived | None = None
    error: BaseException | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended, well or not."""
        return self.lived is not None or self.error is not None

    @property
    def code(self) -> str | None:
        """The code of the problem that it ended with."""
        told = None if self.error is None else failures.told(self.error) or self.error
        if told is None:
            return None
        return told.code if isinstance(told, errors.DancuError) else "internal-error"

    def tell(self, what: str, done: float) -> None:
        """Take down how far it is."""
        self.what, self.done = what, done


class Advances:
    """The last advance of each world, by the world's id."""

    def __init__(self) -> None:
        """There is none yet."""
        self._by_world: dict[str, Advance] = {}
        self._door = threading.Lock()

    def last(self, world_id: str) -> Advance | None:
        """Return the world's last advance by this process: under way, or over."""
        return self._by_world.get(world_id)

    def begin(self, world_id: str, until: dt.date) -> Advance:
        """Take the turn. Raises `clock-advancing` while another one has it."""
        with self._door:
            known = self._by_world.get(world_id)
            if known is not None and not known.is_over:
                raise ADVANCING.error(retry_after=1)
            advance = self._by_world[world_id] = Advance(until)
        return advance

    def run(self, advance: Advance, work: Callable[[Progress], Lived]) -> Lived:
        """Do it, and have its end known."""
        try:
            advance.lived = work(advance.tell)
        except BaseException as error:
            advance.error = error
            raise
        return advance.lived

    def start(self, advance: Advance, work: Callable[[Progress], Lived]) -> None:
        """Do it on a thread of its own, which ends with the process: an advance can be cut."""

        def run() -> None:
            try:
                advance.lived = work(advance.tell)
            except BaseException as error:  # noqa: BLE001 - told to whoever asks
                advance.error = error

        threading.Thread(target=run, name="clock", daemon=True).start()
