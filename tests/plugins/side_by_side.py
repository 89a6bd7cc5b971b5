"""Spreads the tests over processes (`-n`) so that no database and no world is made twice.

One process takes all tests on SQLite and another all on PostgreSQL; what runs on neither goes
file by file to whichever is free.
"""

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        callspec = getattr(item, "callspec", None)
        database = callspec.params.get("database") if callspec else None
        group = database if isinstance(database, str) else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))
