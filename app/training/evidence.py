"""What checks look at: a learner's calls, what they wrote into the page, and their world."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec

from app.sandbox import personas

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.orm import Session

    from app.exchange.requests import Row
    from app.platform.world import World


class Call:
    """A call of the learner's, with its bodies read."""

    def __init__(self, row: Row) -> None:
        self.row = row

    @property
    def path(self) -> str:
        """Where it went."""
        return self.row.path

    @property
    def status(self) -> int:
        """How it was answered."""
        return self.row.status

    @cached_property
    def asked(self) -> dict[str, Any]:
        """The body that was sent, if it is a JSON object; else nothing."""
        return _object(self.row.request_body)

    @cached_property
    def answered(self) -> dict[str, Any]:
        """The body of the answer, if it is a JSON object; else nothing."""
        return _object(self.row.response_body)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is to see of a learner's work on one lesson.

    `calls` are those since the lesson was begun, the oldest first, at most so many as
    `progress.MOST_CALLS`. `answers` are by a question's name, what was never written is not there.
    `prepared` is what the lesson laid out. `session` reads the learner's `world`.
    """

    calls: tuple[Call, ...]
    answers: Mapping[str, str]
    prepared: Mapping[str, Any]
    world: World
    session: Session

    def to(self, path: str, *, client: str | None = None, well: bool = True) -> Iterator[Call]:
        """Give the calls to addresses that begin so, of one client if it is said.

        Those that were answered well, or with `well` false all of them.
        """
        for call in self.calls:
            is_meant = call.path.startswith(path) and client in (None, call.row.client_id)
            if is_meant and (not well or call.status < 400):
                yield call

    def about(self, persona: str, path: str, *, client: str) -> Iterator[Call]:
        """Give those of a client that were answered well and name this persona's number."""
        pin = personas.find(self.session, persona).pin
        return (each for each in self.to(path, client=client) if each.asked.get("number") == pin)

    def answer(self, name: str) -> str:
        """Return what was written to a question, without what stands around it; '' for nothing."""
        return self.answers.get(name, "").strip()


def _object(body: str | None) -> dict[str, Any]:
    try:
        return msgspec.json.decode(body or "{}", type=dict[str, Any])
    except msgspec.DecodeError:
        return {}
