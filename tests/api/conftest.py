"""A server's application over a world of the registry's country, and callers of it."""

from __future__ import annotations

import uuid
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app import main
from app.exchange import access, credentials, tokens
from app.exchange.presets import preset
from app.platform import founding, opening
from app.platform.worlds import Worlds
from tests.exchange import people
from tests.registry import country

BASE = "http://127.0.0.1:8000"


@pytest.fixture(scope="session")
def api_key(worlds):
    """The key under which the world of these tests is kept to be copied."""
    key = "api"
    with worlds.store.making() as draft:
        opening.migrate(draft.url)
        engine = create_engine(draft.url)
        with Session(engine) as session:
            founding.found(session, key, people.SPEC, parts=())
            country.add_reference(session)
            country.add_people(session)
            people.add(session)
            preset.install(session, people.SPEC.start_date)
            session.commit()
        engine.dispose()
        draft.keep(key)
    yield key
    worlds.store.discard(key)


@contextmanager
def copy(worlds, key):
    """Give a world of its own."""
    name = f"a-{uuid.uuid4().hex[:12]}"
    with worlds.store.copying_kept(key) as draft:
        engine = create_engine(draft.url)
        with Session(engine) as session:
            founding.begin_again(session, name, secret=False)
            session.commit()
        engine.dispose()
        draft.publish(name)
    try:
        yield worlds.open(name)
    finally:
        worlds.release(name)
        if name in worlds.names():
            worlds.store.drop(name)


@contextmanager
def served(settings, world, *, hot=None):
    """Give a client of a server whose default world is `world`, with another hot route if told."""
    app = main.create_app(settings.model_copy(update={"default_world": world.name}))
    if hot is not None:
        app._hot = hot
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def world(worlds, api_key):
    """A world that this test alone has."""
    with copy(worlds, api_key) as copied:
        yield copied


@pytest.fixture
def other_world(worlds, api_key):
    """A second world of this test's own."""
    with copy(worlds, api_key) as copied:
        yield copied


@pytest.fixture
def client(settings, world):
    """A client of a server whose default world is `world`."""
    with served(settings, world) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_world(worlds, api_key):
    """A world that the tests of a module share."""
    with copy(worlds, api_key) as copied:
        yield copied


@pytest.fixture(scope="module")
def shared(settings, shared_world):
    """A client of a server whose default world is `shared_world`."""
    with served(settings, shared_world) as opened:
        yield opened


def secret(world, client_id):
    """Return a system's first client secret."""
    return credentials.client_secret(world, client_id, 1)


def token(world, client_id):
    """Return an access token for any system of a server's default world."""
    settings = world._settings.model_copy(update={"default_world": world.name})
    worlds = Worlds(settings)
    try:
        as_default = worlds.open(world.name)
        caller = access.of(as_default).poll().callers[client_id]
        return tokens.issue(as_default, caller).access_token
    finally:
        worlds.close_all()


def bearer(client, world, client_id="vietcombank-basic", prefix=""):
    """Return the headers of a caller that has asked for its token."""
    answer = client.post(
        f"{prefix}/oidc/token",
        data={"grant_type": "client_credentials"},
        auth=(client_id, secret(world, client_id)),
    )
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
