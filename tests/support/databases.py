"""Marks for tests about what only one of the databases has."""

import pytest

only_sqlite = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
only_postgres = pytest.mark.parametrize("database", ["postgresql"], indirect=True)
