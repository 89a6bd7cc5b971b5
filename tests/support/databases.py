"""Databases: marks for tests about what only one of them has, and what is done to both."""

import pytest
from sqlalchemy import text

from app.platform import engines

only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def shed(world):
    """Close every connection of a world that nobody is using."""
    while any(world.shed(writer=writer) for writer in (False, True)):
        pass


def end_connections(url):
    """End every connection to the database but this one, as a fork does."""
    engine = engines.passing(url)
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
