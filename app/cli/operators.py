"""`dancu operator-token`: the token that simulator powers under /control ask for."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from app.cli import home
from app.cli.options import Json
from app.cli.telling import Teller


class _Token(msgspec.Struct, frozen=True):
    operator_token: str
    world: str | None


def operator_token(
    world: Annotated[
        str | None,
        typer.Option("--world", "-w", metavar="NAME", help="A token for this world alone."),
    ] = None,
    json: Json = False,
) -> None:
    """Print the operator's token of this home folder, or one for a single world."""
    from app.sandbox import operator

    token = operator.token(home.settings().home)
    if world is not None:
        with home.world(world) as opened:
            token = operator.world_token(token, opened.id)
    Teller(as_json=json).text(_Token(token, world), [token])
