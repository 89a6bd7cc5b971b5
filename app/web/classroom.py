"""`/class`: where learners come in with a code, and find their lessons, addresses and calls.

The code is exchanged for a cookie that scripts cannot read and that opens this learner's pages of
this class alone: it gives no way back to the code, and ends with the code and with the class.
"""

from __future__ import annotations

import hmac
import inspect
import textwrap
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from app.exchange import agencies, requests
from app.platform import errors
from app.sandbox import operator, personas
from app.training import classes, codes, lesson, progress, trainer
from app.web import documents, pages
from app.web.browsers import RepeatedError, Visitor
from app.web.languages import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.server import Server
    from app.platform.world import World
    from app.sandbox.personas import PersonaView
    from app.training.classes import Room
    from app.training.lesson import Lesson
    from app.training.models import Learner
    from app.training.progress import Standing

router = APIRouter(include_in_schema=False)

BELOW: Final = "/class"
_COOKIE: Final = "class"
_SECONDS: Final = 12 * 3600
_CALLS: Final = 15
_LESSONS: Final = N_("Lessons")


@dataclass(frozen=True, slots=True)
class Seated:
    """A learner who has come in, with how they stand in the lessons of the class.

    `is_there` says that their world is there still, `is_frozen` that every call in it has to wait.
    """

    visitor: Visitor
    room: Room
    learner: Learner
    lessons: list[Lesson]
    standings: dict[str, Standing]
    is_there: bool
    is_frozen: bool

    @property
    def server(self) -> Server:
        """The server that is asked."""
        server: Server = self.visitor.request.state.server
        return server

    @property
    def own_root(self) -> str:
        """What stands before every address of the learner's world, for this browser."""
        return self.visitor.root_of(self.learner.world)

    def own(self) -> World:
        """Return the learner's world. Raises `world-unknown`."""
        return self.room.worlds.open(self.learner.world)


class Variable(NamedTuple):
    """A variable of the learner's shell."""

    name: str
    value: str


def _enter(request: Request) -> Response:
    """Exchange a code for the cookie of its class; send the code on to where that is."""
    visitor = Visitor(request, BELOW)
    try:
        code = codes.read(dict(visitor.form()).get("code", ""))
    except RepeatedError:
        code = None
    server: Server = request.state.server
    if code is None or not server.worlds.has(code.class_name):
        return _ask(visitor, codes.WRONG.error())
    if code.class_name != visitor.world.name:
        # 307: the browser posts the code once more, there.
        return RedirectResponse(f"{visitor.root_of(code.class_name)}{BELOW}", 307)
    try:
        room = classes.find(server.worlds, code.class_name)
        learner = classes.come_in(room, code)
    except errors.NotFoundError:
        return _ask(visitor, codes.WRONG.error())
    except (errors.ForbiddenError, errors.TooManyError) as error:
        return _ask(visitor, error)
    answer = visitor.to(BELOW)
    kept = f"{learner.number}.{_key(visitor, learner)}"
    visitor.keep(answer, _COOKIE, kept, path=BELOW, seconds=_SECONDS)
    return answer


def _leave(request: Request) -> Response:
    """Have the browser forget who learns here."""
    visitor = Visitor(request, f"{BELOW}/leave")
    answer = visitor.to(BELOW)
    visitor.drop(answer, _COOKIE, path=BELOW)
    return answer


def _ask(visitor: Visitor, error: errors.DancuError | None = None) -> Response:
    """Return the page that asks for a code, with what was wrong about the last one."""
    if error is None:
        return pages.show(visitor, "class_enter.html", error=None)
    return pages.problem(visitor, error, "class_enter.html")


def _seated(visitor: Visitor) -> Seated | None:
    """Return the learner whose cookie the browser has, if it is one of this class."""
    number, _, shown = (visitor.cookie(_COOKIE) or "").partition(".")
    server: Server = visitor.request.state.server
    room = classes.Room(server.worlds, visitor.world)
    is_number = number.isascii() and number.isdecimal() and len(number) <= len("60")
    if not is_number or not classes.is_one(visitor.world):
        return None
    try:
        with room.world.session() as session:
            learner = classes.learner(session, room.world, int(number))
    except errors.NotFoundError:
        return None
    if not hmac.compare_digest(shown.encode(), _key(visitor, learner).encode()):
        return None
    return _standing(visitor, room, learner.number)


def _standing(visitor: Visitor, room: Room, number: int) -> Seated:
    progress.look(room, number)
    with room.world.session() as session:
        learner = classes.learner(session, room.world, number)
        is_there = room.worlds.has(learner.world)
        return Seated(
            visitor=visitor,
            room=room,
            learner=learner,
            lessons=classes.lessons(session, room.world),
            standings=progress.standings(session, learner),
            is_there=is_there,
            is_frozen=is_there and trainer.is_frozen(room.worlds.open(learner.world)),
        )


def _key(visitor: Visitor, learner: Learner) -> str:
    """Return what the learner's cookie has to say: it ends with the code, and with the class."""
    server: Server = visitor.request.state.server
    secret = operator.world_token(server.operator_token, learner.world_id)
    said = f"learner|{learner.number}|{learner.code_digest}"
    return hmac.new(secret.encode(), said.encode(), "sha256").hexdigest()


def _page(route: str, show: Callable[[Seated], Response], request: Request) -> Response:
    """Show a learner's page, or ask for the code."""
    visitor = Visitor(request, route)
    seated = _seated(visitor)
    return _ask(visitor) if seated is None else show(seated)


def _act(route: str, act: Callable[[Seated, str], Response], request: Request) -> Response:
    """Do what a learner asks for in a lesson."""
    visitor = Visitor(request, route)
    seated = _seated(visitor)
    if seated is None:
        return _ask(visitor, codes.WRONG.error())
    try:
        return act(seated, request.path_params["lesson"])
    except errors.DancuError as error:
        visitor.path = BELOW
        return pages.problem(visitor, error, "class_problem.html", **_frame(seated))


def _first(seated: Seated) -> Response:
    """Show the lessons with how far they are."""
    return pages.show(seated.visitor, "class.html", **_frame(seated))


def _lesson(seated: Seated) -> Response:
    """Show one lesson: what to do, what was found, and the learner's calls."""
    name = seated.visitor.request.path_params["lesson"]
    found = next((each for each in seated.lessons if each.name == name), None)
    if found is None:
        raise HTTPException(404)
    told = _frame(seated, found)
    if not seated.is_there:
        return pages.show(seated.visitor, "class_gone.html", **told)
    own = seated.own()
    with own.session() as session:
        people = personas.some(session, found.personas)
        told |= {
            "standing": seated.standings.get(name),
            "own_root": seated.own_root,
            "people": people,
            "variables": _variables(session, seated, found, people),
            "token": operator.world_token(seated.server.operator_token, own.id),
            "calls": requests.page(session, agency_code=None, limit=_CALLS),
            "reading": [document for each in found.reading if (document := documents.find(each))],
            "solution": textwrap.dedent(inspect.getsource(found.solve)),
        }
    return pages.show(seated.visitor, "class_lesson.html", **told)


def _variables(
    session: Session, seated: Seated, found: Lesson, people: list[PersonaView]
) -> list[Variable]:
    """Return what the commands of the lesson find in the learner's shell."""
    own = seated.own()
    token = operator.world_token(seated.server.operator_token, own.id)
    systems = {
        system.client_id: system.auth_method
        for client in found.clients
        for system in agencies.find(session, client).systems
    }
    secrets = [
        Variable(lesson.variable(client), agencies.secret(session, own, client))
        for client in found.clients
        if systems[client] == "client_secret_basic"
    ]
    numbers = [Variable(lesson.variable(each.name), each.pin) for each in people]
    return [Variable("ISSUER", own.issuer), Variable("OPERATOR", token), *secrets, *numbers]


def _begin(seated: Seated, name: str) -> Response:
    """Begin a lesson."""
    progress.begin(seated.room, seated.learner.number, name)
    return seated.visitor.to(f"{BELOW}/lessons/{name}")


def _hint(seated: Seated, name: str) -> Response:
    """Give the next hint."""
    progress.hint(seated.room, seated.learner.number, name)
    return seated.visitor.to(f"{BELOW}/lessons/{name}")


def _answer(seated: Seated, name: str) -> Response:
    """Take down what was written to the lesson's questions."""
    try:
        answers = dict(seated.visitor.form())
    except RepeatedError:
        answers = {}
    progress.answer(seated.room, seated.learner.number, name, answers)
    return seated.visitor.to(f"{BELOW}/lessons/{name}")


def _frame(seated: Seated, page: Lesson | None = None) -> dict[str, Any]:
    """Return what every page of a learner needs; `page` is the lesson that is shown."""
    return {
        "menu": {_LESSONS: seated.lessons},
        "page": page,
        "learner": seated.learner,
        "standings": seated.standings,
        "is_there": seated.is_there,
        "is_frozen": seated.is_frozen,
    }


def _add(path: str, method: str, handle: Callable[..., Response]) -> None:
    router.add_route(path, handle, methods=[method])


_add(BELOW, "POST", _enter)
_add(f"{BELOW}/leave", "POST", _leave)
_add(BELOW, "GET", partial(_page, BELOW, _first))
_ONE: Final = f"{BELOW}/lessons/{{lesson}}"
_add(_ONE, "GET", partial(_page, _ONE, _lesson))
for _name, _do in (("begin", _begin), ("hint", _hint), ("answers", _answer)):
    _add(f"{_ONE}/{_name}", "POST", partial(_act, f"{_ONE}/{_name}", _do))
