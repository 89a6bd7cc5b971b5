"""The trainer's view of a class: who is where, since when, and what came of it in the end."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec

from app.sandbox import faults
from app.sandbox.weather import FROZEN
from app.training import classes, lesson, progress
from app.training.models import TrainingClass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.training.classes import Room
    from app.training.models import Learner
    from app.training.progress import Standing


class LearnerView(msgspec.Struct, frozen=True, kw_only=True):
    """A learner, as a trainer sees them.

    `lesson` is the latest that was begun and is not done, with `passed` of its `checks`; `waiting`
    is since when nothing has come of it: the latest check that passed anywhere, or its beginning.
    `faults` are those that are on in the learner's world. `world` is there for as long as
    `present`.
    """

    number: int
    name: str
    world: str
    present: bool
    entered_at: dt.datetime | None
    done: int
    hints: int
    lesson: str | None
    passed: int
    checks: int
    waiting: dt.datetime | None
    last_call: dt.datetime | None
    faults: tuple[str, ...]

    @property
    def frozen(self) -> bool:
        """Whether no call of theirs is answered."""
        return FROZEN in self.faults


class ClassView(msgspec.Struct, frozen=True, kw_only=True):
    """A class with its lessons, by name, and its learners."""

    name: str
    opened_at: dt.datetime
    lessons: tuple[str, ...]
    learners: tuple[LearnerView, ...]
    simulated: bool = True


class ClassLine(msgspec.Struct, frozen=True, kw_only=True):
    """A class in a line: how many learn what, and how many lessons are done in all."""

    name: str
    opened_at: dt.datetime
    learners: int
    lessons: int
    done: int


class LessonResult(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one lesson of one learner; without `begun_at` it was never begun.

    `minutes` are real ones, from its beginning to its end.
    """

    number: int
    name: str
    lesson: str
    passed: int
    checks: int
    hints: int
    released: bool
    begun_at: dt.datetime | None
    finished_at: dt.datetime | None
    minutes: float | None


def view(room: Room) -> ClassView:
    """Return a class as it is now: whoever has called since has been looked at."""
    with room.world.session() as session:
        chosen = tuple(each.name for each in classes.lessons(session, room.world))
        found = classes.learners(session, room.world)
    present = set(room.worlds.names())
    seen = {each.number: _faults(room, each) for each in found if each.world in present}
    with room.world.session() as session:
        opened_at = session.get_one(TrainingClass, room.world.id).opened_at
        learners = tuple(
            _learner(each, progress.standings(session, each), seen.get(each.number))
            for each in classes.learners(session, room.world)
        )
    return ClassView(name=room.world.name, opened_at=opened_at, lessons=chosen, learners=learners)


def line(room: Room) -> ClassLine:
    """Return a class in a line, as it was last looked at."""
    with room.world.session() as session:
        learners = classes.learners(session, room.world)
        standings = [progress.standings(session, each).values() for each in learners]
        return ClassLine(
            name=room.world.name,
            opened_at=session.get_one(TrainingClass, room.world.id).opened_at,
            learners=len(learners),
            lessons=len(classes.lessons(session, room.world)),
            done=sum(1 for own in standings for each in own if each.finished_at is not None),
        )


def results(room: Room) -> list[LessonResult]:
    """Return what came of every lesson of every learner, as of now."""
    with room.world.session() as session:
        numbers = [each.number for each in classes.learners(session, room.world)]
    for number in numbers:
        progress.look(room, number)
    with room.world.session() as session:
        chosen = classes.lessons(session, room.world)
        return [
            _result(learner, each.name, standings.get(each.name))
            for learner in classes.learners(session, room.world)
            for standings in (progress.standings(session, learner),)
            for each in chosen
        ]


def csv(found: Sequence[LessonResult]) -> bytes:
    """Return results as a table for a spreadsheet, which takes no cell of it for a formula."""
    import polars as pl  # noqa: PLC0415 - serving needs it not

    from app.platform import sheets  # noqa: PLC0415 - as above

    rows = [
        {name: _cell(getattr(each, name)) for name in LessonResult.__struct_fields__}
        for each in found
    ]
    return sheets.harmless(pl.DataFrame(rows, infer_schema_length=None)).write_csv().encode()


def _cell(value: object) -> object:
    return value.isoformat(timespec="seconds") if isinstance(value, dt.datetime) else value


def _faults(room: Room, learner: Learner) -> tuple[str, ...]:
    """Look at what a learner has done, and return what goes wrong in their world."""
    progress.look(room, learner.number)
    own = room.worlds.open(learner.world)
    if not own.facts.weather:
        return ()
    with own.session() as session:
        return tuple(profile.name for profile in faults.all_of_them(session))


def _learner(
    learner: Learner, standings: Mapping[str, Standing], weather: tuple[str, ...] | None
) -> LearnerView:
    begun = [each for each in standings.values() if each.finished_at is None]
    current = begun[-1] if begun else None
    return LearnerView(
        number=learner.number,
        name=learner.name,
        world=learner.world,
        present=weather is not None,
        entered_at=learner.entered_at,
        done=len(standings) - len(begun),
        hints=sum(each.hints for each in standings.values()),
        lesson=None if current is None else current.lesson,
        passed=0 if current is None else len(current.passed),
        checks=0 if current is None else len(lesson.find(current.lesson).checks),
        waiting=None if current is None else max(_moments(current, standings)),
        last_call=_moment(learner.last_call),
        faults=weather or (),
    )


def _moments(current: Standing, standings: Mapping[str, Standing]) -> Iterator[dt.datetime]:
    yield current.begun_at
    for each in standings.values():
        moment = _moment(each.last_passed)
        if moment is not None:
            yield moment


def _moment(text: str | None) -> dt.datetime | None:
    return None if text is None else dt.datetime.fromisoformat(text)


def _result(learner: Learner, name: str, standing: Standing | None) -> LessonResult:
    begun = None if standing is None else standing.begun_at
    finished = None if standing is None else standing.finished_at
    took = None if begun is None or finished is None else (finished - begun).total_seconds() / 60
    return LessonResult(
        number=learner.number,
        name=learner.name,
        lesson=name,
        passed=0 if standing is None else len(standing.passed),
        checks=len(lesson.find(name).checks),
        hints=0 if standing is None else standing.hints,
        released=standing is not None and standing.released,
        begun_at=begun,
        finished_at=finished,
        minutes=None if took is None else round(took, 1),
    )
