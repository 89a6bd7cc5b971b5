"""HTTP/1.1 on the wire: uvicorn's protocol, whose refusals are problem documents, too.

What cannot be parsed never reaches the door. Here it gets the same kind of answer, the head has
its limit while it is still coming in, and a host in the request target replaces Host.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

from app.api import heads, problems

if TYPE_CHECKING:
    from starlette.types import Send

    from app.platform.errors import DancuError

#: The extension of the scope by which a fault ends its connection: its `drop(flush=…)`.
DROP: Final = "dancu.drop"
_SEPARATOR: Final = b"://"


def write_whole(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> bool:
    """Write an answer that is ready, and say so; uvicorn would write its head and its body.

    False, with nothing done, unless `send` is uvicorn's own (no fault and no CORS stands before
    it), the connection stays open, and its reader keeps up. Names and values are taken as they
    are: give none that a stranger has made.
    """
    cycle = getattr(send, "__self__", None)
    if not isinstance(cycle, RequestResponseCycle) or cycle.response_started:
        return False
    if cycle.disconnected or not cycle.keep_alive or cycle.flow.write_paused:
        return False
    lines = [STATUS_LINE[status]]
    for name, value in (*cycle.default_headers, *headers):
        lines += (name, b": ", value, b"\r\n")
    lines += (b"\r\n", body)
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.transport.write(b"".join(lines))
    cycle.message_event.set()
    cycle.on_response()
    return True


class Protocol(HttpToolsProtocol):
    """One connection."""

    #: What came in of a head that is not complete yet, in bytes.
    _pending = 0
    _in_head = False

    def __init__(self, *args: Any, base: str, **kwargs: Any) -> None:
        """Take what uvicorn gives to a connection, and the server's public address."""
        super().__init__(*args, **kwargs)
        self._base = base
        self._extensions: dict[str, dict[object, object]] = {DROP: {"drop": self._drop}}

    def data_received(self, data: bytes) -> None:
        """Read what came in, and refuse a head that does not end."""
        super().data_received(data)
        if not self._in_head:
            self._pending = 0
            return
        self._pending += len(data)
        if self._pending > heads.MOST_BYTES and not self.transport.is_closing():
            self._refuse(heads.HEAD_TOO_LARGE.error())

    def on_message_begin(self) -> None:
        """See uvicorn."""
        self._in_head = True
        super().on_message_begin()
        self.scope["extensions"] = self._extensions

    def on_headers_complete(self) -> None:
        """See uvicorn; of an absolute target the host counts (RFC 9112 §3.2.2)."""
        self._in_head = False
        if not self.url.startswith(b"/"):
            self._take_host()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - a problem in its place
        """Refuse what is no HTTP."""
        self._in_head = False
        self._refuse(heads.MALFORMED_HEAD.error())

    def _drop(self, *, flush: bool) -> None:
        """End the connection in the middle of an answer, after what was written if told."""
        if flush:
            self.transport.close()
        else:
            self.transport.abort()

    def _take_host(self) -> None:
        """Put the target's host in Host's place; none or two of them are left to the door."""
        _, separator, rest = self.url.partition(_SEPARATOR)
        places = [place for place, (name, _) in enumerate(self.headers) if name == b"host"]
        if separator and len(places) == 1:
            self.headers[places[0]] = (b"host", rest.partition(b"/")[0].partition(b"?")[0])

    def _refuse(self, error: DancuError) -> None:
        request_id = os.urandom(16).hex()
        answer = problems.response(error, base=self._base, language="en", request_id=request_id)
        lines = [
            b"HTTP/1.1 %d \r\n" % answer.status_code,
            *(b"%s: %s\r\n" % line for line in answer.raw_headers),
            b"x-request-id: %s\r\n" % request_id.encode(),
            b"dancu-simulated: true\r\nx-content-type-options: nosniff\r\n",
            b"connection: close\r\n\r\n",
            bytes(answer.body),
        ]
        self.transport.write(b"".join(lines))
        self.transport.close()
