"""`dancu-sites`: the mock agencies beside a running server, on ports of this machine."""

from __future__ import annotations

import argparse
import os
import socket
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
import uvicorn
from dancu_client import (
    AsyncClient,
    DancuClientError,
    OperatorClient,
    Options,
    Patience,
    Secret,
)
from dancu_client.transports import TIMEOUT
from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from dancu_sites import bank, calls, hospital, province, telco
from dancu_sites.frame import Site

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SITES: Final = (bank.SITE, telco.SITE, hospital.SITE, province.SITE)
#: Nobody waits long for a page: what takes longer is told to come back for.
_PATIENCE: Final = Patience(attempts=3, first_wait=0.3, longest_wait=2.0)
_HOST: Final = "127.0.0.1"


@dataclass(frozen=True)
class Variable:
    """A variable that the sites read."""

    name: str
    default: str
    says: str


VARIABLES: Final = (
    Variable("DANCU_URL", "http://127.0.0.1:8000", "The world: another's address ends in /w/NAME"),
    Variable(
        "DANCU_OPERATOR_TOKEN",
        "",
        "Looks the agencies' secrets up when the sites start; that of the world is enough. "
        "Unset: read from .dancu/operator-token",
    ),
    Variable("DANCU_SITES_PORT", "8010", "The first site's port; the others follow it"),
    *(
        Variable(
            f"DANCU_SITES_{site.name.upper()}_SECRET",
            "",
            f"The secret of {site.client_id}; unset: it is looked up",
        )
        for site in SITES
    ),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the sites until Ctrl-C, on this machine alone."""
    _parser().parse_args(arguments)
    said = {each.name: os.environ.get(each.name) or each.default for each in VARIABLES}
    first = int(said["DANCU_SITES_PORT"])
    try:
        secrets = {site.name: _secret(site, said) for site in SITES}
    except (DancuClientError, OSError) as error:
        raise SystemExit(f"The agencies' secrets cannot be looked up: {error}") from None
    listening = [_listen(first + number if first else 0) for number in range(len(SITES))]
    ports = {each.getsockname()[1]: site for each, site in zip(listening, SITES, strict=True)}
    addresses = {site.title: f"http://{_HOST}:{port}/" for port, site in ports.items()}
    app = _Houses(ports, addresses, said["DANCU_URL"], secrets)
    # Addresses hold codes, so that none is logged.
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=listening)


def _parser() -> argparse.ArgumentParser:
    told = "\n".join(f"  {each.name}={each.default}\n      {each.says}." for each in VARIABLES)
    return argparse.ArgumentParser(
        prog="dancu-sites",
        description="Mock agencies beside a running dancu server, on this machine.",
        epilog=f"Variables:\n{told}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


class _Houses:
    """One ASGI application for all sites: the port says which one is meant."""

    def __init__(
        self,
        ports: Mapping[int, Site],
        addresses: Mapping[str, str],
        url: str,
        secrets: Mapping[str, str],
    ) -> None:
        self._ports, self._url, self._secrets = ports, url, secrets
        self._addresses = addresses
        self._apps: dict[int, Starlette] = {}
        for site in ports.values():
            site.neighbours = addresses
        # One of the frameworks' lifespans carries the clients of all.
        self._life = Starlette(lifespan=self._living)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._life if scope["type"] == "lifespan" else self._apps[scope["server"][1]]
        await app(scope, receive, send)

    def _living(self, _: Starlette) -> AbstractAsyncContextManager[None]:
        @asynccontextmanager
        async def lived() -> AsyncIterator[None]:
            transport = calls.Watching(httpx.AsyncHTTPTransport())
            async with httpx.AsyncClient(
                transport=transport, timeout=TIMEOUT, trust_env=False
            ) as http:
                for port, site in self._ports.items():
                    credential = Secret(site.client_id, self._secrets[site.name])
                    options = Options(patience=_PATIENCE)
                    client = AsyncClient(self._url, credential, options, http=http)
                    self._apps[port] = site.app(client)
                for title, address in self._addresses.items():
                    print(f"{title:<20} {address}", flush=True)  # noqa: T201 - told to a person
                yield

        return lived()


def _secret(site: Site, said: Mapping[str, str]) -> str:
    """Return the secret that a site was told, else what the operator knows."""
    told = said[f"DANCU_SITES_{site.name.upper()}_SECRET"]
    if told:
        return told
    token = said["DANCU_OPERATOR_TOKEN"] or Path(".dancu/operator-token").read_text().strip()
    with OperatorClient(said["DANCU_URL"], token) as operator:
        found = operator.system_credential(site.client_id).secret
    if found is None:
        raise DancuClientError(f"{site.client_id} has no secret")
    return found


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((_HOST, port))
    return listening


if __name__ == "__main__":
    main()
