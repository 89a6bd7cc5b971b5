"""A server over a generated world, whose people have phones and accounts, and who asks there."""

from __future__ import annotations

import pytest

from tests.api.conftest import bearer


@pytest.fixture(scope="module")
def world(town):
    """A generated world that a module's tests share."""
    return town


@pytest.fixture(scope="module")
def client(town_client):
    """A client of a server whose default world that is."""
    return town_client


@pytest.fixture(scope="module")
def bank(client, world):
    """The headers of a bank's system."""
    return bearer(client, world)


@pytest.fixture(scope="module")
def ministry(client, world):
    """The headers of the ministry's system."""
    return bearer(client, world, "bca")
