"""`dancu changes`: the change feed of a running server, as an agency's system reads it."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
import typer

from app.cli import remote, tokens
from app.cli.failing import CommandError
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.remote import Place
from app.cli.telling import Teller
from app.cli.verifying import Dossier, Me

#: A client of the preset that has a grant for all kinds of life event.
DEFAULT_CLIENT = "bhxh"

Client = Annotated[str, typer.Option("--client", metavar="CLIENT", help="The system that reads.")]
Purpose = Annotated[
    str | None, typer.Option("--purpose", help="Default: the client's first with a feed.")
]
Officer = Annotated[
    str, typer.Option("--officer", help="The official who answers for the job that reads.")
]
Field = Annotated[
    list[str] | None,
    typer.Option("--field", metavar="NAME", help="A field to be told the value of; repeatable."),
]
Kind = Annotated[
    list[str] | None,
    typer.Option("--kind", metavar="NAME", help="A kind of life event; repeatable."),
]
Province = Annotated[
    list[str] | None,
    typer.Option("--province", metavar="CODE", help="A two-digit code; repeatable."),
]
Cursor = Annotated[
    str | None, typer.Option("--cursor", metavar="TEXT", help="Go on from here: `next_cursor`.")
]
Latest = Annotated[bool, typer.Option("--latest", help="Begin behind everything there is.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=200, help="Changes on the page.")]


class _Item(msgspec.Struct, frozen=True, omit_defaults=True):
    id: str
    kind: str
    occurred_on: str
    recorded_on: str
    changed: list[str]
    person: str | None = None
    pin: str | None = None
    values: dict[str, Any] | None = None


class _Page(msgspec.Struct, frozen=True):
    """A page, whole: `--json` prints it as it came."""

    items: list[_Item]
    next_cursor: str
    more: bool
    withheld: dict[str, Any]
    legal_basis: str
    simulated: bool
    request_id: str
    receipt: str
    leaf: Place


def changes(
    client: Client = DEFAULT_CLIENT,
    purpose: Purpose = None,
    officer: Officer = "dancu",
    dossier: Dossier = None,
    field: Field = None,
    kind: Kind = None,
    province: Province = None,
    cursor: Cursor = None,
    latest: Latest = False,
    limit: Limit = 50,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Read a page of the change feed: what life events changed about whom.

    Talks to a running server. The last line has the cursor from which the next call goes on.
    """
    asked: dict[str, Any] = {"officer": officer, "limit": limit}
    said = {"dossier": dossier, "fields": field, "kinds": kind, "provinces": province}
    asked |= {name: value for name, value in said.items() if value}
    if cursor is not None:
        asked["cursor"] = cursor
    elif latest:
        asked["start"] = "latest"
    with tokens.as_system(client, world=world, server=server, secret=secret) as (at, token):
        asked["purpose"] = purpose or purpose_of(at, token, client)
        page = at.get(f"/v1/changes?{urlencode(asked, doseq=True)}", _Page, token)
    _tell(Teller(as_json=json), page)


def purpose_of(at: remote.Remote, token: str, client: str) -> str:
    """Return the first purpose for which a system may follow changes."""
    for grant in at.get("/v1/me", Me, token).grants:
        if grant.service == "changes" and grant.in_force:
            return grant.purpose
    raise CommandError(
        f"{client} has no grant for the change feed",
        f"`dancu agency show {client}` lists its grants; bhxh, btc and btp have one.",
        code="purpose-not-found",
    )


def _tell(teller: Teller, page: _Page) -> None:
    columns = {
        "recorded": "recorded_on",
        "occurred": "occurred_on",
        "event": "kind",
        "number": "pin",
        "changed": "changed",
    }
    teller.rows(page.items, columns, none="Nothing new.", whole=page)
    for item in page.items:
        if item.values is not None:
            teller.say(f"{item.id}  {msgspec.json.encode(item.values).decode()}")
    teller.say("")
    teller.say(f"{'There is more' if page.more else 'That is all so far'}. Go on with:")
    teller.say(f"  --cursor {page.next_cursor}")
