"""A world of the registry's country and the preset's agencies, on each database."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import create_engine, event, update
from sqlalchemy.orm import Session

from app.exchange import access as accesses
from app.exchange import models as m
from app.exchange.jobs import keeping
from app.exchange.presets import preset
from app.platform import clock, founding, opening, sequences
from tests.exchange import people
from tests.registry import country


@pytest.fixture(scope="session")
def exchange_key(worlds):
    """The key under which that world is kept to be copied."""
    key = "exchange"
    with worlds.store.making() as draft:
        opening.migrate(draft.url)
        engine = create_engine(draft.url)
        with Session(engine) as session:
            founding.found(session, key, people.SPEC, parts=())
            country.add_reference(session)
            country.add_people(session)
            people.add(session)
            preset.install(session, people.SPEC.start_date)
            sequences.count_on(session, ["agency", "system", "access_grant"])
            session.commit()
        engine.dispose()
        draft.keep(key)
    yield key
    worlds.store.discard(key)


def _open_copy(worlds, key):
    name = f"x-{uuid.uuid4().hex[:12]}"
    with worlds.store.copying_kept(key) as draft:
        engine = create_engine(draft.url)
        with Session(engine) as session:
            founding.begin_again(session, name, secret=False)
            session.commit()
        engine.dispose()
        draft.publish(name)
    return worlds.open(name)


@pytest.fixture
def open_copy(worlds, exchange_key):
    """Open as many copies of that world as a test wants."""
    opened = []

    def another():
        opened.append(_open_copy(worlds, exchange_key))
        return opened[-1]

    yield another
    for world in opened:
        worlds.release(world.name)
        worlds.store.drop(world.name)


@pytest.fixture
def world(open_copy):
    """A copy that this test alone has."""
    return open_copy()


@pytest.fixture(scope="module")
def exchange_reader(worlds, exchange_key):
    """A copy that the tests of a module share and only read from."""
    world = _open_copy(worlds, exchange_key)
    yield world
    worlds.release(world.name)
    worlds.store.drop(world.name)


@pytest.fixture
def access(world):
    """The access of that world."""
    found = accesses.of(world)
    found.poll()
    return found


@pytest.fixture
def taken(world, access):
    """Begin a system's job and take it to be run; return its id."""

    def take(client_id, new, prepare=lambda _session, _job_id: None):
        caller = access.poll().callers[client_id]

        def job(session):
            made = keeping.add(session, caller, new, "1" * 32, clock.now()).id
            prepare(session, made)
            assert keeping.claim(session, made, people.RUNNER, clock.now())
            return made

        return world.writer.submit(job)

    return take


@pytest.fixture
def change(world, access):
    """Change columns of a system, and let everybody here know."""

    def change_system(client_id, **columns):
        def job(session):
            session.execute(
                update(m.System).where(m.System.client_id == client_id).values(**columns)
            )
            accesses.touch(session)

        world.writer.submit(job)
        access.poll()

    return change_system


@pytest.fixture
def statements(world):
    """The statements that are sent to the world's reading connections, as they are sent."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    event.listen(world.reader, "before_cursor_execute", note)
    yield sent
    event.remove(world.reader, "before_cursor_execute", note)
