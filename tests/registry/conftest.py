"""The country of `country.py` on both databases; each test's changes are rolled back."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.orm import Session

from app.platform import engines
from app.platform.database import Base
from tests.registry import country


@pytest.fixture(scope="session")
def engine(database, database_url, tmp_path_factory):
    """A database that holds the country."""
    if database == "sqlite":
        url = engines.sqlite_url(tmp_path_factory.mktemp("country") / "country.db")
    else:
        admin = create_engine(
            engines.postgres_url(database_url, "postgres"), isolation_level="AUTOCOMMIT"
        )
        with admin.connect() as connection:
            connection.execute(text("CREATE DATABASE country"))
        admin.dispose()
        url = engines.postgres_url(database_url, "country")
    engine = engines.writer(url)
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        country.add_reference(session)
        country.add_people(session)
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine):
    """A session whose changes are rolled back."""
    with Session(engine) as session:
        yield session
        session.rollback()


@pytest.fixture
def statements(session):
    """The statements the session sends, as they are sent."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
