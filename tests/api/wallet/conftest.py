"""A server over a generated world, whose people have wallets with a driver licence in one."""

from __future__ import annotations

import pytest

from tests.api.wallets import Wallet, system


@pytest.fixture(scope="module")
def shared_world(town):
    """A generated world that a module's tests share."""
    return town


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
