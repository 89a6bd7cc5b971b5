"""Runs the real command in this process, on the worlds of the run, and reads what it said."""

import json
import sys
from dataclasses import dataclass

import pytest

from app.cli import main


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


@pytest.fixture
def on_worlds(run, settings):
    """The same, on the worlds of the run's database."""

    def call(*arguments, **environment):
        here = {"DANCU_HOME": settings.home}
        if settings.database_url:
            here["DANCU_DATABASE_URL"] = settings.database_url
        return run(*arguments, **here, **environment)

    return call
