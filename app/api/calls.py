"""A call: one request on its way through the house, where it is going and what came of it.

The door makes it, routes read it by `Depends(of)` and note on it what the request log and the
metrics are to say. It is the only thing that layers and routes share.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends, Request, Response

from app.api import problems
from app.platform import clock

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.exchange.proof import Proof
    from app.platform.errors import DancuError, Language
    from app.platform.worlds import World

#: What a caller may call its own request; longer or stranger ids are not repeated in our answer.
_SAFE_ID: Final = re.compile(rb"[A-Za-z0-9._:-]{1,64}")


@dataclass(slots=True, eq=False)
class Call:
    """One request. `path` is what follows the world's prefix; nothing here is yet trusted."""

    request_id: str
    began_ns: int
    #: The server's public address: the base of every problem's `type`.
    base: str
    method: str
    path: str
    headers: Mapping[bytes, bytes]
    _world: World | None = None
    route: str = "unmatched"
    body: bytes = b""
    idempotency_key: str | None = None
    #: What a route found out; None where it did not come so far.
    client_id: str | None = None
    agency_code: str | None = None
    service: str | None = None
    outcome: str | None = None
    problem_code: str | None = None
    leaf_seq: int | None = None
    gate: str | None = None

    @property
    def world(self) -> World:
        """The world in the address. Only the door sees a call before its world is known."""
        if self._world is None:
            raise RuntimeError("the call has not reached a world")
        return self._world

    @world.setter
    def world(self, world: World) -> None:
        self._world = world

    @property
    def has_world(self) -> bool:
        """Whether the world in the address has been found."""
        return self._world is not None

    @property
    def language(self) -> Language:
        """The language its problems are told in."""
        return problems.language(self.header(b"accept-language"))

    def header(self, name: bytes) -> str:
        """Return a request header's value (`name` in lower case), or an empty text."""
        return self.headers.get(name, b"").decode("latin-1")

    def problem(self, error: DancuError, proof: Proof | None = None) -> Response:
        """Return the problem document of an error, and note its code.

        `proof` is that of a refusal, which is logged like an answer.
        """
        self.problem_code = error.code
        return problems.response(
            error,
            base=self.base,
            language=self.language,
            request_id=self.request_id,
            proof=proof,
            tried=b"authorization" in self.headers,
        )

    def elapsed(self) -> float:
        """Seconds since the request's head was read."""
        return (clock.monotonic_ns() - self.began_ns) / 1e9


def request_ids() -> Iterator[str]:
    """Yield request ids for ever: 128 random bits in hex, drawn a thousand at a time.

    Each draw is a system call that lets go of the interpreter, which costs more than the id.
    """
    digits = 32
    while True:
        drawn = os.urandom(1_000 * digits // 2).hex()
        for start in range(0, len(drawn), digits):
            yield drawn[start : start + digits]


def callers_id(headers: Mapping[bytes, bytes]) -> bytes | None:
    """Return the id by which the caller knows its request, if it is safe to repeat."""
    claimed = headers.get(b"x-correlation-id")
    return claimed if claimed is not None and _SAFE_ID.fullmatch(claimed) else None


def of(request: Request) -> Call:
    """Return the call that the door made of this request."""
    call: Call = request.state.call
    return call


CallDep = Annotated[Call, Depends(of)]
