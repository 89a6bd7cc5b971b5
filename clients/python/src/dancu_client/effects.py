"""What the client's logic asks of the world outside: values that a transport carries out.

The logic is written once, as generators that yield these and are sent the replies; a blocking and
an awaiting transport run them (`transports.py`).
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeAlias, TypeVar

import httpx

_T = TypeVar("_T")


@dataclass(frozen=True)
class Send:
    """One HTTP request. A `Path` as content is sent part by part; `into` is where a file goes."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | Path | None = None
    into: Path | None = None
    follow_redirects: bool = False


@dataclass(frozen=True)
class Pause:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Give(Generic[_T]):
    """Hand one item to whoever iterates."""

    item: _T


@dataclass(frozen=True)
class Reply:
    """What was answered; the content is empty where it went into a file."""

    status: int
    headers: httpx.Headers
    content: bytes

    @property
    def is_error(self) -> bool:
        """Whether the server refused or failed."""
        return self.status >= 400

    @property
    def media_type(self) -> str:
        """The media type, without its parameters."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip()


@dataclass(frozen=True)
class Lost:
    """No answer, or not all of one: whether the request was carried out is not known."""

    why: str


#: A piece of logic that ends in a value.
Steps: TypeAlias = Generator[Send | Pause, Reply | Lost | None, _T]
#: A piece of logic that gives one item after the other.
Stream: TypeAlias = Generator[Send | Pause | Give[_T], Reply | Lost | None, None]
