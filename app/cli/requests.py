"""`dancu requests`: the request log of a world, as it is or as it grows.

Reads the world's database on this machine: no server has to run, and one that runs is not asked.
"""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import home
from app.cli.failing import CommandError
from app.cli.options import Json, WorldOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.exchange.requests import Row, Wanted
    from app.platform.worlds import Worlds

_POLL_SECONDS = 0.5
_COLUMNS = {
    "at": "at",
    "client": "client_id",
    "method": "method",
    "path": "path",
    "status": "status",
    "outcome": "outcome",
    "problem": "problem_code",
    "fault": "fault",
    "leaf": "leaf_seq",
    "µs": "duration_us",
    "request": "request_id",
}


def requests(
    request: Annotated[
        str | None, typer.Argument(metavar="REQUEST", help="One request id: shows all of it.")
    ] = None,
    world: WorldOption = None,
    client: Annotated[
        str | None, typer.Option("--client", metavar="CLIENT", help="Only this client's calls.")
    ] = None,
    outcome: Annotated[
        str | None,
        typer.Option("--outcome", help="Only calls with this outcome, problem or fault."),
    ] = None,
    failed: Annotated[
        bool, typer.Option("--failed", help="Only calls answered with 400 or more.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many.")] = 20,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on as calls come in; Ctrl-C ends it.")
    ] = False,
    json: Json = False,
) -> None:
    """Show the latest calls to a world, the newest last.

    Bodies are kept as long as the world's retention says; name a request to see them. With
    --follow and --json there is one JSON object a line.
    """
    from app.exchange.requests import Wanted

    name = world or home.settings().default_world
    wanted = Wanted(client_id=client, told=outcome, failed=failed)
    teller = Teller(as_json=json)
    with home.worlds() as worlds:
        if request is not None:
            _show(teller, worlds, name, request)
        elif follow:
            _follow(teller, worlds, name, wanted, limit)
        else:
            found = list(islice(_latest(worlds, name, wanted), limit))
            teller.rows(found[::-1], _COLUMNS, none="No call fits; nobody may have asked yet.")


def _show(teller: Teller, worlds: Worlds, name: str, request: str) -> None:
    from app.exchange import requests as log

    with worlds.open(name).session() as session:
        row = log.find(session, request, agency_code=None)
    if row is None:
        raise CommandError(
            f"world {name} has no call with the request id {request}",
            "`dancu requests` lists the latest ids; an answer names its own in X-Request-Id.",
            code="request-unknown",
        )
    lines = {heading: getattr(row, field) for heading, field in _COLUMNS.items()}
    lines |= {"gate": row.gate, "asked": row.request_body, "answered": row.response_body}
    teller.record(row, lines)


def _follow(teller: Teller, worlds: Worlds, name: str, wanted: Wanted, limit: int) -> None:
    from app.exchange import requests as log

    with worlds.open(name).session() as session:
        since = log.newest(session)
    before = islice(_latest(worlds, name, wanted, since + 1), limit)
    try:
        for row in list(before)[::-1]:
            _tell_line(teller, row)
        for row in _coming(worlds, name, wanted, since):
            _tell_line(teller, row)
    except KeyboardInterrupt:
        return


def _latest(worlds: Worlds, name: str, wanted: Wanted, before: int | None = None) -> Iterator[Row]:
    """Yield calls from the latest back, as far as is looked."""
    from app.exchange import requests as log

    while True:
        with worlds.open(name).session() as session:
            rows = log.page(
                session, agency_code=None, before=before, limit=log.MOST_ROWS, wanted=wanted
            )
        yield from rows
        if len(rows) < log.MOST_ROWS:
            return
        before = rows[-1].id


def _coming(worlds: Worlds, name: str, wanted: Wanted, since: int) -> Iterator[Row]:
    """Yield calls as they are written, also those of the world that a reset put in its place."""
    from app.exchange import requests as log

    world_id = worlds.open(name).id
    while True:
        world = worlds.open(name)
        if world.id != world_id:
            world_id, since = world.id, 0
        with world.session() as session:
            rows = log.tail(session, agency_code=None, since=since, wanted=wanted)
        for row in rows:
            yield row
            since = row.id
        if not rows:
            time.sleep(_POLL_SECONDS)


def _tell_line(teller: Teller, row: Row) -> None:
    if teller.as_json:
        teller.json(row)
        return
    told = row.outcome or row.problem_code or row.fault or ""
    asked = f"{row.method:<4} {row.path}"
    teller.say(
        f"{row.at}  {row.status}  {asked:<32} {told:<18} {row.client_id or '-':<20}"
        f" {row.duration_us / 1000:6.1f} ms  {row.request_id}"
    )
