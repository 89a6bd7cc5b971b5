"""What happened here: the calls behind a page, as they went over the wire, secrets cut.

A real site shows nothing of this. It is here so that one can teach with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

import httpx

#: Who sees these could act as the agency or as the person.
_SECRET: Final = frozenset(
    {
        "access_token",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "id_token",
        "refresh_token",
        "request_uri",
        "secret",
    }
)
#: Longer texts are shortened: receipts, files of a chip.
_LONGEST: Final = 120
_RECORD: ContextVar[list[Exchange] | None] = ContextVar("record", default=None)


@dataclass
class Exchange:
    """One request and its answer. `proof` says what came of proving the receipt."""

    method: str
    path: str
    asked: str
    status: int
    answered: str
    request_id: str | None = None
    receipt: str | None = field(default=None, repr=False)
    proof: str | None = None


@contextmanager
def recorded() -> Iterator[list[Exchange]]:
    """Give the list that the calls made within are put into."""
    made: list[Exchange] = []
    token = _RECORD.set(made)
    try:
        yield made
    finally:
        _RECORD.reset(token)


class Watching(httpx.AsyncBaseTransport):
    """A transport that records what passes through it."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on, and note it with its answer."""
        answer = await self._inner.handle_async_request(request)
        body = await answer.aread()
        await answer.aclose()
        made = _RECORD.get()
        if made is not None:
            made.append(_exchange(request, answer.status_code, body))
        kept = {
            name: said
            for name, said in answer.headers.items()
            if name not in {"content-encoding", "content-length", "transfer-encoding"}
        }
        return httpx.Response(answer.status_code, headers=kept, content=body)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._inner.aclose()


def _exchange(request: httpx.Request, status: int, body: bytes) -> Exchange:
    answered = _read(body)
    told = answered if isinstance(answered, dict) else {}
    return Exchange(
        method=request.method,
        path=request.url.raw_path.decode("ascii"),
        asked=_shown(_read(request.content)),
        status=status,
        answered=_shown(answered),
        request_id=told.get("request_id"),
        receipt=told.get("receipt"),
    )


def _read(body: bytes) -> Any:
    """Read JSON or a form; what is neither stays text."""
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text) if text else None
    except ValueError:
        return dict(parse_qsl(text)) or text


def _shown(said: Any) -> str:
    if said is None:
        return ""
    cut = _cut(said)
    return cut if isinstance(cut, str) else json.dumps(cut, ensure_ascii=False, indent=2)


def _cut(said: Any, name: str = "") -> Any:
    if isinstance(said, dict):
        return {each: _cut(value, each) for each, value in said.items()}
    if isinstance(said, list):
        return [_cut(value) for value in said]
    if name in _SECRET and isinstance(said, str):
        return "…"
    if isinstance(said, str) and len(said) > _LONGEST:
        return f"{said[:_LONGEST]}…"
    return said
