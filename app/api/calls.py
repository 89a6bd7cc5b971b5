"""A call: one request on its way through the house, where it is going and what came of it.

The door makes it, routes read it by `Depends(of)` and note on it what the request log and the
metrics are to say. It is the only thing that layers and routes share.
"""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Final

from app.api import problems, soap_faults
from app.platform import clock, fresh

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response
    from starlette.types import Scope

    from app.exchange.callers import Caller
    from app.exchange.proof import Proof
    from app.exchange.public_keys import SealingKey
    from app.platform.errors import DancuError, Language
    from app.platform.worlds import World

_log = logging.getLogger("dancu.door")

#: Where pages are, in every world; "" is the home page.
_PAGES: Final = ("", "console", "phone", "me", "class", "docs", "problems")
#: What a caller may call its own request; longer or stranger ids are not repeated in our answer.
_SAFE_ID: Final = re.compile(rb"[A-Za-z0-9._:-]{1,64}")


class Call:
    """One request. `path` is what follows the world's prefix; nothing here is yet trusted."""

    #: The world in the address; the door alone sees a call before it is known.
    world: World
    route: str = "unmatched"
    body: bytes = b""
    idempotency_key: str | None = None
    #: What a route found out; None where it did not come so far.
    client_id: str | None = None
    agency_code: str | None = None
    caller: Caller | None = None
    #: Where the answer is to be sealed: the key of the caller's to which.
    sealing_key: SealingKey | None = None
    #: By which headers a 401 asks for another proof than a bearer token.
    challenge: Mapping[str, str] | None = None
    service: str | None = None
    outcome: str | None = None
    problem_code: str | None = None
    #: What was made to go wrong.
    fault: str | None = None
    leaf_seq: int | None = None
    gate: str | None = None
    #: The prefix of its path that named the world, "" for none.
    root: str = ""
    #: Makes a page of a problem, for browsers.
    page: Callable[[Call, DancuError], Response] | None = None

    def __init__(self, scope: Scope, *, base: str) -> None:
        """Begin; `base` is the server's public address."""
        self.began_ns = clock.monotonic_ns()
        self.began_at = clock.now()
        self.request_id = fresh.in_order(self.began_at)
        self.base = base
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.headers: Mapping[bytes, bytes] = dict(scope["headers"])

    @property
    def has_world(self) -> bool:
        """Whether the world in the address has been found."""
        return hasattr(self, "world")

    @property
    def may_meet_a_fault(self) -> bool:
        """Whether anything is to go wrong in its world, or the call names a fault itself."""
        return bool(
            b"prefer" in self.headers
            or (self.query and b"dancu_prefer" in self.query)
            or (self.has_world and self.world.facts.weather)
        )

    @property
    def looks_for_a_page(self) -> bool:
        """Whether a browser, and no program, has come to where pages are."""
        is_read = self.method in ("GET", "HEAD")
        is_page = self.path[1:].partition("/")[0] in _PAGES
        return is_read and is_page and "text/html" in self.header(b"accept")

    @property
    def language(self) -> Language:
        """The language its problems are told in."""
        return problems.language(self.header(b"accept-language"))

    @property
    def speaks_soap(self) -> bool:
        """Whether it is answered in SOAP, errors too."""
        return soap_faults.is_spoken_at(self.path)

    @property
    def bearer(self) -> bytes | None:
        """The bearer token of the Authorization header (RFC 6750 §2.1), None without one."""
        scheme, _, unverified_token = self.headers.get(b"authorization", b"").partition(b" ")
        return unverified_token.strip() if scheme.lower() == b"bearer" else None

    def is_by(self, caller: Caller) -> None:
        """Note who calls, once that is proved."""
        self.caller = caller
        self.client_id = caller.client_id
        self.agency_code = caller.agency_code

    def header(self, name: bytes) -> str:
        """Return a request header's value (`name` in lower case), or an empty text."""
        return self.headers.get(name, b"").decode("latin-1")

    def problem(self, error: DancuError, proof: Proof | None = None) -> Response:
        """Return the problem document of an error (in SOAP: a Fault), and note its code.

        `proof` is that of a refusal, which is logged like an answer.
        """
        self.problem_code = error.code
        if self.speaks_soap:
            return soap_faults.response(
                error,
                base=self.base,
                language=self.language,
                request_id=self.request_id,
                proof=proof,
            )
        answer = problems.response(
            error,
            base=self.base,
            language=self.language,
            request_id=self.request_id,
            proof=proof,
            tried=b"authorization" in self.headers,
        )
        answer.headers.update(self.challenge or {})
        return answer

    async def refusal(self, error: DancuError) -> Response:
        """Return a page that tells of an error, for a browser that looks for one, else `problem`.

        It is made in a thread: the event loop has no time for it.
        """
        if self.page is None or not self.looks_for_a_page:
            return self.problem(error)
        try:
            return await asyncio.to_thread(self.page, self, error)
        except Exception:  # noqa: BLE001 - what there is to tell is told in any case
            _log.exception("no page of a problem", extra={"request_id": self.request_id})
            return self.problem(error)

    def elapsed(self) -> float:
        """Seconds since the request's head was read."""
        return (clock.monotonic_ns() - self.began_ns) / 1e9


def callers_id(headers: Mapping[bytes, bytes]) -> bytes | None:
    """Return the id by which the caller knows its request, if it is safe to repeat."""
    claimed = headers.get(b"x-correlation-id")
    return claimed if claimed is not None and _SAFE_ID.fullmatch(claimed) else None
