"""A door on loopback before the world: it forwards what comes, and turns what goes back.

Each case has a door of its own, so that its calls are known by where they came. It speaks HTTP by
hand where an answer is to be cut, late or without an end, which no server does on purpose.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from app.training.report_card.answers import Answer, of_json, problem
from app.training.report_card.cases import Call

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping
    from types import TracebackType

    from app.training.report_card.mirror import Mirror

HOST: Final = "127.0.0.1"
KEYS: Final = "/oidc/jwks"
_TIMEOUT: Final = 30.0
#: What is between two neighbours only, or is said anew (RFC 9110 §7.6.1).
_OWN: Final = frozenset(
    ("connection", "content-length", "date", "host", "server", "transfer-encoding")
)
#: Answers have to be read here: nobody is told that they may be packed.
_UNSENT: Final = _OWN | {"accept-encoding"}
_DRIP_SECONDS: Final = 0.2
#: What has no end comes at 13 MB a second: enough for who keeps it all, not for this machine.
_PART: Final = b" " * 65_536
_PART_SECONDS: Final = 0.005


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it came; `path` is without the query."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The address."""
        return urlsplit(self.target).path


@dataclass
class Exchange:
    """One request, and the answer that the world gives to it once somebody wants it."""

    asked: Asked
    door: Door

    @cached_property
    def true(self) -> Answer:
        """The world's answer, as the door says it."""
        return self.door.forwarded(self.asked)


class Door:
    """A door that is open while its block lasts; `turn` may be changed between calls."""

    def __init__(
        self, issuer: str, mirror: Mirror, turn: Callable[[Exchange], Answer | None], port: int = 0
    ) -> None:
        """`turn` gives what is answered in place of the truth, None for the truth.

        Raises OSError where the port is taken, 0 is any that is free.
        """
        self.issuer, self.mirror, self.turn = issuer, mirror, turn
        self.elsewhere = ""  # the address of another host, where one listens
        # What somebody else is given by the world, at the same system and address.
        self.code_of_another: Callable[[Asked], str] = lambda _asked: ""
        self.rotated = False
        self.calls: list[Call] = []
        self._seen = threading.Lock()
        self._closing = threading.Event()
        self._server = _Server((HOST, port), _handler(self))
        self.url = f"http://{HOST}:{self._server.server_port}"
        self._http = httpx.Client(timeout=_TIMEOUT, trust_env=False)

    def __enter__(self) -> Self:
        """Open it."""
        serve = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        serve.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close it; answers that are under way end."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._http.close()

    def forwarded(self, asked: Asked) -> Answer:
        """Ask the world, and return its answer under the door's name."""
        if asked.path == KEYS:
            return of_json(200, self.mirror.keys(rotated=self.rotated))
        headers = {name: text for name, text in asked.headers.items() if name not in _UNSENT}
        try:
            reply = self._http.request(
                asked.method, self.issuer + asked.target, content=asked.body,
                headers={**headers, "accept-encoding": "identity"},
            )  # fmt: skip
        except httpx.HTTPError:
            return problem(502, "report-card-world-away")
        kept = [(n, self._named(t)) for n, t in reply.headers.multi_items() if n not in _OWN]
        said = self.mirror.seen(reply.text, self.issuer, self.url) if reply.content else ""
        return Answer(reply.status_code, tuple(kept), said.encode())

    def answer(self, asked: Asked) -> tuple[Answer, bool]:
        """Return what is answered, and whether that was turned."""
        exchange = Exchange(asked, self)
        turned = self.turn(exchange)
        return (exchange.true, False) if turned is None else (turned, True)

    def note(self, call: Call) -> None:
        """Keep a call that came."""
        with self._seen:
            self.calls.append(call)

    def rest(self, seconds: float) -> bool:
        """Wait; return whether the door is closing."""
        return self._closing.wait(seconds)

    def _named(self, header: str) -> str:
        """Return a header with the door in place of the world, in a redirect's query too."""
        parts = urlsplit(header)
        if parts.scheme and parts.query:
            query = [
                (name, text.replace(self.issuer, self.url))
                for name, text in parse_qsl(parts.query, keep_blank_values=True)
            ]
            header = parts._replace(query=urlencode(query)).geturl()
        return header.replace(self.issuer, self.url)


class _Server(ThreadingHTTPServer):
    """Threads that end with the process, and no word of clients that hang up."""

    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client may hang up whenever it likes."""


def _handler(door: Door) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = _TIMEOUT

        def handle_one_request(self) -> None:
            """Read one request, answer it, and hang up: each call has a connection of its own."""
            self.raw_requestline = self.rfile.readline(65_537)
            is_read = bool(self.raw_requestline) and self.parse_request()
            self.close_connection = True  # whatever the request says of it
            if not is_read:
                return
            began = time.monotonic()
            headers = {name.lower(): text for name, text in self.headers.items()}
            asked = Asked(self.command, self.path, headers, _body(self))
            answer, turned = door.answer(asked)
            door.note(
                Call(
                    method=asked.method,
                    path=asked.path,
                    query=urlsplit(asked.target).query,
                    headers=headers,
                    body=asked.body,
                    began=began,
                    ended=time.monotonic(),
                    turned=turned,
                )
            )
            if not door.rest(answer.wait):
                with suppress(OSError):
                    _send(self.connection, answer, door)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as the base has it
            """Say nothing: the door keeps its calls itself."""

    return Handler


def _body(handler: BaseHTTPRequestHandler) -> bytes:
    if handler.headers.get("transfer-encoding", "").lower() != "chunked":
        return handler.rfile.read(int(handler.headers.get("content-length") or 0))
    parts = []
    while size := int(handler.rfile.readline().partition(b";")[0], 16):  # RFC 9112 §7.1
        parts.append(handler.rfile.read(size))
        handler.rfile.readline()
    handler.rfile.readline()
    return b"".join(parts)


def _send(connection: socket.socket, answer: Answer, door: Door) -> None:
    if answer.delivery == "no-head":
        return
    head = _head(answer)
    if answer.delivery == "half-head":
        connection.sendall(head[: len(head) // 2])
        return
    if answer.delivery == "hinted":
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </docs>; rel=help\r\n\r\n")
    connection.sendall(head)
    for part, seconds in _parts(answer):
        connection.sendall(part)
        if door.rest(seconds):
            return


def _parts(answer: Answer) -> Iterator[tuple[bytes, float]]:
    """Give what is sent of a body, part by part, and how long is rested after each."""
    if answer.delivery == "half-body":
        yield answer.body[: len(answer.body) // 2], 0.0
    elif answer.delivery == "drip":
        yield from ((bytes([byte]), _DRIP_SECONDS) for byte in answer.body)
    else:
        yield answer.body, 0.0
        while answer.delivery == "endless":
            yield _PART, _PART_SECONDS


def _head(answer: Answer) -> bytes:
    lines = [f"HTTP/1.1 {answer.status} -"]
    lines += [f"{name}: {text}" for name, text in answer.headers]
    if answer.delivery != "endless":
        lines.append(f"Content-Length: {len(answer.body)}")
    return ("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode("latin-1")
