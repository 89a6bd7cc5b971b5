"""A server over a generated world, whose people have wallets with a driver licence in one."""

from __future__ import annotations

import pytest

from tests.api.conftest import copy, served
from tests.api.wallets import Wallet, system


@pytest.fixture(scope="module")
def shared_world(worlds, small_start):
    """A generated world that a module's tests share."""
    with copy(worlds, small_start) as copied:
        yield copied


@pytest.fixture(scope="module")
def shared(settings, shared_world):
    """A client of a server whose default world that is."""
    with served(settings, shared_world) as opened:
        yield opened


@pytest.fixture
def wallet(shared):
    """The wallet of an adult with an account of level 2."""
    return Wallet(shared)


@pytest.fixture(scope="module")
def licence(shared):
    """The id of the driver licence in that wallet."""
    return Wallet(shared).integrated("driver-licence")


@pytest.fixture(scope="module")
def ministry(shared, shared_world):
    """The headers of a system that may ask for documents."""
    return system(shared, shared_world)
