"""`dancu event …`: an agency reports to a running server what happened to somebody."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer

from app.cli import home, tokens
from app.cli.failing import USAGE, CommandError
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.remote import Place
from app.cli.telling import Teller

app = typer.Typer(help="Report what happened to people, as an agency.", no_args_is_help=True)

#: Who reports what by default: systems of the preset, by the purpose of a kind.
_REPORTERS = {"civil-status-registration": "btp"}
_OTHERS = "bca"


class _Entered(msgspec.Struct, frozen=True):
    event_id: int
    pin: str
    chosen: dict[str, str]
    legal_basis: str
    simulated: bool
    request_id: str
    receipt: str
    leaf: Place


class _Kind(msgspec.Struct, frozen=True):
    name: str
    title_en: str
    title_vi: str
    purpose: str
    client: str


@app.command()
def kinds(json: Json = False) -> None:
    """List the kinds of life event, and which system of the preset reports each."""
    columns = {"kind": "name", "what": "title_en", "purpose": "purpose", "reported by": "client"}
    Teller(as_json=json).rows(list(_kinds().values()), columns, none="")


@app.command()
def report(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="One of `dancu event kinds`.")],
    about: Annotated[
        str | None,
        typer.Option("--about", metavar="SUBJECT", help="The `pin`: a number or a persona."),
    ] = None,
    said: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="A member of the event; repeatable."),
    ] = None,
    event: Annotated[
        str | None,
        typer.Option("--event", metavar="JSON", help="The event, or what of it is no text."),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help="Why it is reported.")] = "dancu event",
    officer: Annotated[str, typer.Option("--officer", help="The official's account.")] = "dancu",
    dossier: Annotated[str, typer.Option("--dossier", help="The procedure's code.")] = "dancu",
    document: Annotated[
        list[str] | None, typer.Option("--document", help="A paper it rests on; repeatable.")
    ] = None,
    occurred_on: Annotated[
        str | None, typer.Option("--on", metavar="DATE", help="Its day. Default: the world's.")
    ] = None,
    client: Annotated[
        str | None,
        typer.Option("--client", metavar="CLIENT", help="Default: see `dancu event kinds`."),
    ] = None,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Report a life event: it is entered at once, or every objection is told."""
    payload = {**_members(event), **_pairs(said or [])}
    if about is not None:
        payload["pin"] = home.number_of(about, world)
    asked: dict[str, Any] = {
        "reason": reason,
        "officer": officer,
        "dossier": dossier,
        "documents": document or [],
        "event": payload,
    }
    if occurred_on is not None:
        asked["occurred_on"] = occurred_on
    known = _kinds().get(kind)
    if known is None:
        raise _unclear(f"there is no kind of life event {kind}")
    system = client or known.client
    with tokens.as_system(system, world=world, server=server, secret=secret) as (at, token):
        entered = at.post(f"/v1/life-events/{kind}", asked, _Entered, token)
    lines = {"entered": f"event {entered.event_id}", "number": entered.pin, **entered.chosen}
    Teller(as_json=json).record(entered, lines)


def _kinds() -> dict[str, _Kind]:
    from app.registry import events

    return {
        kind.name: _Kind(
            kind.name,
            kind.title_en,
            kind.title_vi,
            kind.purpose,
            _REPORTERS.get(kind.purpose, _OTHERS),
        )
        for kind in events.kinds().values()
    }


def _members(event: str | None) -> dict[str, Any]:
    try:
        return {} if event is None else msgspec.json.decode(event, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise _unclear(f"--event is no JSON object: {error}") from None


def _pairs(said: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in said]
    if not all(name and sign for name, sign, _ in pairs):
        raise _unclear("--set is written like name=value")
    return {name: value for name, _, value in pairs}


def _unclear(message: str) -> CommandError:
    return CommandError(
        message,
        "`dancu event kinds` lists the kinds; docs/life-events.md has the members of each.",
        code="event-unclear",
        status=USAGE,
    )
