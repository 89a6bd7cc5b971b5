"""`dancu house …`: identifiers of houses, by address and back, as any system may ask."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

import msgspec
import typer

from app.cli import tokens
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.telling import Teller

app = typer.Typer(help="Find houses by address and by identifier.", no_args_is_help=True)

Client = Annotated[str, typer.Option("--client", metavar="CLIENT", help="The system that asks.")]
_COLUMNS = {"house": "id", "address": "address", "in": "units"}


class _House(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    address: str
    units: list[str]
    simulated: bool


@app.command("find")
def find(
    unit: Annotated[str, typer.Argument(metavar="UNIT", help="The commune's code, five digits.")],
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The line below it.")],
    client: Client = "bca",
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """List the houses at an address, however it is written."""
    query = urlencode({"unit": unit, "address": address})
    with tokens.as_system(client, world=world, server=server, secret=secret) as (at, token):
        found = at.get(f"/v1/houses?{query}", list[_House], token)
    Teller(as_json=json).rows(found, _COLUMNS, none="No household is on record there.")


@app.command("show")
def show(
    house: Annotated[str, typer.Argument(metavar="HOUSE", help="Its identifier.")],
    client: Client = "bca",
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Show which address an identifier stands for."""
    with tokens.as_system(client, world=world, server=server, secret=secret) as (at, token):
        found = at.get(f"/v1/houses/{house}", _House, token)
    line = f"{found.id}: {', '.join((found.address, *found.units))}"
    Teller(as_json=json).text(found, [line])
