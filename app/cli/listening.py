"""A small receiver of webhooks on this machine: it verifies each message, and hands it on."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Final, Self

import msgspec

from app.cli.failing import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A message is small; what is larger is somebody else's.
_MOST_BYTES: Final = 1_048_576


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """A message that came in; `refused` says why it is not to be trusted, `body` is None then."""

    id: str
    refused: str | None
    is_repeated: bool
    body: Any


class _Raw(msgspec.Struct, frozen=True):
    headers: dict[str, str]
    body: bytes
    verdict: SimpleQueue[int]


class Listener:
    """The receiver, as long as it is open. A message is answered once it has been verified."""

    def __init__(self, port: int) -> None:
        self._waiting: SimpleQueue[_Raw | None] = SimpleQueue()
        try:
            self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self._waiting))
        except OSError as error:
            raise CommandError(
                f"port {port} cannot be listened on ({error.strerror})",
                "Name another with --port, or leave it out for any that is free.",
                code="port-taken",
            ) from None
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def receive(self, secret: str, count: int | None) -> Iterator[Came]:
        """Yield messages as they come in, verified by this secret; end after `count` of them."""
        from app.exchange.webhooks import signing
        from app.platform import clock

        seen: set[str] = set()
        while count is None or count > 0:
            raw = self._waiting.get()
            if raw is None:
                return
            named = raw.headers.get(signing.ID, "")
            refused = None
            try:
                signing.verify(secret, raw.headers, raw.body, now=clock.epoch())
            except signing.SignatureError as error:
                refused = str(error)
            raw.verdict.put(204 if refused is None else 400)
            body = None if refused is not None else _read(raw.body)
            yield Came(id=named, refused=refused, is_repeated=named in seen, body=body)
            if refused is None:
                seen.add(named)
            count = None if count is None else count - 1


def _read(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:  # sealed
        return body.decode(errors="replace")


def _handler(waiting: SimpleQueue[_Raw | None]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            size = int(length) if length.isdigit() else -1
            if not 0 <= size <= _MOST_BYTES:
                self._answer(413)
                return
            named = {name.lower(): value for name, value in self.headers.items()}
            verdict: SimpleQueue[int] = SimpleQueue()
            waiting.put(_Raw(named, self.rfile.read(size), verdict))
            self._answer(verdict.get())

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing: what came in is printed by the command."""

    return Handler
