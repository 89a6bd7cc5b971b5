"""A writer over a database with one table, for what is about writing alone."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.platform import engines
from app.platform.writer import Writer
from tests.support import entries


@pytest.fixture
def empty_url(worlds):
    """The address of an empty database that goes after the test."""
    with worlds.store.making() as draft:
        yield draft.url


@pytest.fixture(scope="session")
def entries_database(worlds):
    """The address of a database with the table of `tests/support/entries.py`."""
    with worlds.store.making() as draft:
        entries.create(draft.url)
        yield draft.url


@pytest.fixture
def entries_url(entries_database):
    """The same, with nothing in it."""
    entries.clear(entries_database)
    return entries_database


@pytest.fixture
def writer(entries_url):
    """A writer of that database."""
    engine = engines.writer(entries_url, patient=False)
    writer = Writer(engine, entries.preparing(entries_url), name="test")
    yield writer
    writer.close()
    engine.dispose()


@pytest.fixture
def read(entries_url):
    """Reads the bodies that are committed, in their order."""
    engine = engines.reader(entries_url, 1)

    def bodies():
        with engine.connect() as connection:
            return list(connection.scalars(text("SELECT body FROM entry ORDER BY seq")))

    yield bodies
    engine.dispose()
