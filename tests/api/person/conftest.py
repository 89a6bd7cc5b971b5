"""A server over a generated world, whose people have phones and accounts, and who asks there."""

from __future__ import annotations

import pytest

from tests.api.conftest import bearer, copy, served


@pytest.fixture(scope="module")
def world(worlds, small_start):
    """A generated world that a module's tests share."""
    with copy(worlds, small_start) as copied:
        yield copied


@pytest.fixture(scope="module")
def client(settings, world):
    """A client of a server whose default world that is."""
    with served(settings, world) as opened:
        yield opened


@pytest.fixture(scope="module")
def bank(client, world):
    """The headers of a bank's system."""
    return bearer(client, world)


@pytest.fixture(scope="module")
def ministry(client, world):
    """The headers of the ministry's system."""
    return bearer(client, world, "bca")
