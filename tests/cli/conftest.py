"""Runs the real command in this process, on the worlds of the run, and reads what it said."""

import json
import os
import subprocess
import sys
import uuid
from dataclasses import dataclass

import pytest

from app.cli import main
from app.sandbox import worlds as lives
from tests.support import serving


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def json(self):
        """What it printed, which must be one JSON value and nothing else."""
        return json.loads(self.out)


@pytest.fixture
def run(monkeypatch, capfd):
    """Runs `dancu` with these arguments and gives its exit status, output and errors."""

    def call(*arguments, **environment):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["dancu", *map(str, arguments)])
            for name, value in environment.items():
                patch.setenv(name, str(value))
            with pytest.raises(SystemExit) as ended:
                main()
        said = capfd.readouterr()
        return Ran(ended.value.code or 0, said.out, said.err)

    return call


@pytest.fixture(scope="module")
def served(worlds, settings, small_start):
    """A server whose default world is a generated one of 2,000 citizens."""
    name = f"served-{uuid.uuid4().hex[:8]}"
    lives.create(worlds, name, small_start)
    with serving.serve(serving.environment(settings, name)) as running:
        yield running
    worlds.release(name)
    worlds.store.drop(name)


@pytest.fixture
def dancu(served, run):
    """Runs the command beside the server, in this process."""
    return lambda *arguments: run(*arguments, **served.environment)


@pytest.fixture
def told(dancu):
    """Runs a command that must succeed, and gives the JSON that it printed."""

    def call(*arguments):
        done = dancu(*arguments, "--json")
        assert done.status == 0, done.err
        return done.json

    return call


@pytest.fixture
def printed(dancu):
    """Runs a command that must succeed, and gives the text that it printed."""

    def call(*arguments):
        done = dancu(*arguments)
        assert done.status == 0, done.err
        return done.out

    return call


class OnWorlds:
    """Runs `dancu` on the worlds of the run: in this process, or `alone` in one of its own."""

    def __init__(self, run, settings):
        self._run = run
        self.environment = {"DANCU_HOME": str(settings.home)}
        if settings.database_url:
            self.environment["DANCU_DATABASE_URL"] = settings.database_url

    def __call__(self, *arguments, **environment):
        return self._run(*arguments, **self.environment, **environment)

    def alone(self, *arguments):
        """Run it as people do, and give what it printed; it must succeed."""
        command = [sys.executable, "-c", "from app.cli import main; main()", *arguments]
        environment = {**os.environ, **self.environment}
        return subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        ).stdout


@pytest.fixture
def on_worlds(run, settings):
    """The command on the worlds of the run's database."""
    return OnWorlds(run, settings)
