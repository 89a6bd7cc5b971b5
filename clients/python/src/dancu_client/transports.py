"""The two ways to carry out what the logic asks for: blocking, and awaiting."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import anyio
import httpx

from dancu_client.effects import Give, Lost, Pause, Reply, Send, Steps, Stream
from dancu_client.errors import StrangeAnswerError

_T = TypeVar("_T")
#: A file of a million rows is looked through before the server answers.
TIMEOUT = httpx.Timeout(30.0, read=300.0, write=300.0)
_PART_BYTES = 1 << 18
#: More than any answer has that is not written to a file.
_MOST_BYTES = 1 << 26


class _Body:
    """Keeps an answer as it comes, unpacked, up to what one can have."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._room = _MOST_BYTES

    def take(self, part: bytes) -> None:
        """Keep a part. Raises `StrangeAnswerError` where the whole has become too large."""
        self._room -= len(part)
        if self._room < 0:
            raise StrangeAnswerError(f"the answer has more than {_MOST_BYTES:,} bytes")
        self._parts.append(part)

    def whole(self) -> bytes:
        """Return all of it."""
        return b"".join(self._parts)


class Blocking:
    """Carries out steps one after the other, and waits for each."""

    def __init__(self, http: httpx.Client | None = None) -> None:
        """`http` is yours to configure and to close; unsaid, one is made for this client."""
        self._http = http or httpx.Client(timeout=TIMEOUT, trust_env=False)
        self._is_own = http is None

    def __enter__(self) -> Self:
        """Return this client, which closes its connections at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections, unless they are those of an `http` that was given."""
        if self._is_own:
            self._http.close()

    def run(self, steps: Steps[_T]) -> _T:
        """Return what the steps end in."""
        reply: Reply | Lost | None = None
        while True:
            try:
                effect = steps.send(reply)
            except StopIteration as end:
                value: _T = end.value
                return value
            reply = self._do(effect)

    def each(self, steps: Stream[_T]) -> Iterator[_T]:
        """Give what the steps give."""
        reply: Reply | Lost | None = None
        while True:
            try:
                effect = steps.send(reply)
            except StopIteration:
                return
            reply = None
            if isinstance(effect, Give):
                yield effect.item
            else:
                reply = self._do(effect)

    def _do(self, effect: Send | Pause) -> Reply | Lost | None:
        if isinstance(effect, Pause):
            time.sleep(effect.seconds)
            return None
        content = effect.content
        sent = _parts(content) if isinstance(content, Path) else content
        try:
            with self._http.stream(**_asked(effect), content=sent) as answer:
                if effect.into is not None and not answer.is_error:
                    with effect.into.open("wb") as file:
                        for part in answer.iter_bytes():
                            file.write(part)
                    return Reply(answer.status_code, answer.headers, b"")
                body = _Body()
                for part in answer.iter_bytes():
                    body.take(part)
                return Reply(answer.status_code, answer.headers, body.whole())
        except httpx.HTTPError as error:
            return _lost(error)


class Awaiting:
    """Carries out steps one after the other, and lets others run meanwhile."""

    def __init__(self, http: httpx.AsyncClient | None = None) -> None:
        """`http` is yours to configure and to close; unsaid, one is made for this client."""
        self._http = http or httpx.AsyncClient(timeout=TIMEOUT, trust_env=False)
        self._is_own = http is None

    async def __aenter__(self) -> Self:
        """Return this client, which closes its connections at the end of the block."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections, unless they are those of an `http` that was given."""
        if self._is_own:
            await self._http.aclose()

    async def run(self, steps: Steps[_T]) -> _T:
        """Return what the steps end in."""
        reply: Reply | Lost | None = None
        while True:
            try:
                effect = steps.send(reply)
            except StopIteration as end:
                value: _T = end.value
                return value
            reply = await self._do(effect)

    async def each(self, steps: Stream[_T]) -> AsyncIterator[_T]:
        """Give what the steps give."""
        reply: Reply | Lost | None = None
        while True:
            try:
                effect = steps.send(reply)
            except StopIteration:
                return
            reply = None
            if isinstance(effect, Give):
                yield effect.item
            else:
                reply = await self._do(effect)

    async def _do(self, effect: Send | Pause) -> Reply | Lost | None:
        if isinstance(effect, Pause):
            await anyio.sleep(effect.seconds)
            return None
        content = effect.content
        sent = _parts_beside(content) if isinstance(content, Path) else content
        try:
            async with self._http.stream(**_asked(effect), content=sent) as answer:
                if effect.into is not None and not answer.is_error:
                    async with await anyio.open_file(effect.into, "wb") as file:
                        async for part in answer.aiter_bytes():
                            await file.write(part)
                    return Reply(answer.status_code, answer.headers, b"")
                body = _Body()
                async for part in answer.aiter_bytes():
                    body.take(part)
                return Reply(answer.status_code, answer.headers, body.whole())
        except httpx.HTTPError as error:
            return _lost(error)


def _asked(effect: Send) -> dict[str, Any]:
    return {
        "method": effect.method,
        "url": effect.url,
        "headers": effect.headers,
        "follow_redirects": effect.follow_redirects,
    }


def _lost(error: httpx.HTTPError) -> Lost:
    return Lost(str(error) or type(error).__name__)


def _parts(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while part := file.read(_PART_BYTES):
            yield part


async def _parts_beside(path: Path) -> AsyncIterator[bytes]:
    async with await anyio.open_file(path, "rb") as file:
        while part := await file.read(_PART_BYTES):
            yield part
