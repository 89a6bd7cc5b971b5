"""A server's application over a world of the registry's country, and callers of it."""

from __future__ import annotations

import uuid
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from app import main
from app.exchange import credentials
from app.exchange.presets import preset
from app.platform import founding, opening
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
def _copy(worlds, key):
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
def _served(settings, world):
    app = main.create_app(settings.model_copy(update={"default_world": world.name}))
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def world(worlds, api_key):
    """A world that this test alone has."""
    with _copy(worlds, api_key) as copied:
        yield copied


@pytest.fixture
def other_world(worlds, api_key):
    """A second world of this test's own."""
    with _copy(worlds, api_key) as copied:
        yield copied


@pytest.fixture
def client(settings, world):
    """A client of a server whose default world is `world`."""
    with _served(settings, world) as served:
        yield served


@pytest.fixture(scope="module")
def shared_world(worlds, api_key):
    """A world that the tests of a module share."""
    with _copy(worlds, api_key) as copied:
        yield copied


@pytest.fixture(scope="module")
def shared(settings, shared_world):
    """A client of a server whose default world is `shared_world`."""
    with _served(settings, shared_world) as served:
        yield served


def secret(world, client_id):
    """Return a system's first client secret."""
    return credentials.client_secret(world, client_id, 1)


def bearer(client, world, client_id="vietcombank-basic", prefix=""):
    """Return the headers of a caller that has asked for its token."""
    answer = client.post(
        f"{prefix}/oidc/token",
        data={"grant_type": "client_credentials"},
        auth=(client_id, secret(world, client_id)),
    )
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}
