"""`dancu token`: an access token from a running server, for a client of one of its worlds."""

from __future__ import annotations

import secrets
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import home, remote
from app.cli.failing import CommandError
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.cli.remote import Remote, Token
    from app.exchange.callers import Caller
    from app.platform.signing import Es256Signer
    from app.platform.worlds import World

_ASSERTION_SECONDS = 60
#: A token lives ten minutes; a new one is asked for well before.
_RENEWED_SECONDS = 480.0


class Bearer:
    """A system's access token at a server, renewed while something takes its time."""

    def __init__(self, at: Remote, client: str, *, world: str | None, secret: str | None) -> None:
        """As `obtain` has them."""
        self._at, self._client, self._world, self._secret = at, client, world, secret
        self._held, self._until = "", float("-inf")

    def token(self) -> str:
        """Return a token that is good for a while."""
        if time.monotonic() > self._until:
            given = obtain(self._at, self._client, world=self._world, secret=self._secret)
            self._held, self._until = given.access_token, time.monotonic() + _RENEWED_SECONDS
        return self._held


def token(
    client: Annotated[str, typer.Argument(metavar="CLIENT", help="Client id of a system.")],
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    headers: Annotated[
        str | None,
        typer.Option(
            "--headers",
            metavar="'METHOD PATH'",
            help="Print the headers for one request, such as 'GET /v1/me': curl -H @- takes them.",
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Print an access token (ten minutes) for a connected system.

    Talks to a running server. The system's secret or signed assertion is worked out from the
    world on this machine; give --secret for a server elsewhere. The token of a FAPI system is
    bound to its key, and needs a proof at each request: --headers makes one.
    """
    method, _, path = (headers or "").partition(" ")
    if headers is not None and not path.startswith("/"):
        raise CommandError(
            f"{headers} is no method and path", "Write it like: --headers 'GET /v1/me'."
        )
    with remote.connect(server, world) as asked:
        given = obtain(asked, client, world=world, secret=secret)
        shown = asked.proof(method.upper(), path, given.access_token)
    teller = Teller(as_json=json)
    if headers is not None:
        tell_headers(teller, shown)
    else:
        teller.text(given, [given.access_token])


def tell_headers(teller: Teller, shown: dict[str, str]) -> None:
    """Print headers as `curl -H @-` takes them."""
    teller.text(shown, (f"{name}: {text}" for name, text in shown.items()))


@contextmanager
def as_system(
    client: str, *, world: str | None, server: str | None, secret: str | None
) -> Iterator[tuple[Remote, str]]:
    """Talk to a running server as a system of one of its worlds; give both, server and token."""
    with remote.connect(server, world) as at:
        yield at, obtain(at, client, world=world, secret=secret).access_token


def obtain(server: Remote, client: str, *, world: str | None, secret: str | None) -> Token:
    """Ask `server` for an access token, proving the client the way it is registered."""
    form = {"grant_type": "client_credentials"}
    if secret is not None:
        return server.token(form, (client, secret))
    with home.world(world) as opened:
        caller = find(opened, client)
        more, basic = proof(opened, caller, lambda: server.metadata.issuer)
        if caller.fapi:
            server.bind(_key(opened, caller))
    return server.token(form | more, basic)


def proof(
    world: World, caller: Caller, issuer: Callable[[], str]
) -> tuple[dict[str, str], tuple[str, str] | None]:
    """Return what proves a system the way it is registered: more of the form, or HTTP Basic.

    `issuer` is asked for only where an assertion is to be made for it.
    """
    from app.exchange import credentials

    if caller.auth_method == "private_key_jwt":
        return _assertion(world, caller, issuer()), None
    secret = credentials.client_secret(world, caller.client_id, caller.credential_version)
    return {}, (caller.client_id, secret)


def _key(world: World, caller: Caller) -> Es256Signer:
    """Return the key that the world keeps for the system: its tokens are bound to that one."""
    from app.exchange import credentials

    return credentials.signer(world, caller.client_id, caller.credential_version)


def find(world: World, client: str) -> Caller:
    """Return the system with this client id."""
    from app.exchange import access

    caller = access.of(world).snapshot().callers.get(client)
    if caller is None:
        raise CommandError(
            f"world {world.name} has no system with the client id {client}",
            "`dancu agency list` shows every client id.",
            code="client-unknown",
        )
    return caller


def _assertion(world: World, caller: Caller, audience: str) -> dict[str, str]:
    """Sign a client assertion (RFC 7523 §2.2) with the key that the world keeps for the system."""
    import msgspec

    from app.exchange import credentials
    from app.exchange.oauth import ASSERTION_TYPE
    from app.platform import clock

    if caller.jwks is not None:
        raise CommandError(
            f"{caller.client_id} has registered keys of its own, which dancu does not have",
            "Sign a client assertion with them (RFC 7523) and send it to the token endpoint.",
            code="client-keys-its-own",
        )
    now = clock.epoch()
    claims = {
        "iss": caller.client_id,
        "sub": caller.client_id,
        "aud": audience,
        "iat": now,
        "exp": now + _ASSERTION_SECONDS,
        "jti": secrets.token_hex(16),
    }
    signer = credentials.signer(world, caller.client_id, caller.credential_version)
    signed = signer.compact(signer.protected(typ="JWT"), msgspec.json.encode(claims))
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed.decode()}
