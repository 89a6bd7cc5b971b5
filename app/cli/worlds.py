"""`dancu world …`: make, list, copy, reset, delete and export the worlds on this machine.

Works on the databases directly, safely beside a running server, which notices within a second.
"""

from __future__ import annotations

import datetime as dt
import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from app.cli import home, world_view
from app.cli.options import Json, WorldArgument
from app.cli.telling import Teller

if TYPE_CHECKING:
    from app.platform.settings import Settings
    from app.platform.worlds import WorldSpec

app = typer.Typer(help="Make, copy, reset, delete and export worlds.", no_args_is_help=True)


class PinStyle(StrEnum):
    """How personal numbers begin."""

    RESERVED = "reserved"
    REALISTIC = "realistic"


Processes = Annotated[
    int,
    typer.Option(
        "--processes", min=1, help="Processes that generate. Default: one for each processor."
    ),
]
_ALL_PROCESSORS = os.cpu_count() or 1


@app.command()
def create(
    name: WorldArgument,
    size: Annotated[
        int | None,
        typer.Option("--size", min=1, help="Citizens, up to ten million. Default: 50,000."),
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", min=0, help="Default: 1.")] = None,
    start_date: Annotated[
        dt.datetime | None,
        typer.Option(
            "--start-date", formats=["%Y-%m-%d"], help="2016 to 2029. Default: 2026-01-01."
        ),
    ] = None,
    pin_style: Annotated[
        PinStyle | None,
        typer.Option("--pin-style", help="Default: reserved numbers, which are nobody's."),
    ] = None,
    processes: Processes = _ALL_PROCESSORS,
    json: Json = False,
) -> None:
    """Make a world: the same size, seed, start date and pin style give the same world."""
    from app.sandbox import worlds as sandbox

    settings = home.settings(
        **home.server_reach(home.settings()),
        default_size=size,
        default_seed=seed,
        default_start_date=None if start_date is None else start_date.date(),
        default_pin_style=pin_style,
    )
    teller = Teller(as_json=json)
    with home.worlds(settings) as worlds, teller.progress(f"Making {name}") as progress:
        facts = sandbox.create(worlds, name, spec(settings), workers=processes, progress=progress)
    world_view.tell(teller, world_view.of(facts, settings))


@app.command(name="list")
def list_(json: Json = False) -> None:
    """List the worlds there are."""
    settings = home.settings()
    with home.worlds(settings) as worlds:
        views = [world_view.of(facts, settings) for facts in worlds.list()]
    Teller(as_json=json).rows(
        views,
        {
            "name": "name",
            "citizens": "size",
            "seed": "seed",
            "starts": "start_date",
            "today": "today",
            "numbers": "pin_style",
            "forked from": "parent",
            "training": "training",
        },
        none="There is no world yet: `dancu serve` makes the default one.",
    )


@app.command()
def show(
    name: WorldArgument,
    digest: Annotated[
        bool, typer.Option("--digest", help="Also work out the digest of all logical rows.")
    ] = False,
    json: Json = False,
) -> None:
    """Show what one world is made of and how it stands."""
    settings, teller = home.settings(), Teller(as_json=json)
    with home.worlds(settings) as worlds:
        shown = world_view.of(worlds.open(name).facts, settings)
        if digest:
            from app.sandbox import exporting

            with teller.progress(f"Reading {name}") as progress:
                whole = exporting.digest(worlds, name, progress=progress).digest
            shown = msgspec.structs.replace(shown, digest=whole)
    world_view.tell(teller, shown)


@app.command()
def fork(
    name: WorldArgument,
    new_name: Annotated[str, typer.Argument(metavar="NEW", help="The copy's name.")],
    json: Json = False,
) -> None:
    """Copy a world as it is now, also while it is served.

    The copy has its own keys, secrets and log, whose first leaf cites the parent's checkpoint.
    """
    from app.sandbox import worlds as sandbox

    settings, teller = home.settings(), Teller(as_json=json)
    with home.worlds(settings) as worlds, teller.progress(f"Copying {name}") as progress:
        facts = sandbox.fork(worlds, name, new_name, progress=progress)
    world_view.tell(teller, world_view.of(facts, settings))


@app.command()
def reset(name: WorldArgument, processes: Processes = _ALL_PROCESSORS, json: Json = False) -> None:
    """Put a world back to its start: a new log, nothing asked of it yet."""
    from app.sandbox import worlds as sandbox

    settings, teller = home.settings(), Teller(as_json=json)
    with home.worlds(settings) as worlds, teller.progress(f"Resetting {name}") as progress:
        facts = sandbox.reset(worlds, name, workers=processes, progress=progress)
    world_view.tell(teller, world_view.of(facts, settings))


@app.command()
def delete(
    name: WorldArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Remove a world and everything in it, its log too.

    Where a server stands for it, that answers `world-unknown` until it is made again.
    """
    from app.sandbox import worlds as sandbox

    settings, teller = home.settings(), Teller(as_json=json)
    served = home.served_at(settings, name)
    warning = served and f"{served}/v1/… stands for world {name}, and answers 404 without it"
    with home.worlds(settings) as worlds:
        worlds.open(name)
        if warning:
            teller.note(f"Warning: {warning}.")
        if not yes:
            teller.confirm(f"Delete world {name} and its log for good?")
        sandbox.delete(worlds, name)
    told = {"name": name, "deleted": True}
    teller.record(told | {"warning": warning} if warning else told, {"deleted": name})


@app.command(name="set")
def set_(
    name: WorldArgument,
    training: Annotated[
        bool | None,
        typer.Option("--training/--no-training", help="Whether answers may be explained."),
    ] = None,
    retention_days: Annotated[
        int | None,
        typer.Option("--retention-days", help="How long bodies of requests are kept; 0: not."),
    ] = None,
    log_retention_days: Annotated[
        int | None,
        typer.Option("--log-retention-days", help="How long the log keeps the text of leaves."),
    ] = None,
    json: Json = False,
) -> None:
    """Set a world to training, or how long it keeps things; what is not named stays."""
    from app.sandbox import worlds as sandbox

    settings = home.settings()
    with home.worlds(settings) as worlds:
        facts = sandbox.configure(
            worlds,
            name,
            training=training,
            retention_days=retention_days,
            log_retention_days=log_retention_days,
        )
    world_view.tell(Teller(as_json=json), world_view.of(facts, settings))


@app.command()
def export(
    name: WorldArgument,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A new or empty folder.")],
    json: Json = False,
) -> None:
    """Write a world's logical rows as Parquet files, with their digest in world.json.

    Two worlds of the same five and the same version have the same digest, on any database.
    """
    from app.sandbox import exporting

    teller = Teller(as_json=json)
    with home.worlds() as worlds, teller.progress(f"Writing {name}") as progress:
        found = exporting.export(worlds, name, folder, progress=progress)
    rows = sum(each.rows for each in found.tables.values())
    teller.record(
        found, {"written": f"{len(found.tables)} tables, {rows:,} rows", "digest": found.digest}
    )


@app.command()
def fill(name: WorldArgument, json: Json = False) -> None:
    """Add what a later version of dancu generates; nothing that is there changes."""
    from app.sandbox import filling

    teller = Teller(as_json=json)
    with home.worlds() as worlds, teller.progress(f"Filling {name}") as progress:
        added = filling.fill(worlds, name, progress=progress)
    said = ", ".join(added) or "nothing: it has all that this version makes"
    teller.record({"name": name, "added": added}, {"added": said})


@app.command()
def migrate(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="Default: every world.")
    ] = None,
    json: Json = False,
) -> None:
    """Bring worlds that an earlier version made to this one's schema, each after a backup.

    Opening a world does the same; this is for doing it at a time of your choosing.
    """
    settings, teller = home.settings(), Teller(as_json=json)
    views = []
    with home.worlds(settings) as worlds, teller.progress("Migrating") as progress:
        names = [name] if name else worlds.names()
        for number, each in enumerate(names, 1):
            progress(each, (number - 1) / len(names))
            views.append(world_view.of(worlds.open(each).facts, settings))
        progress("every world", 1.0)
    teller.rows(
        views, {"name": "name", "citizens": "size", "today": "today"}, none="There is no world."
    )


@app.command()
def rekey(name: WorldArgument, json: Json = False) -> None:
    """Give a world random keys and secrets: all of its present ones end.

    Needed before others than this machine can reach it: `dancu serve --rekey` does it, too.
    """
    from app.sandbox import worlds as sandbox

    settings = home.settings()
    with home.worlds(settings) as worlds:
        facts = sandbox.rekey(worlds, name)
    world_view.tell(Teller(as_json=json), world_view.of(facts, settings))


@app.command(name="rotate-keys")
def rotate_keys(name: WorldArgument, json: Json = False) -> None:
    """Let a world sign with its next keys; what the present ones signed stays accepted."""
    from app.sandbox import worlds as sandbox

    settings = home.settings()
    with home.worlds(settings) as worlds:
        facts = sandbox.rotate_keys(worlds, name)
    world_view.tell(Teller(as_json=json), world_view.of(facts, settings))


def spec(settings: Settings) -> WorldSpec:
    """Return the world that the settings' defaults describe, as this version generates it."""
    from app.platform.worlds import WorldSpec
    from app.sandbox.making import generator_version

    return WorldSpec(
        seed=settings.default_seed,
        size=settings.default_size,
        generator_version=generator_version(),
        start_date=settings.default_start_date,
        pin_style=settings.default_pin_style,
    )
