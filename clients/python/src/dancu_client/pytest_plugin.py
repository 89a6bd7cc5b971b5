"""For pytest: a server on a free port, and a world of its own for each test that asks for one.

    def test_a_customer_is_verified(dancu_world):
        shop = Shop(dancu_world.url, *…)

The fixtures that say how the server is started can be overridden, as any can. Nothing is loaded
before a test asks for it.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from dancu_client.serving import Server
    from dancu_client.worlds import SimulatedWorld


@pytest.fixture(scope="session")
def dancu_command() -> Sequence[str]:
    """The command `dancu`: that of this environment, else the one on the path."""
    beside = shutil.which("dancu", path=str(Path(sys.executable).parent))
    found = beside or shutil.which("dancu")
    if found is None:
        pytest.fail("there is no command `dancu`: install it, or override dancu_command")
    return [found]


@pytest.fixture(scope="session")
def dancu_citizens() -> int:
    """The size of the world that all others are forked from. Its personas do not depend on it."""
    return 500


@pytest.fixture(scope="session")
def dancu_environment() -> Mapping[str, str]:
    """More settings of the server, by the names of their variables, such as DANCU_DATABASE_URL."""
    return {}


@pytest.fixture(scope="session")
def dancu_home(request: pytest.FixtureRequest, dancu_citizens: int) -> Path:
    """The server's folder, kept between runs: a world is made once for each version and size.

    Each process of pytest-xdist has a server, and so a folder, of its own.
    """
    try:
        made_by = version("dancu")
    except PackageNotFoundError:  # it is in another environment
        made_by = "elsewhere"
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    kept = request.config.cache
    if kept is None:
        pytest.fail("worlds are kept in pytest's cache: do not switch that off")
    return kept.mkdir("dancu") / f"{made_by}-{dancu_citizens}-{worker}"


@pytest.fixture(scope="session")
def dancu_server(
    dancu_command: Sequence[str],
    dancu_home: Path,
    dancu_citizens: int,
    dancu_environment: Mapping[str, str],
) -> Iterator[Server]:
    """Run a server on a free port of this machine, for as long as the tests run."""
    from dancu_client.serving import served  # noqa: PLC0415 - only where a test asks for it

    with served(dancu_command, dancu_home, dancu_citizens, dancu_environment) as server:
        yield server


@pytest.fixture
def dancu_world(dancu_server: Server) -> Iterator[SimulatedWorld]:
    """Make a world for one test: with agencies, personas, a clock, fine weather, its own log."""
    from dancu_client.worlds import forked  # noqa: PLC0415 - only where a test asks for it

    with forked(dancu_server) as world:
        yield world
