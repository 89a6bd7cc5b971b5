"""Sessions of browsers: kept here, named there by a number that nobody can guess."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Final

from dancu_sites.calls import Exchange

#: What a session holds of people is gone after so long without a request.
IDLE_SECONDS: Final = 15 * 60
_MOST: Final = 1000


@dataclass
class Notice:
    """Something the visitor has to know: in English, to be translated where it is shown."""

    text: str
    kind: str = "bad"
    detail: str = ""


class Kept(dict[str, Any]):
    """What an agency keeps about a visit; what it does not have is None."""

    def __missing__(self, name: str) -> None:
        """Say that there is nothing of that name."""


@dataclass
class Session:
    """One browser's visit: what the agency keeps meanwhile, and the calls of its last step."""

    id: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    form_token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    kept: Kept = field(default_factory=Kept, repr=False)
    calls: list[Exchange] = field(default_factory=list, repr=False)
    notice: Notice | None = None
    seen: float = field(default_factory=time.monotonic)


class Sessions:
    """All sessions of one site: the longest unseen go first."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, Session] = OrderedDict()

    def find(self, cookie: str | None) -> Session:
        """Return the session that a cookie names, a new one where there is none any more."""
        now = time.monotonic()
        held = self._held.get(cookie or "")
        if held is None or now - held.seen > IDLE_SECONDS:
            held = Session()
        held.seen = now
        self._put(held)
        return held

    def renew(self, session: Session) -> None:
        """Give a session another name: whoever knew the old one is left outside."""
        self._held.pop(session.id, None)
        session.id, session.form_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._put(session)

    def end(self, session: Session) -> None:
        """Forget a session and all it held."""
        self._held.pop(session.id, None)
        session.kept.clear()

    def _put(self, session: Session) -> None:
        self._held[session.id] = session
        self._held.move_to_end(session.id)
        while len(self._held) > _MOST:
            self._held.popitem(last=False)
