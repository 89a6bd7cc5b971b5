"""`dancu connection …`: how systems come to be connected, are suspended and limited.

Works on the world on this machine; a server that runs on it sees a change within a second.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import home
from app.cli.failing import USAGE, CommandError
from app.cli.options import Json, WorldOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.exchange.connections import ConnectionView, Occasion

app = typer.Typer(
    help="Request, assess, connect, suspend and limit systems.", no_args_is_help=True
)

Client = Annotated[str, typer.Argument(metavar="CLIENT", help="Client id of the system.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why; the agency is told.")]


@app.command(name="list")
def list_(
    world: WorldOption = None,
    state: Annotated[
        str | None,
        typer.Option(
            "--state", help="One of: requested, assessed, connected, exchanging, suspended."
        ),
    ] = None,
    kind: Annotated[
        list[str] | None, typer.Option("--kind", help="Of agency; may stand several times.")
    ] = None,
    json: Json = False,
) -> None:
    """List connections, and count those that fail the security gate."""
    from app.exchange import connections

    with home.world(world) as opened, opened.session() as session:
        found = connections.all_of_them(
            session, opened.today, state=state, kinds=tuple(kind or ())
        )
    summary = connections.summary(found)
    teller = Teller(as_json=json)
    teller.rows(
        found,
        {
            "client id": "client_id",
            "agency": "agency",
            "state": "state",
            "level": "security_level",
            "inspected until": "inspected_until",
            "refused": "refused",
        },
        none="There is no such connection.",
        whole={"summary": summary, "items": found},
    )
    teller.say(f"\n{summary.failing} of {summary.systems} fail the security gate.")


@app.command()
def show(client: Client, world: WorldOption = None, json: Json = False) -> None:
    """Show one connection and every step it took."""
    from app.exchange import connections

    with home.world(world) as opened, opened.session() as session:
        found = connections.find(session, client, opened.today)
    _tell(found, json=json)


@app.command()
def request(
    client: Client,
    agency: Annotated[str, typer.Option("--agency", help="Its agency's short name or code.")],
    name: Annotated[str, typer.Option("--name", help="What the system is called.")] = "",
    by_key: Annotated[
        bool, typer.Option("--by-key", help="It signs its requests (private_key_jwt).")
    ] = False,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Enter an agency's request that a system be connected."""
    from app.exchange import agencies, connections
    from app.exchange.connecting import NewSystem

    def take(session: Session, occasion: Occasion) -> None:
        agency_id = agencies.find(session, agency).id
        new = NewSystem(
            client_id=client,
            name=name or client,
            auth_method="private_key_jwt" if by_key else "client_secret_basic",
            inspected_until=occasion.today,
        )
        connections.request(session, agency_id, new, occasion)

    _step(client, take, world, json=json)


@app.command()
def assess(
    client: Client,
    level: Annotated[int, typer.Option("--level", min=1, max=5, help="Security level.")],
    inspected_on: Annotated[
        str | None, typer.Option("--inspected-on", metavar="DAY", help="Default: today.")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DAY", help="Default: the usual term of the level."),
    ] = None,
    reason: Reason = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Record what an inspection of a system found."""
    from app.exchange import connections

    def take(session: Session, occasion: Occasion) -> None:
        on = _day(inspected_on) or occasion.today
        found = connections.Assessment(
            security_level=level,
            inspected_on=on,
            inspected_until=_day(until) or connections.usual_end(level, on),
        )
        connections.assess(session, client, found, occasion, reason)

    _step(client, take, world, json=json)


@app.command()
def connect(
    client: Client, reason: Reason = None, world: WorldOption = None, json: Json = False
) -> None:
    """Connect a system that was assessed: of level 3 and above, inspected in time."""
    _take("connect", client, reason, world, json=json)


@app.command()
def suspend(
    client: Client,
    reason: Annotated[str, typer.Option("--reason", help="Why; the agency is told.")],
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Suspend a connection."""
    _take("suspend", client, reason, world, json=json)


@app.command()
def resume(
    client: Client, reason: Reason = None, world: WorldOption = None, json: Json = False
) -> None:
    """Resume a suspended connection."""
    _take("resume", client, reason, world, json=json)


@app.command()
def limit(
    client: Client,
    questions: Annotated[
        int | None, typer.Option("--questions", min=1, help="So many within each window.")
    ] = None,
    seconds: Annotated[
        int, typer.Option("--seconds", min=1, max=3600, help="Length of the window.")
    ] = 60,
    daily_quota: Annotated[
        int | None, typer.Option("--daily-quota", min=0, help="So many a day.")
    ] = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Set how much a system may ask; without --questions its pace is the usual one again."""
    from app.exchange import connections
    from app.exchange.callers import Pace

    pace = None if questions is None else Pace(questions, seconds)
    limits = connections.Limits(daily_quota=daily_quota, pace=pace)
    _step(client, lambda session, _: connections.limit(session, client, limits), world, json=json)


def _take(name: str, client: str, reason: str | None, world: str | None, *, json: bool) -> None:
    from app.exchange import connections

    _step(
        client,
        lambda session, occasion: connections.step(session, client, name, occasion, reason),
        world,
        json=json,
    )


def _step(
    client: str, take: Callable[[Session, Occasion], None], world: str | None, *, json: bool
) -> None:
    from app.exchange import connections
    from app.platform import clock

    with home.world(world) as opened:
        occasion = connections.Occasion(by="operator", today=opened.today, now=clock.now())

        def job(session: Session) -> ConnectionView:
            take(session, occasion)
            return connections.find(session, client, occasion.today)

        found = opened.writer.submit(job)
    _tell(found, json=json)


def _day(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise CommandError(
            f"{text} is no day", "Write it as 2026-01-31.", code="day-unclear", status=USAGE
        ) from None


def _tell(found: ConnectionView, *, json: bool) -> None:
    teller = Teller(as_json=json)
    if json:
        teller.json(found)
        return
    pace = f"{found.pace.questions:,} in {found.pace.seconds} s"
    teller.record(
        found,
        {
            "client id": found.client_id,
            "agency": f"{found.agency} ({found.agency_code})",
            "state": found.state + (f": {found.state_reason}" if found.state_reason else ""),
            "security level": str(found.security_level),
            "inspected until": found.inspected_until.isoformat(),
            "refused today": found.refused or "no",
            "limits": f"{found.daily_quota:,} questions a day, {pace}",
        },
    )
    if found.steps:
        teller.say("")
        teller.rows(
            list(found.steps),
            {
                "on": "on",
                "step": "step",
                "to": "to_state",
                "by": "taken_by",
                "level": "security_level",
                "reason": "reason",
            },
            none="",
        )
