"""Classes: opened over a world, with a world of their own for each learner, and closed again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import select

from app.platform import clock, errors, names
from app.platform.progress import silent
from app.sandbox import worlds as lives
from app.training import codes, lesson
from app.training.models import Learner, TrainingClass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from app.platform.progress import Progress
    from app.platform.world import World
    from app.platform.worlds import Worlds
    from app.training.lesson import Lesson

UNKNOWN = errors.declare(
    code="class-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có lớp học tên đó",
    title_en="There is no class of that name",
    next_vi="Xem các lớp bằng `dancu class list`.",
    next_en="See the classes with `dancu class list`.",
)
LEARNER_UNKNOWN = errors.declare(
    code="learner-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Lớp không có học viên này",
    title_en="The class has no such learner",
    next_vi="Xem học viên của lớp bằng `dancu class show`.",
    next_en="See the class's learners with `dancu class show`.",
)
INVALID = errors.declare(
    code="class-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Không mở được lớp như vậy",
    title_en="No class can be opened like that",
    next_vi="Sửa các trường nêu trong invalid_params.",
    next_en="Correct what invalid_params names.",
)
EXISTS = errors.declare(
    code="class-exists",
    kind="conflict",
    fault_of="caller",
    title_vi="Thế giới này đã là một lớp học",
    title_en="This world is a class already",
    next_vi="Chọn tên khác, hoặc đóng lớp đó trước.",
    next_en="Choose another name, or close that class first.",
)

MOST_LEARNERS: Final = 60
LONGEST_NAME: Final = 80
#: A learner's world has the class's name, a hyphen and two digits.
LONGEST_CLASS: Final = names.LONGEST - 3


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """A class to open: the learners by name, '' for who has none yet, and its lessons."""

    learners: tuple[str, ...]
    lessons: tuple[str, ...]


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """A learner's place: their number, name and world, and the code, which is told once."""

    number: int
    name: str
    world: str
    code: str


@dataclass(frozen=True, slots=True)
class Room:
    """A class, for whoever acts in it: the worlds of the process, and the class's own."""

    worlds: Worlds
    world: World


def check(name: str, opening: Opening) -> None:
    """Raise `class-invalid` for what cannot be opened, `lesson-unknown` for unknown lessons."""
    wrong = []
    if not names.is_valid(name) or len(name) > LONGEST_CLASS:
        wrong.append(
            errors.InvalidParam(
                "name", f"a world's name of at most {LONGEST_CLASS}", "tên thế giới, không quá dài"
            )
        )
    if not 1 <= len(opening.learners) <= MOST_LEARNERS:
        reason = f"from 1 to {MOST_LEARNERS}"
        wrong.append(errors.InvalidParam("learners", reason, f"từ 1 đến {MOST_LEARNERS}"))
    if any(len(learner) > LONGEST_NAME for learner in opening.learners):
        reason = f"at most {LONGEST_NAME} characters"
        wrong.append(errors.InvalidParam("names", reason, f"không quá {LONGEST_NAME} ký tự"))
    if wrong:
        raise INVALID.error(params=tuple(wrong))
    for each in opening.lessons:
        lesson.find(each)


def begin(room: Room, opening: Opening, progress: Progress = silent) -> list[Seat]:
    """Make a class of the room's world: give each learner a world forked from it, and a code.

    Credentials of all these worlds are random: nobody works out another's. What was made is
    removed again where it does not come to an end. Raises `class-exists`, and as `check` and
    `worlds.fork` do.
    """
    check(room.world.name, opening)
    with room.world.session() as session:
        if _find(session, room.world) is not None:
            raise EXISTS.error()
    name = room.world.name
    lives.rekey(room.worlds, name)
    made: list[str] = []
    try:
        for number in range(1, len(opening.learners) + 1):
            progress("the learners' worlds", number / (len(opening.learners) + 1))
            world = f"{name}-{number:02d}"
            lives.fork(room.worlds, name, world)
            made.append(world)
            lives.configure(room.worlds, world, training=True)
        # Last: as long as its settings are as it was made with, its kept start is what is forked.
        lives.configure(room.worlds, name, training=True)
        return room.world.writer.submit(lambda session: _enter(session, room.world, opening))
    except BaseException:
        for world in made:
            lives.delete(room.worlds, world)
        raise


def is_one(world: World) -> bool:
    """Whether the world is a class's."""
    with world.session() as session:
        return _find(session, world) is not None


def find(worlds: Worlds, name: str) -> Room:
    """Return a class by the name of its world. Raises `class-unknown`."""
    if not worlds.has(name):
        raise UNKNOWN.error()
    room = Room(worlds, worlds.open(name))
    if not is_one(room.world):
        raise UNKNOWN.error()
    return room


def all_of_them(worlds: Worlds) -> list[Room]:
    """Return every class there is, in order of name."""
    found = (Room(worlds, worlds.open(facts.name)) for facts in worlds.list() if facts.training)
    return [room for room in found if is_one(room.world)]


def lessons(session: Session, world: World) -> list[Lesson]:
    """Return the lessons of the world's class, in their order. Raises `class-unknown`."""
    row = _find(session, world)
    if row is None:
        raise UNKNOWN.error()
    return [each for each in lesson.all_of_them().values() if each.name in row.lessons]


def learners(session: Session, world: World) -> Sequence[Learner]:
    """Return the learners of the world's class, by number."""
    query = select(Learner).where(Learner.world_id == world.id).order_by(Learner.number)
    return session.scalars(query).all()


def learner(session: Session, world: World, number: int) -> Learner:
    """Return one of them. Raises `learner-unknown`."""
    query = select(Learner).where(Learner.world_id == world.id, Learner.number == number)
    found = session.scalars(query).one_or_none()
    if found is None:
        raise LEARNER_UNKNOWN.error()
    return found


def come_in(room: Room, code: codes.Code) -> Learner:
    """Return the learner whose code that is; raise `learner-code-wrong`, `learner-code-wait`."""
    now = clock.now()

    def try_it(session: Session) -> Learner | None:
        try:
            found = learner(session, room.world, code.number)
        except errors.NotFoundError:
            return None
        codes.check_pace(found, now)
        if not codes.is_right(found, code.secret):
            codes.miss(found, now)
            return None
        found.misses, found.missed_at = 0, None
        found.entered_at = found.entered_at or now
        session.flush()
        session.refresh(found)
        session.expunge(found)
        return found

    found = room.world.writer.submit(try_it)
    if found is None:
        raise codes.WRONG.error()
    return found


def rename(room: Room, number: int, name: str) -> None:
    """Give a learner another name. Raises `learner-unknown`, `class-invalid`."""
    check(room.world.name, Opening(learners=(name,), lessons=()))

    def job(session: Session) -> None:
        learner(session, room.world, number).name = name

    room.world.writer.submit(job)


def new_code(room: Room, number: int) -> Seat:
    """Give a learner another code: the old one, and whoever came in by it, is out."""

    def job(session: Session) -> Seat:
        found = learner(session, room.world, number)
        code = codes.draw(room.world.name, number)
        found.code_digest = codes.digest_of(room.world.id, code)
        found.misses, found.missed_at = 0, None
        return Seat(number=number, name=found.name, world=found.world, code=code)

    return room.world.writer.submit(job)


def close(room: Room) -> None:
    """Delete the learners' worlds, then the class's, with all that is in them."""
    with room.world.session() as session:
        theirs = [each.world for each in learners(session, room.world)]
    present = room.worlds.names()
    for world in (*theirs, room.world.name):
        if world in present:
            lives.delete(room.worlds, world)


def _enter(session: Session, world: World, opening: Opening) -> list[Seat]:
    chosen = opening.lessons or tuple(lesson.all_of_them())
    session.add(TrainingClass(world_id=world.id, opened_at=clock.now(), lessons=list(chosen)))
    session.flush()
    return [_seat(session, world, number, name) for number, name in enumerate(opening.learners, 1)]


def _seat(session: Session, world: World, number: int, name: str) -> Seat:
    code = codes.draw(world.name, number)
    own = f"{world.name}-{number:02d}"
    session.add(
        Learner(
            world_id=world.id,
            number=number,
            name=name,
            world=own,
            code_digest=codes.digest_of(world.id, code),
            misses=0,
            looked=0,
        )
    )
    return Seat(number=number, name=name, world=own, code=code)


def _find(session: Session, world: World) -> TrainingClass | None:
    return session.get(TrainingClass, world.id)
