"""A world of a test's own: its agencies, personas, clock and weather."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from dancu_client.answers import Persona
from dancu_client.clients import AsyncClient, Client, OperatorClient
from dancu_client.connection import Options
from dancu_client.credentials import Credential, PrivateKey, Secret, new_key
from dancu_client.errors import DancuClientError
from dancu_client.serving import Server
from dancu_client.sign_in import LEVEL_1, LEVEL_2

#: What somebody proves to reach a level: one factor, or two.
_FACTORS = {LEVEL_1: "pin", LEVEL_2: "pin otp"}


@dataclass(frozen=True)
class SimulatedWorld:
    """A world that nobody else changes. `operator` moves its clock and makes its weather."""

    name: str
    server: Server
    operator: OperatorClient

    @property
    def url(self) -> str:
        """The world's address and issuer: what the software under test is configured with."""
        return self.operator.url

    @cached_property
    def personas(self) -> dict[str, Persona]:
        """Citizens with a name and a purpose, such as `adult-level-2` and `deceased`."""
        return {persona.name: persona for persona in self.operator.personas()}

    def credential(self, client_id: str) -> Credential:
        """Return what a system of this world proves itself with.

        The tokens of one without a secret are bound to a new key, as FAPI 2.0 has it.
        """
        found = self.operator.system_credential(client_id)
        if found.secret is not None:
            return Secret(client_id, found.secret)
        if found.private_key is None:
            raise DancuClientError(f"{client_id} has keys of its own, which dancu does not have")
        return PrivateKey.from_pem(client_id, found.private_key, dpop=new_key())

    def client(self, client_id: str, options: Options | None = None) -> Client:
        """Return a client of this world that is the system of that id."""
        return Client(self.url, self.credential(client_id), options, http=self.server.http)

    def async_client(self, client_id: str, options: Options | None = None) -> AsyncClient:
        """Return the same, awaited: `async with world.async_client(…) as client`."""
        return AsyncClient(self.url, self.credential(client_id), options)

    def sign_in(
        self, address: str, who: str, *, level: str = LEVEL_1, fields: str | None = None
    ) -> str:
        """Be the browser that a relying party sends to `address`; return where it is sent back.

        `who` is a persona's name or a personal number, `fields` what they agree to tell: all.
        """
        return self.operator.sign_in(address, who, factors=_FACTORS[level], fields=fields)


@contextmanager
def forked(server: Server) -> Iterator[SimulatedWorld]:
    """Give a new world, a copy of the server's own as it is now, and remove it afterwards."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    server.operator.fork_world(server.world, name)
    try:
        token = server.operator.world_token(name).token
        operator = OperatorClient(f"{server.url}/w/{name}", token, http=server.http)
        yield SimulatedWorld(name, server, operator)
    finally:
        server.operator.delete_world(name)
