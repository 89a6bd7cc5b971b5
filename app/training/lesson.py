"""What a lesson is: what a learner is told of it, what shows that it is done, and its solution."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import app.training.lessons
from app.platform import discovery, errors

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from app.platform.errors import Language
    from app.platform.world import World
    from app.training.evidence import Evidence
    from app.training.pupil import Pupil

UNKNOWN = errors.declare(
    code="lesson-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Lớp này không có bài học đó",
    title_en="The class has no such lesson",
    next_vi="Xem các bài bằng `dancu class lessons`.",
    next_en="See the lessons with `dancu class lessons`.",
)


class Text(NamedTuple):
    """What a lesson says, in both languages of the pages."""

    en: str
    vi: str

    def said(self, language: Language) -> str:
        """Return it in one of them."""
        return self.vi if language == "vi" else self.en


class Found(NamedTuple):
    """What a check found: whether it is passed, and what was seen, or what is missing."""

    passed: bool
    said: Text


def passed(en: str, vi: str) -> Found:
    """Say that a check is passed, and by what."""
    return Found(True, Text(en, vi))  # noqa: FBT003 - a tuple's first member


def missing(en: str, vi: str) -> Found:
    """Say what is missing for a check to pass."""
    return Found(False, Text(en, vi))  # noqa: FBT003 - as above


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do; a command to begin with, in the words of the learner's own shell.

    Commands find `$ISSUER` and `$OPERATOR` (the token of the learner's world), each of the
    lesson's clients' secrets and each persona's number by `variable`.
    """

    text: Text
    command: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What a learner is to find out and write into the page."""

    name: str
    text: Text


@dataclass(frozen=True, slots=True)
class Check:
    """What has to be so for the lesson to be done; `look` says what it found, and is pure."""

    name: str
    title: Text
    look: Callable[[Evidence], Found]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A lesson; `order` is its place in a class.

    `reading` are documents of the guide, by name. `clients` are the systems whose credentials are
    shown, `personas` the people it is about. `prepare` lays out in the learner's world what the
    lesson needs when it is begun, and returns what its checks have to know of that. `solve` does
    what a learner would, and is shown as it stands when the trainer releases it.
    """

    name: str
    order: int
    title: Text
    goal: Text
    reading: tuple[str, ...]
    clients: tuple[str, ...]
    personas: tuple[str, ...] = ()
    steps: tuple[Step, ...]
    questions: tuple[Question, ...] = ()
    checks: tuple[Check, ...]
    hints: tuple[Text, ...]
    prepare: Callable[[World], Mapping[str, Any]] | None = None
    solve: Callable[[Pupil], None] = field(repr=False)


def variable(name: str) -> str:
    """Return the variable of a shell that has a client's secret or a persona's number.

    >>> variable("vietcombank-basic")
    'VIETCOMBANK_BASIC'
    """
    return name.upper().replace("-", "_")


@cache
def all_of_them() -> Mapping[str, Lesson]:
    """Return every lesson by name, in the order in which they are learned."""
    found = discovery.declarations(app.training.lessons, "LESSON", Lesson)
    return {each.name: each for each in sorted(found.values(), key=lambda each: each.order)}


def find(name: str) -> Lesson:
    """Return a lesson. Raises `lesson-unknown`."""
    found = all_of_them().get(name)
    if found is None:
        raise UNKNOWN.error()
    return found
