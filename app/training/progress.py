"""How far learners are: lessons begun, checks that passed, hints given, solutions released.

A check that has passed stays passed. The others are looked at again when there are calls that
nobody has looked at, or an answer: a page that is asked for again costs two small questions.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Final, cast

import msgspec
from sqlalchemy import select

from app.exchange import requests
from app.platform import clock, errors
from app.training import classes, lesson
from app.training.evidence import Call, Evidence
from app.training.models import Learner, LearnerLesson

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

    from app.platform.world import World
    from app.training.classes import Room
    from app.training.lesson import Check, Found, Lesson

NOT_BEGUN = errors.declare(
    code="lesson-not-begun",
    kind="conflict",
    fault_of="caller",
    title_vi="Bài học này chưa được bắt đầu",
    title_en="The lesson has not been begun",
    next_vi="Bấm nút bắt đầu trên trang của bài học.",
    next_en="Begin it on the lesson's page.",
)

_log = logging.getLogger("dancu.training")
#: The latest calls of a lesson: no check looks at more.
MOST_CALLS: Final = requests.MOST_ROWS
LONGEST_ANSWER: Final = 2_000


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a learner stands in a lesson.

    `passed` has the moment (RFC 3339) of each check that passed, `found` what the others last
    found: English, then Vietnamese.
    """

    lesson: str
    begun_at: dt.datetime
    finished_at: dt.datetime | None
    passed: dict[str, str]
    found: dict[str, tuple[str, str]]
    answers: dict[str, str]
    hints: int
    released: bool

    @property
    def last_passed(self) -> str | None:
        """When the latest check passed; None while none has."""
        return max(self.passed.values(), default=None)


def begin(room: Room, number: int, name: str) -> None:
    """Begin a lesson: lay out what it needs, and count calls from now on. Twice is as once.

    Raises `lesson-unknown`, `learner-unknown`, and `world-unknown` where the world is gone.
    """
    chosen = _chosen(room, name)
    with room.world.session() as session:
        learner = classes.learner(session, room.world, number)
        if _row(session, learner.id, name) is not None:
            return
    own = room.worlds.open(learner.world)
    prepared = {} if chosen.prepare is None else dict(chosen.prepare(own))
    own.refresh()  # what is to go wrong there is known here at once

    def job(session: Session) -> None:
        if _row(session, learner.id, name) is None:
            session.add(
                LearnerLesson(
                    learner_id=learner.id,
                    lesson=name,
                    begun_at=clock.now(),
                    passed={},
                    found={},
                    answers={},
                    prepared=prepared,
                    hints=0,
                    released=False,
                )
            )

    room.world.writer.submit(job)
    look(room, number, again=True)


def look(room: Room, number: int, *, again: bool = False) -> None:
    """Look at what a learner has done since the last look, and note what passes now.

    `again` looks although there is no new call: there is an answer. Of a learner whose world is
    gone nothing is noted. Raises `learner-unknown`.
    """
    with room.world.session() as session:
        learner = classes.learner(session, room.world, number)
        rows = _unfinished(session, learner.id)
    if not room.worlds.has(learner.world):
        return
    own = room.worlds.open(learner.world)
    with own.session() as theirs:
        newest = requests.newest(theirs)
        if newest == learner.looked and not again:
            return
        most = MOST_CALLS if rows else 1
        calls = requests.page(theirs, agency_code=None, limit=most)[::-1]
        judged = {row.id: _judged(row, _evidence(theirs, own, calls, row)) for row in rows}

    def job(session: Session) -> None:
        found = session.get_one(Learner, learner.id)
        found.looked, found.last_call = newest, calls[-1].at if calls else None
        for row_id, said in judged.items():
            _note(session.get_one(LearnerLesson, row_id), said)

    room.world.writer.submit(job)


def answer(room: Room, number: int, name: str, answers: Mapping[str, str]) -> None:
    """Take down what a learner writes to the lesson's questions; what it does not ask is left out.

    Raises `lesson-not-begun`, and as `look` does.
    """
    asked = _chosen(room, name).questions
    said = {
        each.name: answers[each.name].strip()[:LONGEST_ANSWER]
        for each in asked
        if each.name in answers
    }

    def job(row: LearnerLesson) -> None:
        row.answers = {**row.answers, **said}

    _change(room, number, name, job)
    look(room, number, again=True)


def hint(room: Room, number: int, name: str) -> None:
    """Give a learner the next hint, if there is one more. Raises `lesson-not-begun`."""
    most = len(_chosen(room, name).hints)

    def job(row: LearnerLesson) -> None:
        row.hints = min(row.hints + 1, most)

    _change(room, number, name, job)


def release(room: Room, number: int, name: str) -> None:
    """Let a learner see the solution of a lesson. Raises `lesson-not-begun`."""
    _chosen(room, name)

    def job(row: LearnerLesson) -> None:
        row.released = True

    _change(room, number, name, job)


def standings(session: Session, learner: Learner) -> dict[str, Standing]:
    """Return how a learner stands in each lesson that was begun, by its name."""
    query = select(LearnerLesson).where(LearnerLesson.learner_id == learner.id)
    ordered = query.order_by(LearnerLesson.begun_at, LearnerLesson.id)
    return {row.lesson: _standing(row) for row in session.scalars(ordered)}


def _standing(row: LearnerLesson) -> Standing:
    names = Standing.__struct_fields__
    return msgspec.convert({name: getattr(row, name) for name in names}, Standing)


def _chosen(room: Room, name: str) -> Lesson:
    """Return a lesson of the class. Raises `lesson-unknown`."""
    with room.world.session() as session:
        names = {each.name for each in classes.lessons(session, room.world)}
    if name not in names:
        raise lesson.UNKNOWN.error()
    return lesson.find(name)


def _row(session: Session, learner_id: int, name: str) -> LearnerLesson | None:
    query = select(LearnerLesson).where(
        LearnerLesson.learner_id == learner_id, LearnerLesson.lesson == name
    )
    return session.scalars(query).one_or_none()


def _unfinished(session: Session, learner_id: int) -> list[LearnerLesson]:
    query = select(LearnerLesson).where(
        LearnerLesson.learner_id == learner_id, LearnerLesson.finished_at.is_(None)
    )
    return list(session.scalars(query))


def _change(room: Room, number: int, name: str, change: Callable[[LearnerLesson], None]) -> None:
    """Change a learner's lesson. Raises `lesson-not-begun`, `learner-unknown`."""

    def job(session: Session) -> None:
        learner = classes.learner(session, room.world, number)
        row = _row(session, learner.id, name)
        if row is None:
            raise NOT_BEGUN.error()
        change(row)

    room.world.writer.submit(job)


def _evidence(
    session: Session, world: World, calls: list[requests.Row], row: LearnerLesson
) -> Evidence:
    # By their moment and not by their number: a call comes into the log after its answer.
    begun = clock.rfc3339_ms(row.begun_at)
    return Evidence(
        calls=tuple(Call(each) for each in calls if each.at >= begun),
        answers=cast("Mapping[str, str]", row.answers),
        prepared=row.prepared,
        world=world,
        session=session,
    )


def _judged(row: LearnerLesson, seen: Evidence) -> dict[str, Found]:
    """Return what the checks say that have not passed yet."""
    checks = lesson.find(row.lesson).checks
    return {each.name: _looked(each, seen) for each in checks if each.name not in row.passed}


def _looked(check: Check, seen: Evidence) -> Found:
    """Have a check look; whatever is in a learner's calls and world, the class goes on."""
    try:
        return check.look(seen)
    except errors.DancuError as error:  # as where the learner removed a persona
        problem = error.problem
        return lesson.missing(problem.title_en, problem.title_vi)
    except Exception:  # noqa: BLE001 - one learner's calls are not the others' fault
        _log.exception("a check could not be made: %s", check.name)
        return lesson.missing(
            "This could not be looked at: show your calls to the trainer.",
            "Không kiểm tra được: hãy cho giảng viên xem các lời gọi của bạn.",
        )


def _note(row: LearnerLesson, said: Mapping[str, Found]) -> None:
    """Note what passed and what was found; all of it passed is the end of the lesson."""
    now = clock.now()
    passed = {name: clock.rfc3339_ms(now) for name, found in said.items() if found.passed}
    row.passed = {**passed, **row.passed}
    row.found = {name: list(found.said) for name, found in said.items() if not found.passed}
    if row.finished_at is None and len(row.passed) == len(lesson.find(row.lesson).checks):
        row.finished_at = now
