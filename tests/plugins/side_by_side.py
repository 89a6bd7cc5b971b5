"""Spreads the tests over processes (`-n`) so that no database and no world is made twice.

One process takes all tests on SQLite and another all on PostgreSQL; what runs on neither goes
file by file to whichever is free. The groups of pytest-xdist are not used: it writes them into ids
of tests where pytest 9.2 no longer reads them, so that every test is a group of its own.
"""

import re

import pytest
from xdist.scheduler import LoadScopeScheduling

_DATABASE = re.compile(r"[\[-](sqlite|postgresql)[-\]]")


class _SideBySide(LoadScopeScheduling):
    """Hands out all tests of one database, or of one file, at once."""

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        found = _DATABASE.search(test)
        return file if found is None else found[1]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadScopeScheduling:
    return _SideBySide(config, log)
