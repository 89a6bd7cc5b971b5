"""Faults on the way out: an answer that is complete and committed, and does not arrive as it is.

Each function returns what stands between a reply and the server. What was done stays done; who
sent an Idempotency-Key gets the answer by sending the request again.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec

from app.api import recording, xml_bodies
from app.api.protocol import DROP
from app.exchange import requests
from app.platform import clock, errors

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, MutableMapping

    from starlette.types import Message, Receive, Scope, Send

    from app.api.calls import Call
    from app.sandbox.weather import Step

    Bent: TypeAlias = Callable[[Send], Send]

HEADER: Final = b"dancu-fault"
_PIECES: Final = 20
_JSON: Final = b"application/json"
_XML: Final = (b"application/xml", b"text/xml")
#: The head's proof of an answer in XML: it is that of today's, and the body is not.
_PROOF: Final = (b"dancu-receipt", b"dancu-leaf")
_OK: Final = 200


def marked(step: Step, applied: str | None) -> Bent:
    """Name the fault in the answer's head, and the preferences it followed, if any."""
    mark = [(HEADER, step.kind.encode())]
    if applied is not None:
        mark.append((b"preference-applied", applied.encode()))

    def bent(send: Send) -> Send:
        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *mark]
            await send(message)

        return sent

    return bent


def by_kind(call: Call, step: Step, scope: Scope, receive: Receive) -> Bent | None:
    """Return what a fault of that kind does to the answer; None where that is nothing."""
    match step.kind:
        case "drop-after":
            return _whole(lambda _send, _start, _body: drop(scope, receive, flush=False))
        case "truncate":
            return _whole(lambda send, start, body: _half(scope, receive, send, (start, body)))
        case "slow-body":
            return _whole(lambda send, start, body: _drip(send, start, body, step.seconds))
        case "stale":
            return _whole(lambda send, start, body: _stale(call, send, start, body))
        case _:
            return None


async def drop(scope: Scope, receive: Receive, *, flush: bool) -> None:
    """End the connection, and wait until it is: the server must not answer in our place."""
    scope["extensions"][DROP]["drop"](flush=flush)
    while (await receive())["type"] != "http.disconnect":
        pass


def _whole(then: Callable[[Send, Message, bytes], Awaitable[None]]) -> Bent:
    """Keep an answer back until it is complete."""

    def bent(send: Send) -> Send:
        start: MutableMapping[str, Any] = {}
        parts: list[bytes] = []

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                await then(send, start, b"".join(parts))

        return sent

    return bent


async def _half(scope: Scope, receive: Receive, send: Send, answer: tuple[Message, bytes]) -> None:
    start, body = answer
    await send(start)
    first = body[: len(body) // 2]
    await send({"type": "http.response.body", "body": first, "more_body": True})
    await drop(scope, receive, flush=True)


async def _drip(send: Send, start: Message, body: bytes, seconds: float) -> None:
    await send(start)
    size = max(len(body) // _PIECES, 1)
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    for piece in pieces:
        await asyncio.sleep(seconds / len(pieces))
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _stale(call: Call, send: Send, start: Message, body: bytes) -> None:
    """Send what the system was answered when it first asked this, if it was and that is kept.

    Only where both give the same members: what is no longer granted is not given again. An answer
    in XML whose proof stands in its head comes without: the head's is of today's answer.
    """
    headers = dict(start["headers"])
    kind = headers.get(b"content-type", b"")
    earlier = None
    if start["status"] == _OK and kind.startswith((_JSON, *_XML)):
        earlier = await asyncio.to_thread(_first_answer, call)
    if earlier is not None and _is_alike(kind, earlier.body.encode(), body):
        body = earlier.body.encode()
        age = (clock.now() - dt.datetime.fromisoformat(earlier.at)).total_seconds()
        headers = {name: value for name, value in headers.items() if name not in _PROOF}
        headers[b"content-length"] = b"%d" % len(body)
        headers[b"age"] = b"%d" % max(age, 1)
    await send({**start, "headers": list(headers.items())})
    await send({"type": "http.response.body", "body": body})


def _first_answer(call: Call) -> requests.Answered | None:
    # In the log a longer number is masked: another person's address would look the same.
    is_shown = recording.shown(call.path) == call.path
    if call.client_id is None or not call.body or not is_shown:
        return None
    with call.world.session() as session:
        return requests.first_answer(session, call.client_id, call.path, call.body)


def _is_alike(kind: bytes, earlier: bytes, now: bytes) -> bool:
    """Whether two answers have the same members, or elements; what is neither has none."""
    members = _members if kind.startswith(_JSON) else _elements
    told = members(now)
    return told is not None and members(earlier) == told


def _members(body: bytes) -> object:
    """Return the names of an answer's members, and of what is directly in those."""
    try:
        told = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    if not isinstance(told, dict):
        return None
    return {name: sorted(of) if isinstance(of, dict) else None for name, of in told.items()}


def _elements(body: bytes) -> set[str] | None:
    """Return the path of each element that something stands in; None of what is no XML."""
    try:
        root = xml_bodies.read(body)
    except errors.DancuError:
        return None
    return set(_paths(root, ""))


def _paths(element: xml_bodies.Element, above: str) -> Iterator[str]:
    path = f"{above}/{element.name}"
    if element.text or element.attributes:
        yield path
    for child in element.children:
        yield from _paths(child, path)
