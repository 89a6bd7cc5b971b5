"""A server as a process of its own, as people run it, over a world of these tests."""

from __future__ import annotations

import http.client
import json
import os
import select
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest

from tests.api.conftest import api_spec, issued
from tests.support import ports
from tests.support.copies import copy

__all__ = ["api_spec"]

_RUN = "from app.main import serve; from app.platform.settings import Settings; serve(Settings())"


class Process:
    """One server process at a time, on one home and port."""

    def __init__(self, settings, world):
        self.settings = settings.model_copy(
            update={"port": ports.free(), "default_world": world.name}
        )
        self.world = world
        self._process = None

    def start(self, **more):
        """Start and wait until it answers."""
        self.begin(**more)
        until = time.monotonic() + 60
        while not self._answers():
            assert not self.has_ended(), "the server ended by itself"
            assert time.monotonic() < until
            time.sleep(0.02)

    def begin(self, **more):
        """Start, and wait for nothing."""
        self.clear()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _RUN],
            env=os.environ | self.told(**more),
            stdout=subprocess.PIPE,
        )

    def told(self, **more):
        """Return the variables that a server of this world is started with."""
        told = {
            "DANCU_HOME": str(self.settings.home),
            "DANCU_PORT": str(self.settings.port),
            "DANCU_DEFAULT_WORLD": self.settings.default_world,
            "DANCU_LOG_LEVEL": "error",
            **more,
        }
        if self.settings.database_url:
            told["DANCU_DATABASE_URL"] = self.settings.database_url
        return told

    def has_ended(self):
        return self._process.poll() is not None

    def kill(self):
        """End it as a crash does: nothing is flushed, nobody is told."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self):
        """Ask it to stop; return its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=30)

    def is_over(self, seconds=20):
        """Whether all its processes end by then: each of them holds the same standard output."""
        ended, _, _ = select.select([self._process.stdout], [], [], seconds)
        return bool(ended) and not self._process.stdout.read()

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.settings.port, timeout=60)

    def token_of(self, client_id):
        return issued(self.settings, self.world.name, client_id)

    def clear(self):
        if self._process is not None:
            if self._process.poll() is None:
                self.kill()
            self._process.stdout.close()

    def _answers(self):
        connection = self.connect()
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()


class Forked(Process):
    """A server process that is forked from one that has its imports behind it: see `zygote`."""

    def __init__(self, settings, world, zygote):
        super().__init__(settings, world)
        self._zygote = zygote
        self._pid = None

    def begin(self, **more):
        self.clear()
        self._zygote.stdin.write(json.dumps(self.told(**more)) + "\n")
        self._zygote.stdin.flush()
        self._pid = int(self._zygote.stdout.readline())

    def has_ended(self):
        ended, _, _ = select.select([self._zygote.stdout], [], [], 0)
        return bool(ended)

    def kill(self):
        self._end(signal.SIGKILL)

    def stop(self):
        return self._end(signal.SIGTERM)

    def clear(self):
        if self._pid is not None:
            self.kill()

    def _end(self, how):
        with suppress(ProcessLookupError):  # it may have ended by itself
            os.kill(self._pid, how)
        self._pid = None
        return int(self._zygote.stdout.readline())


@pytest.fixture(scope="session")
def zygote():
    """What forks servers: one for all of them."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.zygote"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as running:
        yield running
        running.stdin.close()


@pytest.fixture
def forked(settings, worlds, api_spec, zygote):
    """A server process that is not yet started, and starts in a moment."""
    with copy(worlds, api_spec) as world:
        process = Forked(settings, world, zygote)
        yield process
        process.clear()


@pytest.fixture
def process(settings, worlds, api_spec):
    """A server process that is not yet started."""
    with copy(worlds, api_spec) as world:
        process = Process(settings, world)
        yield process
        process.clear()
