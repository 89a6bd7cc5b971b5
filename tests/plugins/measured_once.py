"""Measures coverage of a test on both databases on one of them, but where they differ.

Measuring takes as long again as the test. What asks which database it has is called by the tests
that are named here; everything else runs the same lines on both, and is measured on SQLite. Tests
marked `unmeasured` are not measured on either. Servers and commands that a test starts are not:
what they run, tests run in this process, too.
"""

from collections.abc import Iterator

import pytest

#: Where the tests are that are measured on PostgreSQL too.
_ON_BOTH = (
    *("tests/platform/", "tests/registry/test_lookup.py", "tests/registry/test_numbered.py"),
    *("tests/exchange/log/", "tests/exchange/test_idempotency.py"),
    *("tests/sandbox/test_worlds.py", "tests/sandbox/test_exporting.py"),
    *("tests/sandbox/test_filling.py", "tests/api/test_hot_route.py"),
)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    controller = getattr(item.config.pluginmanager.get_plugin("_cov"), "cov_controller", None)
    if controller is None or _is_measured(item):
        return (yield)
    controller.pause()
    try:
        return (yield)
    finally:
        controller.resume()


def _is_measured(item: pytest.Item) -> bool:
    if item.get_closest_marker("unmeasured"):
        return False
    callspec = getattr(item, "callspec", None)
    database = callspec.params.get("database") if callspec else None
    return database != "postgresql" or item.nodeid.startswith(_ON_BOTH)
