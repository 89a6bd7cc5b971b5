"""A server over a generated world, and browsers that have shown a token."""

from __future__ import annotations

import pytest

from app.sandbox import operator
from tests.api.conftest import live, served
from tests.support import browsing


@pytest.fixture(scope="module")
def client(settings, world):
    """A client of a server whose default world that is."""
    with served(settings, world) as opened:
        yield opened


@pytest.fixture(scope="module")
def server(settings, world):
    with live(settings, world) as running:
        yield running


@pytest.fixture(scope="module")
def chromium():
    with browsing.browser() as opened:
        yield opened


@pytest.fixture
def as_server(client):
    """A browser that has shown the server's token."""
    return _entered(client, client.app._server.operator_token)


@pytest.fixture
def as_world(client, world):
    """A browser that has shown the token of this world alone."""
    return _entered(client, operator.world_token(client.app._server.operator_token, world.id))


def _entered(client, token):
    client.cookies.clear()
    answer = client.post("/console", data={"token": token}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return client
