"""`/control/v1/classes`: classes opened, watched, steered and closed by their trainer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from app.api import answers, problems, schemas, writes
from app.api.control.faults import Name as FaultName
from app.api.control.faults import ProfileRequest
from app.api.control.operators import NAME, OF_SERVER
from app.api.dependencies import CallDep, ServerDep
from app.platform import names
from app.sandbox import clock
from app.sandbox.weather import Profile
from app.training import board, classes, lesson, progress, teaching, trainer
from app.training.board import ClassLine, ClassView, LessonResult
from app.training.classes import Opening, Seat

if TYPE_CHECKING:
    import datetime as dt

    from app.platform.world import World

router = APIRouter(prefix="/control/v1/classes", tags=["control"], dependencies=[OF_SERVER])

_WORLD = f"^{names.PATTERN}$"
ClassName = Annotated[str, Path(pattern=_WORLD)]
Number = Annotated[int, Path(ge=1, le=classes.MOST_LEARNERS, description="The learner's.")]
LessonName = Annotated[str, Path(pattern=schemas.SLUG)]
_Named = Annotated[str, Field(max_length=classes.LONGEST_NAME, pattern=schemas.LINE)]
_Whom = Annotated[
    list[Annotated[int, Field(ge=1, le=classes.MOST_LEARNERS)]],
    Field(default=[], max_length=classes.MOST_LEARNERS, description="Learners; none are all."),
]
_ASKED_WHOM = Annotated[
    list[int],
    Query(alias="learner", max_length=classes.MOST_LEARNERS, description="Learners; none: all."),
]


class NewClass(schemas.Strict):
    """A class to open: how many learn, and over which world."""

    name: str = Field(pattern=_WORLD, max_length=classes.LONGEST_CLASS)
    learners: int = Field(ge=1, le=classes.MOST_LEARNERS)
    names: list[_Named] = Field(
        default=[],
        max_length=classes.MOST_LEARNERS,
        description="Of the first learners, in order.",
    )
    lessons: list[schemas.Slug] = Field(
        default=[], max_length=100, description="By name; all there are if none is said."
    )
    world: schemas.Maybe[str] = Field(
        None, pattern=_WORLD, description="A world to fork; a new one if unsaid."
    )
    size: int = Field(teaching.SIZE, ge=1, le=1_000_000, description="Citizens of a new world.")


class LearnerName(schemas.Strict):
    """What a learner is called."""

    name: _Named


class Whom(schemas.Strict):
    """Which learners are meant."""

    learners: _Whom


class PushedFault(ProfileRequest):
    """A fault, and for whom."""

    learners: _Whom


class PassedTime(Whom):
    """How much time is to pass, and for whom."""

    years: int = Field(0, ge=0, le=clock.MOST_YEARS)
    months: int = Field(0, ge=0, le=12 * clock.MOST_YEARS)
    days: int = Field(0, ge=0, le=366 * clock.MOST_YEARS)


class LessonLine(msgspec.Struct, frozen=True, kw_only=True):
    """A lesson in a line."""

    name: str
    title_vi: str
    title_en: str
    goal_vi: str
    goal_en: str
    checks: int
    hints: int


class OpenedClass(msgspec.Struct, frozen=True, kw_only=True):
    """A class, where its learners come in, and by which codes: these are told once."""

    name: str
    address: str
    seats: list[Seat]
    simulated: bool = True


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """In how many learners' worlds it was done."""

    worlds: int
    simulated: bool = True


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """The call that repeats a learner's last one: in which world, and its id there."""

    world: str
    request_id: str
    simulated: bool = True


_DONE = {**problems.documented(401, 403), **answers.of(Reached)}


@router.get("", responses={**problems.documented(401, 403), **answers.of(list[ClassLine])})
def list_classes(server: ServerDep) -> Response:
    """List the classes there are."""
    return answers.json([board.line(room) for room in classes.all_of_them(server.worlds)])


@router.get(
    "/lessons", responses={**problems.documented(401, 403), **answers.of(list[LessonLine])}
)
def list_lessons() -> Response:
    """List the lessons that a class can have, in their order."""
    return answers.json(
        [
            LessonLine(
                name=each.name,
                title_vi=each.title.vi,
                title_en=each.title.en,
                goal_vi=each.goal.vi,
                goal_en=each.goal.en,
                checks=len(each.checks),
                hints=len(each.hints),
            )
            for each in lesson.all_of_them().values()
        ]
    )


@router.post(
    "",
    status_code=201,
    responses={
        **problems.documented(401, 403, 409),
        **answers.of(OpenedClass, status=201, description="Opened"),
    },
)
def open_class(call: CallDep, server: ServerDep, asked: NewClass) -> Response:
    """Open a class: a world for it, one for each learner, and the codes by which they come in.

    It takes a few seconds. The codes are in no other answer: `…/code` gives a new one.
    """
    named = [*asked.names, *([""] * asked.learners)][: asked.learners]
    opening = Opening(learners=tuple(named), lessons=tuple(asked.lessons))

    def begin() -> Response:
        seats = teaching.open_class(
            server.worlds,
            asked.name,
            opening,
            lambda name, spec: server.makings.start(name, spec).wait(),
            like=asked.world,
            size=asked.size,
        )
        address = teaching.address(server.worlds, asked.name)
        opened = OpenedClass(name=asked.name, address=address, seats=seats)
        return answers.json(opened, status=201, headers={"Cache-Control": "no-store"})

    return writes.long(call, NAME, server.worlds, begin)


@router.get("/{name}", responses={**problems.documented(401, 403), **answers.of(ClassView)})
def show_class(server: ServerDep, name: ClassName) -> Response:
    """Show who is where: each learner's lesson, its checks, and since when nothing came of it."""
    return answers.json(board.view(classes.find(server.worlds, name)))


@router.delete(
    "/{name}", status_code=204, response_class=Response, responses=problems.documented(401, 403)
)
def close_class(server: ServerDep, name: ClassName) -> Response:
    """Close a class: its worlds are deleted, with all results."""
    classes.close(classes.find(server.worlds, name))
    return Response(status_code=204)


@router.get(
    "/{name}/results",
    responses={**problems.documented(401, 403), **answers.of(list[LessonResult])},
)
def class_results(server: ServerDep, name: ClassName) -> Response:
    """Give what came of every lesson of every learner."""
    return answers.json(board.results(classes.find(server.worlds, name)))


@router.patch(
    "/{name}/learners/{number}",
    status_code=204,
    response_class=Response,
    responses=problems.documented(401, 403),
)
def rename_learner(
    server: ServerDep, name: ClassName, number: Number, asked: LearnerName
) -> Response:
    """Give a learner another name."""
    classes.rename(classes.find(server.worlds, name), number, asked.name)
    return Response(status_code=204)


@router.post(
    "/{name}/learners/{number}/code",
    responses={**problems.documented(401, 403), **answers.of(Seat)},
)
def new_learner_code(
    call: CallDep, server: ServerDep, name: ClassName, number: Number
) -> Response:
    """Give a learner another code; the old one, and whoever came in by it, is out."""

    def renew() -> Response:
        seat = classes.new_code(classes.find(server.worlds, name), number)
        return answers.json(seat, headers={"Cache-Control": "no-store"})

    return writes.long(call, NAME, server.worlds, renew)


@router.post(
    "/{name}/learners/{number}/replay",
    responses={**problems.documented(401, 403, 409), **answers.of(Replayed)},
)
def replay_call(call: CallDep, server: ServerDep, name: ClassName, number: Number) -> Response:
    """Make a learner's last call to `/v1/…` once more, as its system."""

    def replay() -> Response:
        room = classes.find(server.worlds, name)
        world, request_id = teaching.replay(room, number)
        return answers.json(Replayed(world=world.name, request_id=request_id))

    return writes.long(call, NAME, server.worlds, replay)


@router.put(
    "/{name}/learners/{number}/lessons/{lesson}/solution",
    status_code=204,
    response_class=Response,
    responses=problems.documented(401, 403, 409),
)
def release_solution(
    server: ServerDep, name: ClassName, number: Number, lesson: LessonName
) -> Response:
    """Let a learner see the solution of a lesson that they have begun."""
    progress.release(classes.find(server.worlds, name), number, lesson)
    return Response(status_code=204)


@router.put("/{name}/faults/{fault}", responses=_DONE)
def push_fault(
    server: ServerDep, name: ClassName, fault: FaultName, asked: PushedFault
) -> Response:
    """Have something go wrong for one learner or all; `fault` is the profile's name."""
    said: dict[str, Any] = asked.model_dump(exclude_none=True, exclude={"learners"})
    profile = msgspec.convert({"name": fault, **said}, Profile)
    room = classes.find(server.worlds, name)
    return answers.json(Reached(worlds=trainer.push(room, asked.learners, profile)))


@router.delete("/{name}/faults/{fault}", responses=_DONE)
def lift_fault(
    server: ServerDep,
    name: ClassName,
    fault: FaultName,
    learner: _ASKED_WHOM = [],  # noqa: B006 - FastAPI's way
) -> Response:
    """Have that go right again, wherever it is on."""
    room = classes.find(server.worlds, name)
    return answers.json(Reached(worlds=trainer.lift(room, learner, fault)))


@router.put("/{name}/freeze", responses=_DONE)
def freeze_class(server: ServerDep, name: ClassName, asked: Whom) -> Response:
    """Answer no call of one learner or of all: each is told to wait (503)."""
    room = classes.find(server.worlds, name)
    return answers.json(Reached(worlds=trainer.freeze(room, asked.learners)))


@router.delete("/{name}/freeze", responses=_DONE)
def thaw_class(server: ServerDep, name: ClassName, learner: _ASKED_WHOM = []) -> Response:  # noqa: B006 - as above
    """Answer their calls again."""
    room = classes.find(server.worlds, name)
    return answers.json(Reached(worlds=trainer.thaw(room, learner)))


@router.post("/{name}/clock", responses={**_DONE, **problems.documented(409)})
def advance_clocks(
    call: CallDep, server: ServerDep, name: ClassName, asked: PassedTime
) -> Response:
    """Let time pass for one learner or all; it goes on after the answer."""

    def until(world: World) -> dt.date:
        days = {"years": asked.years, "months": asked.months, "days": asked.days}
        return clock.target(world.today, **days)

    def advance() -> Response:
        room = classes.find(server.worlds, name)
        return answers.json(
            Reached(worlds=teaching.advance(server.advances, room, asked.learners, until))
        )

    return writes.long(call, NAME, server.worlds, advance)
