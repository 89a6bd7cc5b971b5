"""`dancu clock …`: what day it is in a world, and moving on from there.

Works on the world on this machine, safely beside a running server, which notices within a second.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import home
from app.cli.failing import USAGE, CommandError
from app.cli.options import Json, WorldOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    from app.sandbox.clock import Lived

#: The exit status of what was stopped by Ctrl-C, as shells have it.
_STOPPED = 130

app = typer.Typer(
    help="Show, set and advance a world's clock; the population lives meanwhile.",
    no_args_is_help=True,
)

Lives = Annotated[
    bool,
    typer.Option(
        "--lives/--stands-still",
        help="Let people be born, die, marry and move meanwhile; or move the clock alone.",
    ),
]


@app.command()
def show(world: WorldOption = None, json: Json = False) -> None:
    """Show what day it is in the world, and what is to happen before the month ends."""
    from app.sandbox import clock

    with home.world(world) as opened, opened.session() as session:
        coming = clock.coming(session)
        today, started = opened.today.isoformat(), opened.spec.start_date.isoformat()
    shown = {"today": today, "started": started}
    still = ", ".join(f"{count} {kind}" for kind, count in coming.items())
    told = shown | ({"still to come": still} if still else {})
    Teller(as_json=json).record({**shown, "coming": coming}, told)


@app.command(name="set")
def set_(
    day: Annotated[
        dt.datetime,
        typer.Argument(metavar="DAY", formats=["%Y-%m-%d"], help="A day from today on."),
    ],
    world: WorldOption = None,
    lives: Lives = True,
    json: Json = False,
) -> None:
    """Set the clock to a day: it runs forward only."""
    _advance(world, Teller(as_json=json), lives, to=day.date())


@app.command()
def advance(
    years: Annotated[int, typer.Option("--years", min=0, help="So many years.")] = 0,
    months: Annotated[int, typer.Option("--months", min=0, help="So many months more.")] = 0,
    days: Annotated[int, typer.Option("--days", min=0, help="So many days more.")] = 0,
    world: WorldOption = None,
    lives: Lives = True,
    json: Json = False,
) -> None:
    """Advance the clock: a year is the same as twelve months, or as all their days."""
    if not (years or months or days):
        raise CommandError(
            "how far is not said",
            "Say --years, --months or --days, or all of them.",
            code="clock-not-told-how-far",
            status=USAGE,
        )
    _advance(world, Teller(as_json=json), lives, years=years, months=months, days=days)


def _advance(
    name: str | None,
    teller: Teller,
    lives: bool,
    *,
    to: dt.date | None = None,
    **further: int,
) -> None:
    from app.sandbox import clock

    with home.world(name) as opened:
        world = opened.name
        until = clock.target(to or opened.today, **further)
    with home.worlds() as worlds, teller.progress(f"{world} lives") as progress:
        try:
            lived = clock.advance(worlds, world, until, lives=lives, progress=progress)
        except KeyboardInterrupt:
            stopped = worlds.open(world)
            stopped.refresh()
            raise CommandError(
                f"stopped; the clock shows {stopped.today}, and nothing is half done",
                f"`dancu clock set {until} --world {world}` goes on, to the same end.",
                code="clock-stopped",
                status=_STOPPED,
            ) from None
    teller.record(_plain(lived), _told(lived))


def _plain(lived: Lived) -> dict[str, Any]:
    return {
        "since": lived.since.isoformat(),
        "today": lived.today.isoformat(),
        "happened": dict(sorted(lived.happened.items())),
        "skipped": [
            {"kind": kind, "member": member, "reason": reason, "count": count}
            for (kind, member, reason), count in sorted(lived.skipped.items())
        ],
        "world_events": list(lived.world_events),
        "seconds": round(lived.seconds, 3),
    }


def _told(lived: Lived) -> dict[str, Any]:
    rows: dict[str, Any] = {"since": lived.since.isoformat(), "today": lived.today.isoformat()}
    rows |= dict(sorted(lived.happened.items()))
    if lived.skipped:
        rows["did not happen"] = "; ".join(
            f"{count} {kind} ({reason})"
            for (kind, _, reason), count in sorted(lived.skipped.items())
        )
    if lived.world_events:
        rows["to all"] = ", ".join(lived.world_events)
    return rows | {"took": f"{lived.seconds:.1f} s"}
