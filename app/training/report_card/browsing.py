"""A browser that signs a persona in at a relying party, without a page, on this machine only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec

from app.platform import fetching
from app.training.report_card.sign_ins import AUTHORIZE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

_TIMEOUT: Final = 20.0
_MOST_HOPS: Final = 20


class StuckError(Exception):
    """The browser cannot go on; the message says what it met."""


@dataclass(frozen=True, slots=True)
class Found:
    """Where a browser ended: the last page's status, and who is signed in; or what it met."""

    status: int | None
    subject: str | None
    stuck: str | None = None


class Browser:
    """One browser, with cookies of its own."""

    def __init__(self, door: str, who: str, person: Mapping[str, str]) -> None:
        """`person` are the headers by which the world signs somebody in without a page."""
        self._door, self._who, self._person = door, who, person
        # A server that breaks hangs up: each page has a connection of its own.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(timeout=_TIMEOUT, trust_env=False, limits=limits)
        self.callback = ""

    def __enter__(self) -> Self:
        """Open it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        """Close it."""
        self._http.close()

    def go(self, address: str) -> int:
        """Open an address and follow where it leads; return the status of the page at the end.

        Raises `StuckError` where that is nowhere, or another machine.
        """
        for _ in range(_MOST_HOPS):
            answer, following = self._step(address)
            if following is None:
                return answer.status_code
            address = following
        raise StuckError(f"more than {_MOST_HOPS} redirects")

    def up_to_callback(self, address: str) -> str:
        """Go as far as the world sends the browser back, and return where to, unopened."""
        following: str | None = address
        while following is not None and not self.callback:
            _, following = self._step(following)
        if not self.callback:
            raise StuckError("the browser was not sent back")
        return self.callback

    def found(self, status: int) -> Found:
        """Ask the relying party who this browser is."""
        answer = self._http.get(self._who)
        try:
            told = msgspec.json.decode(answer.content, type=dict[str, Any])
        except ValueError:
            told = {}
        subject = told.get("sub") if answer.is_success else None
        return Found(status, subject if isinstance(subject, str) else None)

    def _step(self, address: str) -> tuple[httpx.Response, str | None]:
        parts = urlsplit(address)
        if parts.scheme != "http" or not fetching.is_this_machine(parts.hostname or ""):
            raise StuckError(f"it is sent to {parts.scheme}://{parts.hostname}")
        is_world = address.startswith(self._door + AUTHORIZE)
        try:
            answer = self._http.get(address, headers=dict(self._person) if is_world else None)
        except httpx.HTTPError as error:
            raise StuckError(f"{parts.path}: {error}") from None
        location = answer.headers.get("location")
        if not answer.is_redirect or location is None:
            return answer, None
        following = urljoin(address, location)
        if is_world:
            self.callback = following
        return answer, following
