"""`dancu serve` as people start it: a process of its own that says where it is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass

STOP_SECONDS = 20
COMMAND = (sys.executable, "-c", "from app.cli import main; main()")


@dataclass(frozen=True)
class Served:
    """A server that runs: its banner, and the variables under which commands find it."""

    banner: dict
    environment: dict
    process: subprocess.Popen
    errors: deque

    @property
    def base(self) -> str:
        """Its address, without a slash at the end."""
        return self.banner["addresses"]["home"].rstrip("/")


def environment(settings, world: str | None = None) -> dict[str, str]:
    """Return the variables that say the same as `settings`."""
    said = {"DANCU_HOME": str(settings.home)}
    if settings.database_url:
        said["DANCU_DATABASE_URL"] = settings.database_url
    if world:
        said["DANCU_DEFAULT_WORLD"] = world
    return said


@contextmanager
def serve(variables: dict[str, str], *options: str):
    """Give a server on a free port of this machine, and stop it as Ctrl-C does."""
    process = subprocess.Popen(
        [*COMMAND, "serve", "--json", "--port", "0", *options],
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    errors: deque[str] = deque(maxlen=200)
    reader = threading.Thread(target=lambda: errors.extend(process.stderr), daemon=True)
    reader.start()
    try:
        line = process.stdout.readline()
        assert line, "".join(errors)
        yield Served(json.loads(line), variables, process, errors)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_SECONDS)
        finally:
            process.kill()
            process.communicate()
            reader.join()
