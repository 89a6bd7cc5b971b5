"""A connected system's client for scenarios: the public interface over HTTP, and nothing else."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from app.cli import tokens
from app.cli.failing import CommandError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.cli.remote import Remote

#: How often and how long to wait where the system's pace is exceeded.
_TRIES, _PAUSE_SECONDS = 60, 1.0
_TOO_FAST = "rate-limited"


class Client:
    """One system of an agency at one server; see `app.scenarios.solving.Agency`."""

    def __init__(self, at: Remote, client: str, world: str | None, secret: str | None) -> None:
        """`world` and `secret` as `tokens.obtain` has them."""
        self._at = at
        self._bearer = tokens.Bearer(at, client, world=world, secret=secret)

    def get(self, path: str) -> Any:
        """Return the JSON at an address."""
        return self._patiently(lambda: self._at.get(path, object, self._bearer.token()))

    def post(self, path: str, body: object) -> Any:
        """Post JSON, again where the pace is exceeded, and return the JSON of the answer."""
        return self._patiently(lambda: self._at.post(path, body, object, self._bearer.token()))

    def delete(self, path: str) -> None:
        """Delete what is at an address."""
        self._at.delete(path, self._bearer.token())

    def download(self, path: str) -> bytes:
        """Return the file at an address."""
        return self._at.download(path, self._bearer.token())

    def upload(self, path: str, body: bytes, media_type: str) -> Any:
        """Post a file and return the JSON of the answer."""
        return self._at.upload(path, (media_type, body), object, self._bearer.token())

    def _patiently(self, call: Callable[[], Any]) -> Any:
        for _ in range(_TRIES):
            try:
                return call()
            except CommandError as error:
                if error.told.code != _TOO_FAST:
                    raise
                time.sleep(_PAUSE_SECONDS)
        return call()
