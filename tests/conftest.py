"""The databases and worlds that tests share: SQLite and PostgreSQL, each world made once."""

from __future__ import annotations

import datetime as dt
import os

import hypothesis
import pytest
from hypothesis import HealthCheck

from app.platform.settings import Settings
from app.platform.worlds import Worlds, WorldSpec
from app.sandbox import population
from app.sandbox import worlds as lives
from seed.version import VERSION
from tests.support import postgres, tiny
from tests.support.copies import copy

# The machine that runs the properties may be busy: no clock decides over them.
hypothesis.settings.register_profile(
    "no_clock", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis.settings.load_profile("no_clock")

# What tests start compiles itself once, and not each time.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The worlds of a run are many tests': the server of one opens none of another's by itself.
os.environ["DANCU_WAKE_SECONDS"] = "0"


@pytest.fixture(scope="session")
def postgres_url():
    """The address of a PostgreSQL server of our own."""
    with postgres.server() as url:
        yield url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database(request):
    """The databases that every test that touches data runs on."""
    return request.param


@pytest.fixture(scope="session")
def database_url(database, request):
    """What `Settings.database_url` is for that database."""
    return request.getfixturevalue("postgres_url") if database == "postgresql" else None


@pytest.fixture(scope="session")
def settings(database_url, tmp_path_factory):
    """Settings for that database, with a home folder of the run's own."""
    return Settings(home=tmp_path_factory.mktemp("home"), database_url=database_url)


@pytest.fixture(scope="session")
def worlds(settings):
    """The worlds of the run."""
    worlds = Worlds(settings)
    yield worlds
    for name in worlds.names():
        worlds.release(name)
        worlds.store.drop(name)
    worlds.close_all()


@pytest.fixture(scope="session")
def tiny_spec(worlds):
    """The spec of the hand-made world, whose start is kept so that any number can be made."""
    key = population.key(tiny.SPEC)
    with worlds.store.making() as draft:
        tiny.make(draft)
        draft.keep(key)
    lives.create(worlds, "anchor", tiny.SPEC)  # the start is kept while a world was made of it
    return tiny.SPEC


@pytest.fixture
def tiny_world(worlds, tiny_spec):
    """An open world of five people that this test alone has (see `tests/support/tiny.py`)."""
    with copy(worlds, tiny_spec) as world:
        yield world


@pytest.fixture(scope="session")
def small_spec():
    """The spec of a generated world of 2,000 citizens."""
    return WorldSpec(1, 2_000, VERSION, dt.date(2026, 1, 1), "reserved")


@pytest.fixture(scope="session")
def small_start(worlds, small_spec):
    """A world of `small_spec` that nobody touches: it keeps the start for further ones."""
    lives.create(worlds, "small", small_spec)
    return small_spec


@pytest.fixture(scope="module")
def world(worlds, small_start):
    """A generated world of 2,000 citizens that the tests of one module share: read, or add."""
    with copy(worlds, small_start) as world:
        yield world


@pytest.fixture
def world_rw(worlds, small_start):
    """A generated world of 2,000 citizens that this test alone has."""
    with copy(worlds, small_start) as world:
        yield world
