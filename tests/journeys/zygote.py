"""Starts servers by forking itself: a crash test needs many, and most of a start is imports.

Each line of standard input is an environment as JSON; the answers are the pid of the server that
was started with it and, when that has ended, its exit code (negative: the signal).
"""

import importlib
import json
import os
import pkgutil
import sys

import app.api
import app.web
from app import main
from app.platform.settings import Settings


def _load() -> None:
    """Import what a server imports: nothing here opens a file, a database or a thread."""
    for package in (app.api, app.web):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(info.name)


def _serve(told: dict[str, str]) -> None:
    os.dup2(os.open(os.devnull, os.O_RDWR), sys.stdout.fileno())
    os.environ.update(told)
    main.serve(Settings())


def _run() -> None:
    _load()
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _serve(json.loads(line))
            return
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
        _, status = os.waitpid(pid, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _run()
