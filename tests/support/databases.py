"""Databases: marks for tests about what only one of them has, and what is done to both."""

import pytest

only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def shed(world):
    """Close every connection of a world that nobody is using."""
    while any(world.shed(writer=writer) for writer in (False, True)):
        pass
