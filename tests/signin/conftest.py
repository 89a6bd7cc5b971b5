"""A server over a generated world, and a small relying party that goes the whole way."""

from __future__ import annotations

import pytest

from tests.api.conftest import served
from tests.signin.party import Party, Somebody


@pytest.fixture(scope="module")
def client(settings, world):
    """A client of a server whose default world that is."""
    with served(settings, world) as opened:
        yield opened


@pytest.fixture
def party(client, world):
    """A bank that signs people in, in a browser that nobody has used yet."""
    client.cookies.clear()
    return Party(client, world)


@pytest.fixture(scope="module")
def person(world):
    """An adult with an account of level 2."""
    return Somebody(world, "adult-level-2")
