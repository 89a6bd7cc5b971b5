"""`dancu webhook …`: the change feed sent to an address, as an agency's system arranges it.

Talks to a running server, as that system.
"""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple
from urllib.parse import urlencode

import msgspec
import typer

from app.cli import changes, listening, remote, tokens
from app.cli.changes import Client, Field, Kind, Officer, Province, Purpose
from app.cli.failing import USAGE, CommandError
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    from collections.abc import Iterator

app = typer.Typer(help="Be sent what life events change.", no_args_is_help=True)

#: Where a subscription begins: with what comes next, or with the first event there was.
_START = {False: "latest", True: "first"}

Id = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Its id: `dancu webhook list`.")]
Dossier = Annotated[
    str | None, typer.Option("--dossier", help="The dossier, where the grant asks for one.")
]


class Webhook(msgspec.Struct, frozen=True):
    """A webhook as the server shows it."""

    id: str
    client_id: str
    url: str
    description: str | None
    purpose: str
    officer: str | None
    dossier: str | None
    fields: list[str]
    kinds: list[str] | None
    provinces: list[str] | None
    state: str
    state_reason: str | None
    held: str | None
    failing_since: dt.datetime | None
    created_at: dt.datetime
    secret_version: int
    previous_secret_until: dt.datetime | None
    waiting: int
    dead: int
    simulated: bool


class _Secret(msgspec.Struct, frozen=True):
    id: str
    version: int
    secret: str
    simulated: bool


class _Message(msgspec.Struct, frozen=True):
    number: int
    id: str
    type: str
    state: str
    reason: str | None
    attempts: int
    created_at: dt.datetime
    due_at: dt.datetime | None
    settled_at: dt.datetime | None


class _Messages(msgspec.Struct, frozen=True):
    items: list[_Message]
    simulated: bool


class _Attempt(msgspec.Struct, frozen=True):
    number: int
    message: str
    attempt: int
    at: dt.datetime
    outcome: str
    status: int | None
    detail: str | None
    duration_ms: int | None
    leaf_seq: int | None
    fault: str | None


class _Attempts(msgspec.Struct, frozen=True):
    items: list[_Attempt]
    simulated: bool


class _Replayed(msgspec.Struct, frozen=True):
    replayed: int


class _System(NamedTuple):
    """A server, and a token of the system that asks."""

    at: remote.Remote
    token: str

    def get(self, path: str, as_type: Any) -> Any:
        return self.at.get(f"/v1/webhooks{path}", as_type, self.token)

    def post(self, path: str, body: object, as_type: Any) -> Any:
        return self.at.post(f"/v1/webhooks{path}", body, as_type, self.token)


@app.command()
def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where messages are sent.")],
    client: Client = changes.DEFAULT_CLIENT,
    purpose: Purpose = None,
    officer: Officer = "dancu",
    dossier: Dossier = None,
    field: Field = None,
    kind: Kind = None,
    province: Province = None,
    first: Annotated[
        bool, typer.Option("--from-first", help="Begin with the first event there was.")
    ] = False,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Have changes sent to an address, from now on; print the secret that signs them."""
    with _system(server, world, client, secret) as system:
        slice_ = {"dossier": dossier, "fields": field, "kinds": kind, "provinces": province}
        said = {"purpose": purpose, "officer": officer, "start": _START[first], **slice_}
        made, signs = _add(system, client, url, said)
    Teller(as_json=json).text(
        {**msgspec.to_builtins(made), "secret": signs},
        [f"{made.id}  {made.url}", f"Signed by {signs}"],
    )


@app.command(name="list")
def list_(
    client: Client = changes.DEFAULT_CLIENT,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """List a system's webhooks, and how they stand."""
    with _system(server, world, client, secret) as system:
        found = system.get("", list[Webhook])
    columns = {
        "id": "id",
        "address": "url",
        "state": "state",
        "held": "held",
        "waiting": "waiting",
        "dead": "dead",
    }
    Teller(as_json=json).rows(found, columns, none="No webhooks.")


@app.command()
def remove(
    webhook: Id,
    client: Client = changes.DEFAULT_CLIENT,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Send nothing any more."""
    with _system(server, world, client, secret) as system:
        system.at.delete(f"/v1/webhooks/{webhook}", system.token)
    Teller(as_json=json).record({"removed": webhook}, {"removed": webhook})


@app.command()
def resume(
    webhook: Id,
    client: Client = changes.DEFAULT_CLIENT,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Let a webhook that was disabled or paused go on where it stood."""
    _set_state(_Asked(server, world, client, secret), webhook, "active", json)


@app.command()
def pause(
    webhook: Id,
    client: Client = changes.DEFAULT_CLIENT,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Send nothing for a while; nothing is lost."""
    _set_state(_Asked(server, world, client, secret), webhook, "paused", json)


@app.command()
def rotate(
    webhook: Id,
    overlap: Annotated[
        int, typer.Option("--overlap-hours", help="For how long the old secret signs, too.")
    ] = 24,
    client: Client = changes.DEFAULT_CLIENT,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Sign by a new secret, and print it."""
    with _system(server, world, client, secret) as system:
        system.post(f"/{webhook}/rotate-secret", {"overlap_hours": overlap}, Webhook)
        told = system.get(f"/{webhook}/secret", _Secret)
    Teller(as_json=json).record(told, {"secret": told.secret, "version": told.version})


@app.command()
def fire(
    webhook: Id,
    client: Client = changes.DEFAULT_CLIENT,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Send a message that is about nobody, to see it arrive."""
    with _system(server, world, client, secret) as system:
        fired = system.post(f"/{webhook}/test", {}, _Message)
    Teller(as_json=json).record(fired, {"message": fired.id, "type": fired.type})


@app.command()
def replay(
    webhook: Id,
    message: Annotated[
        str | None, typer.Option("--message", metavar="ID", help="One message: its webhook-id.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="TIME", help="All since 2026-01-10T22:00:00Z.")
    ] = None,
    client: Client = changes.DEFAULT_CLIENT,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Send messages again under the ids they had: one, or all since a moment."""
    if (message is None) is (since is None):
        raise CommandError(
            "say --message or --since, and not both",
            "`dancu webhook log WEBHOOK --messages` lists the messages.",
            code="replay-unclear",
            status=USAGE,
        )
    asked = {"message": message} if since is None else {"since": since}
    with _system(server, world, client, secret) as system:
        told = system.post(f"/{webhook}/replay", asked, _Replayed)
    Teller(as_json=json).record(told, {"sent again": told.replayed})


@app.command()
def log(
    webhook: Id,
    messages: Annotated[
        bool, typer.Option("--messages", help="List messages in place of attempts.")
    ] = False,
    dead: Annotated[bool, typer.Option("--dead", help="List dead letters only.")] = False,
    limit: Annotated[
        int, typer.Option("--limit", min=1, max=200, help="The latest so many.")
    ] = 20,
    client: Client = changes.DEFAULT_CLIENT,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Show what was sent and what was answered, the latest first."""
    asked: dict[str, Any] = {"limit": limit, **({"state": "dead"} if dead else {})}
    teller = Teller(as_json=json)
    with _system(server, world, client, secret) as system:
        if messages or dead:
            page = system.get(f"/{webhook}/messages?{urlencode(asked)}", _Messages)
            columns = {name: name for name in ("id", "type", "state", "attempts", "reason")}
        else:
            page = system.get(f"/{webhook}/attempts?{urlencode(asked)}", _Attempts)
            columns = {
                name: name
                for name in ("at", "message", "attempt", "outcome", "status", "fault", "detail")
            }
    teller.rows(page.items, columns, none="Nothing yet.")


@app.command()
def listen(
    client: Client = changes.DEFAULT_CLIENT,
    purpose: Purpose = None,
    officer: Officer = "dancu",
    field: Field = None,
    kind: Kind = None,
    province: Province = None,
    port: Annotated[int, typer.Option("--port", help="Where to listen; 0: any free port.")] = 0,
    count: Annotated[
        int | None, typer.Option("--count", min=1, help="End after so many messages.")
    ] = None,
    fires: Annotated[
        bool, typer.Option("--fire", help="Have a test message sent at once.")
    ] = False,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Receive messages on this machine, verify and print them, until Ctrl-C or --count.

    Subscribes for that long, and ends the subscription afterwards.
    """
    slice_ = {"fields": field, "kinds": kind, "provinces": province}
    said = {"purpose": purpose, "officer": officer, "start": _START[False], **slice_}
    teller = Teller(as_json=json)
    with _system(server, world, client, secret) as system, listening.Listener(port) as listener:
        made, signs = _add(system, client, listener.url, said)
        try:
            teller.note(f"Listening at {listener.url} as {client}; end with Ctrl-C.")
            if fires:
                system.post(f"/{made.id}/test", {}, _Message)
            for came in listener.receive(signs, count):
                teller.text(came, _lines(came))
        except KeyboardInterrupt:
            teller.note("No longer listening.")
        finally:
            token = tokens.obtain(system.at, client, world=world, secret=secret).access_token
            system.at.delete(f"/v1/webhooks/{made.id}", token)


def _lines(came: listening.Came) -> list[str]:
    if came.refused is not None:
        return [f"{came.id}  REFUSED: {came.refused}"]
    return [
        f"{came.id}  verified{', seen before' if came.is_repeated else ''}",
        f"  {msgspec.json.encode(came.body).decode()}",
    ]


def _add(system: _System, client: str, url: str, said: dict[str, Any]) -> tuple[Webhook, str]:
    """Subscribe an address; return the webhook, and the secret that signs.

    What is empty in `said` is not said; the purpose is the first that the system may name.
    """
    asked = {"url": url, **{name: value for name, value in said.items() if value}}
    if "purpose" not in asked:
        asked["purpose"] = changes.purpose_of(system.at, system.token, client)
    made: Webhook = system.post("", asked, Webhook)
    return made, system.get(f"/{made.id}/secret", _Secret).secret


class _Asked(NamedTuple):
    """Which server, world and system a command means."""

    server: str | None
    world: str | None
    client: str
    secret: str | None


def _set_state(asked: _Asked, webhook: str, state: str, json: bool) -> None:
    with _system(*asked) as system:
        changed = system.at.patch(
            f"/v1/webhooks/{webhook}", {"state": state}, Webhook, system.token
        )
    Teller(as_json=json).record(changed, {"id": changed.id, "state": changed.state})


@contextmanager
def _system(
    server: str | None, world: str | None, client: str, secret: str | None
) -> Iterator[_System]:
    with tokens.as_system(client, world=world, server=server, secret=secret) as (at, token):
        yield _System(at, token)
