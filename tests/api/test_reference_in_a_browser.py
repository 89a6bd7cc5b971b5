"""`/docs` in a browser that can reach this machine only, as a person without internet sees it."""

import subprocess
import threading
import time

import pytest
import uvicorn

from app import main
from tests.support import browsing
from tests.support.databases import only_sqlite

ONLY_THIS_MACHINE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    "--no-first-run",
    "--virtual-time-budget=20000",
    "--window-size=1280,20000",  # of a long reference only what is in view is drawn
]


@pytest.fixture(scope="module")
def address(settings, shared_world):
    """Where a real server listens that has the world."""
    app = main.create_app(settings.model_copy(update={"default_world": shared_world.name}))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, lifespan="on"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=30)


@browsing.needed
@only_sqlite  # the page is made of the code alone, and takes the browser long to draw
def test_the_reference_shows_its_operations_and_loads_nothing_from_elsewhere(address, tmp_path):
    log = tmp_path / "net.json"
    shown = subprocess.run(
        [
            browsing.PROGRAM,
            *QUIET,
            ONLY_THIS_MACHINE,
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--log-net-log={log}",
            "--dump-dom",
            f"{address}/docs",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    assert shown.count('class="opblock ') > 10
    assert "/v1/verifications" in shown.replace("\u200b", "").replace("<wbr>", "")
    assert f"{address}/docs/assets/swagger-ui-bundle.js" in log.read_text(encoding="utf-8")
