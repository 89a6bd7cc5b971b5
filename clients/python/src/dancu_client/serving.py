"""A dancu server as a process of its own on a free port, for as long as tests run."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec

from dancu_client.clients import OperatorClient
from dancu_client.errors import DancuClientError
from dancu_client.transports import TIMEOUT

_STOP_SECONDS = 20
_TOLD_LINES = 20


class _Addresses(msgspec.Struct, frozen=True):
    home: str


class _Banner(msgspec.Struct, frozen=True):
    addresses: _Addresses
    world: str


@dataclass(frozen=True)
class Server:
    """A server that runs; `world` is the one that `/v1/…` stands for, and that others fork."""

    url: str
    world: str
    token: str = field(repr=False)
    http: httpx.Client = field(repr=False)

    @property
    def operator(self) -> OperatorClient:
        """The operator of this server."""
        return OperatorClient(self.url, self.token, http=self.http)


@contextmanager
def served(
    command: Sequence[str], home: Path, citizens: int, environment: Mapping[str, str]
) -> Iterator[Server]:
    """Give a server over this home folder, and stop it afterwards as Ctrl-C does.

    A home that has no world yet gets one of so many citizens; it stays for the next time. Only
    `environment` says what else is set, not the variables of whoever runs the tests. Raises
    `DancuClientError` with what the server said where it does not start.
    """
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: said for name, said in os.environ.items() if not name.startswith("DANCU_")}
    told = {"DANCU_HOME": str(home), "DANCU_DEFAULT_SIZE": str(citizens), **environment}
    log = home / "server.log"
    with log.open("w") as errors:
        process = subprocess.Popen(  # noqa: S603 - the command is the caller's own
            [*command, "serve", "--json", "--port", "0"],
            env={**kept, **told},
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        try:
            yield from _running(process, home, log)
        finally:
            _stop(process)


def _running(process: subprocess.Popen[bytes], home: Path, log: Path) -> Iterator[Server]:
    line = process.stdout.readline() if process.stdout else b""
    if not line:
        said = "\n".join(log.read_text().splitlines()[-_TOLD_LINES:])
        raise DancuClientError(f"dancu does not start:\n{said}")
    banner = msgspec.json.decode(line, type=_Banner)
    token = (home / "operator-token").read_text().strip()
    with httpx.Client(timeout=TIMEOUT, trust_env=False) as http:
        yield Server(banner.addresses.home.rstrip("/"), banner.world, token, http)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
