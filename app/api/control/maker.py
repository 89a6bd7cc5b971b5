"""Makes or resets a world in a process of its own, so that the server goes on answering.

`python -m app.api.control.maker` reads one `Order` from standard input and writes one `News` per
line: what is being done and how much of it, at last the end. Generating a million people in the
server itself would hold up every answer.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import threading
from dataclasses import asdict
from typing import TYPE_CHECKING

import msgspec

from app.platform import clock, errors
from app.platform.settings import Settings
from app.platform.worlds import PinStyle, Worlds, WorldSpec
from app.sandbox import specs

if TYPE_CHECKING:
    from collections.abc import Callable

#: News comes no more often than this.
_PAUSE_NS = 200_000_000


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    """A `WorldSpec` on its way to another process."""

    seed: int
    size: int
    generator_version: str
    start_date: dt.date
    pin_style: PinStyle


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to make: a world of this spec, or (None) world `name` anew."""

    settings: dict[str, object]
    name: str
    spec: Spec | None


class News(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far it is; the last one says `ended`, with the code of the problem if it failed."""

    what: str = ""
    done: float = 0.0
    ended: bool = False
    code: str | None = None
    detail: str = ""
    detail_vi: str = ""


BEING_MADE = errors.declare(
    code="world-being-made",
    kind="conflict",
    fault_of="caller",
    title_vi="Thế giới này đang được tạo",
    title_en="The world is being made",
    next_vi="Đợi đến khi GET /control/v1/worlds/{tên} cho biết đã sẵn sàng.",
    next_en="Wait until GET /control/v1/worlds/{name} says that it is ready.",
)

_encode = msgspec.json.Encoder().encode
_decode_news = msgspec.json.Decoder(News).decode


class Making:
    """A world in the making; `news` is the latest heard of it."""

    def __init__(self, order: Order, on_end: Callable[[bool], None]) -> None:
        """Start; `on_end` is called, from a thread, when it is over: whether it is made."""
        self._on_end = on_end
        self.name = order.name
        self.news = News()
        self._process = subprocess.Popen(  # noqa: S603 - this very module, no one's words
            [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._thread = threading.Thread(target=self._follow, args=(order,), daemon=True)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        """Whether the world has been made."""
        return self.news.ended and self.news.code is None

    def wait(self) -> None:
        """Wait for the end; raise the problem it ended with, if it failed."""
        self._thread.join()
        if self.news.code is not None:
            problem = errors.CATALOGUE[self.news.code]
            raise problem.error(self.news.detail, detail_vi=self.news.detail_vi)

    def stop(self) -> None:
        """End it unfinished: what it has made so far is cleared away by the next one."""
        self._process.terminate()
        self._thread.join()

    def _follow(self, order: Order) -> None:
        told, heard = self._process.stdin, self._process.stdout
        if told is None or heard is None:
            raise RuntimeError("the process has no pipes")
        with told:
            told.write(_encode(order))
        last = News(ended=True, code="internal-error")  # unless it tells another end
        with heard:
            for line in heard:
                news = _decode_news(line)
                if news.ended:
                    last = news
                else:
                    self.news = news
        self._process.wait()
        try:
            self._on_end(last.code is None)
        finally:
            self.news = last


class Makings:
    """The worlds that this server process is having made, and those that failed since."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds
        self._by_name: dict[str, Making] = {}
        self._door = threading.Lock()

    def start(
        self, name: str, spec: WorldSpec | None, on_made: Callable[[], None] | None = None
    ) -> Making:
        """Have world `name` made (of `spec`) or made anew.

        `on_made` is called, from a thread, before anybody is told that it is ready. Raises
        `world-being-made`, and `world-spec-invalid` before anything is begun.
        """
        if spec is not None:
            specs.check(spec)
        settings = self._worlds.settings
        sent = None if spec is None else Spec(**asdict(spec))
        order = Order(settings=settings.model_dump(mode="json"), name=name, spec=sent)

        def ended(is_made: bool) -> None:  # noqa: FBT001 - told by a callback
            # What is open here under that name is another incarnation now.
            self._worlds.release(name)
            if is_made and on_made is not None:
                on_made()

        with self._door:
            known = self._by_name.get(name)
            if known is not None and not known.news.ended:
                raise BEING_MADE.error(retry_after=1)
            making = self._by_name[name] = Making(order, ended)
        return making

    def find(self, name: str) -> Making | None:
        """Return the making of world `name` by this process: under way, or failed."""
        making = self._by_name.get(name)
        return None if making is None or making.is_done else making

    def unfinished(self) -> list[Making]:
        """Return those that are still under way."""
        return [making for making in list(self._by_name.values()) if not making.news.ended]

    def close(self) -> None:
        """End those that are under way."""
        for making in self.unfinished():
            making.stop()


def main() -> None:
    """Carry out the order on standard input."""
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    worlds = Worlds(Settings.model_validate(order.settings))
    try:
        _carry_out(worlds, order)
        _tell(News(done=1.0, ended=True))
    except errors.DancuError as error:
        _tell(
            News(
                ended=True,
                code=error.code,
                detail=error.detail("en"),
                detail_vi=error.detail("vi"),
            )
        )
    finally:
        worlds.close_all()


def _carry_out(worlds: Worlds, order: Order) -> None:
    from app.sandbox import worlds as lives  # noqa: PLC0415 - numpy and all that, only here

    next_at = 0

    def progress(what: str, done: float) -> None:
        nonlocal next_at
        if clock.monotonic_ns() >= next_at:
            next_at = clock.monotonic_ns() + _PAUSE_NS
            _tell(News(what=what, done=done))

    if order.spec is None:
        lives.reset(worlds, order.name, progress=progress)
    else:
        spec = WorldSpec(**msgspec.structs.asdict(order.spec))
        lives.create(worlds, order.name, spec, progress=progress)


def _tell(news: News) -> None:
    sys.stdout.buffer.write(_encode(news) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
