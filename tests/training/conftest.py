"""Classes over a generated world, on a server, and learners in code."""

from __future__ import annotations

import contextlib

import pytest

from app.sandbox import operator
from app.sandbox import worlds as lives
from app.training import classes, codes, progress
from app.training.classes import Opening
from app.training.pupil import Pupil
from tests.api.conftest import served


@pytest.fixture(scope="module")
def client(settings, world):
    """A client of a server whose default world that is."""
    with served(settings, world) as opened:
        yield opened


@pytest.fixture(scope="module")
def server(client):
    """The server behind it."""
    return client.app._server


@contextlib.contextmanager
def opened(server, name, learners=2, lessons=()):
    """Give a class over a fork of the server's default world, and its seats; closed afterwards."""
    worlds = server.worlds
    lives.fork(worlds, server.settings.default_world, name)
    room = classes.Room(worlds, worlds.open(name))
    opening = Opening(
        learners=tuple(f"Learner {number}" for number in range(1, learners + 1)), lessons=lessons
    )
    try:
        yield room, classes.begin(room, opening)
    finally:
        with contextlib.suppress(Exception):
            classes.close(room)


@pytest.fixture(scope="module")
def course(server, database):
    """A class of two that the tests of a module share, with its seats."""
    with opened(server, f"course-{database[:3]}") as found:
        yield found


def pupil(client, room, number, lesson):
    """A learner in code, who has begun a lesson."""
    progress.begin(room, number, lesson)
    own = room.worlds.open(f"{room.world.name}-{number:02d}")
    token = operator.world_token(client.app._server.operator_token, own.id)

    def write(question, text):
        progress.answer(room, number, lesson, {question: text})

    return Pupil(client, own.issuer, token, write)


def settle(room, number):
    """Have the learner's calls in their log, and look at them."""
    own = room.worlds.open(f"{room.world.name}-{number:02d}")
    own.writer.submit(lambda _session: None)  # behind what waits
    progress.look(room, number, again=True)


def standing(room, number, lesson):
    with room.world.session() as session:
        learner = classes.learner(session, room.world, number)
        return progress.standings(session, learner)[lesson]


def entered(room, code):
    return classes.come_in(room, codes.read(code))
