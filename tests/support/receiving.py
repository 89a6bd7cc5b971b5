"""A web server on this machine that is sent webhooks, and answers as a test tells it to."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support import web


@dataclass(frozen=True)
class Received:
    headers: dict[str, str]
    body: bytes

    @property
    def id(self):
        return self.headers["webhook-id"]

    @property
    def json(self):
        return json.loads(self.body)


@dataclass
class Receiver:
    """What came in, and what is answered: `(status, headers, body)`, or what a function says."""

    url: str = ""
    came: list[Received] = field(default_factory=list)
    answer: object = (204, {}, b"")

    def wait_for(self, count, seconds=20):
        until = time.monotonic() + seconds
        while len(self.came) < count:
            assert time.monotonic() < until, f"{len(self.came)} of {count} came"
            time.sleep(0.02)
        return self.came


@contextmanager
def receiver():
    """Receive on a port of its own."""
    got = Receiver()

    class Handler(web.Handler):
        def do_POST(self):  # noqa: N802 - the name http.server calls it by
            length = int(self.headers["Content-Length"])
            named = {name.lower(): value for name, value in self.headers.items()}
            came = Received(named, self.rfile.read(length))
            got.came.append(came)
            answer = got.answer
            if callable(answer):
                answer = answer(self, came)
            if answer is not None:
                self.send(*answer)

    with web.listening(Handler) as base:
        got.url = f"{base}/hook"
        yield got
