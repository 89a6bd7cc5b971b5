"""The clients themselves: everything a system asks, and everything an operator may, twice."""

from __future__ import annotations

import httpx

from dancu_client.asking import Asking
from dancu_client.connection import Calls, Options
from dancu_client.consenting import Consenting, Desk
from dancu_client.credentials import Credential, Operator
from dancu_client.following import Following
from dancu_client.jobs import Jobs
from dancu_client.log import Log
from dancu_client.operators import Control
from dancu_client.showing import Showing
from dancu_client.sign_in import SignIn
from dancu_client.transports import Awaiting, Blocking


class _System(Asking, Showing, Following, Jobs, Consenting, Desk, SignIn, Log):
    """What a connected system may do."""


class Client(Blocking, _System):
    """A connected system at one world, whose calls wait for their answers."""

    def __init__(
        self,
        url: str,
        credential: Credential,
        options: Options | None = None,
        *,
        http: httpx.Client | None = None,
    ) -> None:
        """`http` is yours to configure and close; unsaid, the client has one of its own."""
        Blocking.__init__(self, http)
        Calls.__init__(self, url, credential, options)


class AsyncClient(Awaiting, _System):
    """A connected system at one world, whose calls are awaited."""

    def __init__(
        self,
        url: str,
        credential: Credential,
        options: Options | None = None,
        *,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        """`http` is yours to configure and close; unsaid, the client has one of its own."""
        Awaiting.__init__(self, http)
        Calls.__init__(self, url, credential, options)


class OperatorClient(Blocking, Control):
    """The operator of a server, or of one world (`url` ends in `/w/NAME` then)."""

    def __init__(
        self,
        url: str,
        token: str,
        options: Options | None = None,
        *,
        http: httpx.Client | None = None,
    ) -> None:
        """`http` is yours to configure and close; unsaid, the client has one of its own."""
        Blocking.__init__(self, http)
        Calls.__init__(self, url, Operator(token), options)


class AsyncOperatorClient(Awaiting, Control):
    """The same, awaited."""

    def __init__(
        self,
        url: str,
        token: str,
        options: Options | None = None,
        *,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        """`http` is yours to configure and close; unsaid, the client has one of its own."""
        Awaiting.__init__(self, http)
        Calls.__init__(self, url, Operator(token), options)
