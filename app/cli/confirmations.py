"""`dancu confirmation …`: where somebody resides, confirmed in place of paper, and checked."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
import typer

from app.cli import signing_in, tokens
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.remote import Place
from app.cli.signing_in import Who
from app.cli.telling import Teller

app = typer.Typer(help="Confirm where somebody resides, and check it.", no_args_is_help=True)

_SCOPE = "openid public-services"


class _Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    issued_on: str
    valid_until: str
    said: dict[str, Any]
    simulated: bool
    request_id: str
    receipt: str
    leaf: Place


class _Issued(_Confirmation, frozen=True, kw_only=True):
    code: str
    signed: str


class _Checked(_Confirmation, frozen=True, kw_only=True):
    holds: bool


@app.command("issue")
def issue(
    who: Who,
    portal: Annotated[
        str, typer.Option("--portal", metavar="CLIENT", help="Where they sign in.")
    ] = "vpcp",
    world: WorldOption = None,
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """Give a citizen who is signed in at level 2 a confirmation, with its code to print."""
    with signing_in.as_citizen(who, portal, _SCOPE, world=world, server=server) as (at, token):
        got = at.post("/v1/residence-confirmations", None, _Issued, token)
    line = f"{got.code}, until {got.valid_until} (leaf {got.leaf.seq})"
    Teller(as_json=json).text(got, [line, _where(got.said)])


@app.command("check")
def check(
    code: Annotated[str, typer.Argument(metavar="CODE", help="As it is printed: XNCT-…")],
    client: Annotated[
        str, typer.Option("--client", metavar="CLIENT", help="The system that was handed it.")
    ] = "evn",
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Say what a confirmation says, and whether that is still so."""
    with tokens.as_system(client, world=world, server=server, secret=secret) as (at, token):
        got = at.get(f"/v1/residence-confirmations/{code}", _Checked, token)
    line = f"{'holds' if got.holds else 'does not hold any more'}, of {got.issued_on}"
    Teller(as_json=json).text(got, [line, _where(got.said)])


def _where(said: dict[str, Any]) -> str:
    stay = said["permanent_residence"] or said["current_residence"]
    where = "nowhere on record" if stay is None else stay["place"]["text"]
    return f"{said['full_name']} ({said['pin']}): {where}"
