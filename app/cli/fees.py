"""`dancu fees`: what agencies spent on data, and what that saved them.

Reads the log of the world on this machine; no server has to run.
"""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli import home
from app.cli.options import Json, WorldOption
from app.cli.telling import Teller


def fees(
    agency: Annotated[
        str | None, typer.Option("--agency", help="Its short name, code or a client id.")
    ] = None,
    month: Annotated[
        str | None, typer.Option("--month", metavar="YYYY-MM", help="Of the world's clock.")
    ] = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Show what agencies were answered, what it cost and what it saved; money is in đồng."""
    from app.exchange import agencies
    from app.exchange import fees as ledger

    with home.world(world) as opened:
        ledger.settle(opened)
        with opened.session() as session:
            code = None if agency is None else agencies.find(session, agency).code
            found = ledger.report(session, agency_code=code, month=month)
    teller = Teller(as_json=json)
    teller.rows(
        list(found.lines),
        {
            "agency": "agency",
            "month": "month",
            "kind": "kind",
            "answers": "answers",
            "fields": "fields",
            "free": "free",
            "spent": "spent",
            "saved": "saved",
        },
        none="Nothing was answered.",
        whole=found,
    )
    teller.say(f"\nSpent {found.spent:,} đ, saved {found.saved:,} đ, by {found.up_to} leaves.")
