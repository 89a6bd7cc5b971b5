"""A server over a world of five people, one of whom is signed in at the portal."""

from __future__ import annotations

import pytest

from tests.api.conftest import bearer, citizen


@pytest.fixture(scope="module")
def world(shared_world):
    """A world that a module's tests share."""
    return shared_world


@pytest.fixture(scope="module")
def client(shared):
    """A client of a server whose default world that is."""
    return shared


@pytest.fixture(scope="module")
def portal(world):
    """The headers of a citizen who has signed in at the portal for public services."""
    return citizen(world)


@pytest.fixture(scope="module")
def police(client, world):
    """The headers of the ministry's system, at whose desk dossiers are dealt with."""
    return bearer(client, world, "bca")
