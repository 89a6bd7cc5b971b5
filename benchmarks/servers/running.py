"""Starts a server as a process of its own, waits until it answers, and stops it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HOST: Final = "127.0.0.1"
_START_SECONDS: Final = 1200.0
_STOP_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.005
_SHOWN_BYTES: Final = 4000
#: How dancu has uvicorn run (`app.main`): the bare application runs on the same.
BARE_SETTINGS: Final = {
    "loop": "uvloop",
    "http": "httptools",
    "ws": "none",
    "workers": "1",
    "lifespan": "off",  # there is nothing to open
}


class NotStartedError(Exception):
    """A server ended, or took too long, before it answered."""


@dataclass(frozen=True)
class Server:
    """A server that has been started; `began` is when, by `time.perf_counter`."""

    port: int
    process: subprocess.Popen[bytes]
    began: float
    said: IO[bytes]

    def wait(self) -> float:
        """Wait until `GET /health` answers 200; return the seconds since the start.

        Raises `NotStartedError` with the end of what the server said.
        """
        while not answers(self.port):
            waited = time.perf_counter() - self.began
            if self.process.poll() is not None or waited > _START_SECONDS:
                raise NotStartedError(self._last_words())
            time.sleep(_POLL_SECONDS)
        return time.perf_counter() - self.began

    def wait_for_banner(self) -> float:
        """Wait until it prints its banner; return the seconds since the start."""
        if self.process.stdout is None or not self.process.stdout.readline():
            raise NotStartedError(self._last_words())
        return time.perf_counter() - self.began

    def _last_words(self) -> str:
        self.said.seek(max(0, self.said.seek(0, os.SEEK_END) - _SHOWN_BYTES))
        return self.said.read().decode(errors="replace")


@contextmanager
def bare() -> Iterator[Server]:
    """Give the bare application, on the settings of dancu's own server, once it answers."""
    port = free_port()
    with launched(bare_command(port), port) as server:
        server.wait()
        yield server


@contextmanager
def dancu(settings: Mapping[str, str]) -> Iterator[Server]:
    """Give `dancu serve` as it is installed, with these `DANCU_…` variables, once it answers."""
    port = free_port()
    with launched(dancu_command(port), port, settings) as server:
        server.wait()
        yield server


def bare_command(port: int) -> list[str]:
    """Return the command of the bare application."""
    options = [f"--{name}={value}" for name, value in BARE_SETTINGS.items()]
    quiet = ["--log-level=warning", "--no-access-log", "--no-server-header", "--no-proxy-headers"]
    app = "benchmarks.servers.bare:app"
    return [sys.executable, "-m", "uvicorn", app, *options, *quiet, f"--port={port}"]


def dancu_command(port: int) -> list[str]:
    """Return the command that people type."""
    return [str(Path(sys.executable).with_name("dancu")), "serve", "--json", f"--port={port}"]


@contextmanager
def launched(
    command: Sequence[str], port: int, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Start a command, give it at once, and stop it when the block ends."""
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            env=environment(settings or {}),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        try:
            yield Server(port, process, began, said)
        finally:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a server as Ctrl-C does, and wait for it."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()


def answers(port: int) -> bool:
    """Whether `GET /health` on this port answers 200 now."""
    connection = HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return this process's environment with other `DANCU_…` variables in it.

    Bytecode is kept, as it is unless somebody says otherwise: a start is not a compilation.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("DANCU_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    return {**kept, **settings}


def free_port() -> int:
    """Return a port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
