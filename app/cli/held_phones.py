"""A citizen's simulated phone as commands hold it: whose, and what is asked of its server."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from app.cli import home, remote

if TYPE_CHECKING:
    from collections.abc import Iterator

_T = TypeVar("_T")

Who = Annotated[
    str, typer.Argument(metavar="PERSONA|NUMBER", help="A persona's name, or a personal number.")
]


class Held:
    """One phone of a running server."""

    def __init__(self, server: remote.Remote, token: str, who: str) -> None:
        self._server, self._token = server, token
        self._path = f"/control/v1/phones/{who}"

    def get(self, path: str, as_type: type[_T]) -> _T:
        """Return what an address below the phone's answers."""
        return self._server.get(f"{self._path}{path}", as_type, self._token)

    def post(self, path: str, body: object, as_type: type[_T]) -> _T:
        """Post to an address below the phone's; return the answer."""
        return self._server.post(f"{self._path}{path}", body, as_type, self._token)


@contextmanager
def held(who: str, server: str | None, world: str | None) -> Iterator[Held]:
    """Hold somebody's phone, with the operator's token of this home folder."""
    from app.sandbox import operator

    token = operator.token(home.settings().home)
    with remote.connect(server, world) as connected:
        yield Held(connected, token, who)
