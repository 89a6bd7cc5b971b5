"""The way out of one request: adds the headers of every answer, remembers what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.api import calls, limits, protocol
from app.exchange.requests import MOST_BODY_BYTES

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import Message, Send

    from app.api.calls import Call

    Headers = list[tuple[bytes, bytes]]

_SIMULATED: Final = (b"dancu-simulated", b"true")
_NOSNIFF: Final = (b"x-content-type-options", b"nosniff")
#: What is answered there may be about people: nobody on the way keeps it.
_PRIVATE: Final = ("/v1/", "/control/", "/oidc/", "/soap/")
NO_STORE: Final = (b"cache-control", b"no-store")


class Reply:
    """What is sent back for one call; `status` is 0 until something is."""

    __slots__ = ("_call", "_send", "body", "status")

    def __init__(self, call: Call, send: Send) -> None:
        self._call = call
        self._send = send
        self.status = 0
        self.body = b""

    def bend(self, bent: Callable[[Send], Send]) -> None:
        """Have what is sent from now on go through a fault first."""
        self._send = bent(self._send)

    async def __call__(self, message: Message) -> None:
        """Send one message of an answer that comes in parts."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = self._with_own(message.get("headers", []))
        elif message["type"] == "http.response.body" and len(self.body) < MOST_BODY_BYTES:
            self.body += message.get("body", b"")
        await self._send(message)

    async def ready(self, status: int, headers: Headers, body: bytes) -> None:
        """Send an answer that is whole; `headers` tell its length and whether it may be kept."""
        self.status = status
        self.body = body
        call = self._call
        headers += [(b"x-request-id", call.request_id.encode()), _SIMULATED, _NOSNIFF]
        if b"x-correlation-id" in call.headers:
            headers += _repeated(call)
        if protocol.write_whole(self._send, status, headers, body):
            return
        await self._send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body})

    async def response(self, response: Response) -> None:
        """Send a response that is ready."""
        body = bytes(response.body)
        await self(
            {
                "type": "http.response.start",
                "status": response.status_code,
                "headers": response.raw_headers,
            }
        )
        await self({"type": "http.response.body", "body": body})

    def _with_own(self, headers: Headers) -> Headers:
        """Return the headers with those of every answer."""
        call = self._call
        own = [(b"x-request-id", call.request_id.encode()), _SIMULATED, _NOSNIFF]
        if call.path.startswith(_PRIVATE) and all(name != b"cache-control" for name, _ in headers):
            own.append(NO_STORE)
        return [*headers, *own, *limits.of(call), *_repeated(call)]


def _repeated(call: Call) -> Headers:
    claimed = calls.callers_id(call.headers)
    return [] if claimed is None else [(b"x-correlation-id", claimed)]
