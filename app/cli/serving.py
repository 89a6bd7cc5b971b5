"""`dancu serve`: makes the default world if need be, starts the server, says how to go on."""

from __future__ import annotations

import difflib
import errno
import gc
import os
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli import home
from app.cli.failing import CommandError
from app.cli.options import Json
from app.cli.telling import Teller
from app.cli.worlds import spec
from app.platform import occupying

if TYPE_CHECKING:
    from app.platform.settings import Settings
    from app.platform.worlds import Worlds


def serve(
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen on. Default: 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", "-p", min=0, max=65535, help="Default: 8000; 0 finds a free one."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, help="Server processes; more than 1 needs PostgreSQL."),
    ] = None,
    world: Annotated[
        str | None,
        typer.Option("--world", "-w", metavar="NAME", help="The world that /v1/… stands for."),
    ] = None,
    allowed_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allowed-host", metavar="HOST", help="One more host name that requests may name."
        ),
    ] = None,
    create: Annotated[
        bool, typer.Option("--create", help="Make the world of --world if there is none.")
    ] = False,
    rekey: Annotated[
        bool,
        typer.Option("--rekey", help="Give random keys to every world that has none yet."),
    ] = False,
    json: Json = False,
) -> None:
    """Start the server; make the world "default", of 50,000, first if there is none.

    Beyond this machine, through a proxy too, it starts only when no world's secrets can be worked
    out from its seed: say --rekey. Ctrl-C stops it; worlds are kept.
    """
    # All that is loaded now stays: looking through it for garbage is a tenth of a start.
    gc.disable()
    settings = _settings(host, port, workers, world, allowed_host)
    teller = Teller(as_json=json)
    with occupying.alone(settings):
        _run(settings, teller, create=create, rekey=rekey)


def _run(settings: Settings, teller: Teller, *, create: bool, rekey: bool) -> None:
    with home.worlds(settings) as worlds:
        if not create:
            _refuse_typo(worlds)
        _prepare(worlds, teller, rekey=rekey)
    # Only now, so that a refusal above comes at once: the doors take most of the start.
    from app import main

    def ready() -> None:
        from app.cli import banner  # which asks more rooms than the door has to load

        home.leave_card(settings)
        with home.worlds(settings) as worlds:
            banner.tell(teller, banner.of(worlds))
        gc.freeze()
        gc.enable()

    try:
        main.serve(settings, on_ready=ready)
    except KeyboardInterrupt:  # the way to stop that the banner names: no failure
        return
    finally:
        home.take_card(settings)


def _settings(
    host: str | None,
    port: int | None,
    workers: int | None,
    world: str | None,
    allowed_host: list[str] | None,
) -> Settings:
    known = home.settings()
    hosts = (*known.allowed_hosts, *allowed_host) if allowed_host else None
    settings = home.settings(
        host=host, port=port, workers=workers, default_world=world, allowed_hosts=hosts
    )
    return home.settings(**settings.model_dump() | {"port": _free_port(settings)})


def _refuse_typo(worlds: Worlds) -> None:
    """Refuse a world of another name than the default's that is not there: it is mistyped."""
    wanted, known = worlds.settings.default_world, worlds.names()
    if wanted in known or wanted == type(worlds.settings).model_fields["default_world"].default:
        return
    near = difflib.get_close_matches(wanted, known, n=3, cutoff=0.5) or known[:3]
    named = f"; near it are: {', '.join(near)}" if near else ""
    raise CommandError(
        f"there is no world {wanted}{named}",
        "Name a world that is there (dancu world list), or add --create to make this one.",
        code="world-unknown",
    )


def _prepare(worlds: Worlds, teller: Teller, *, rekey: bool) -> None:
    """Make the default world if need be, and see to it that no secret can be guessed."""
    worlds.store.sweep()
    name = worlds.settings.default_world
    if name not in worlds.names():
        _make_default(worlds, teller)
    worlds.open(name)
    if rekey:
        _rekey(worlds, teller)
    worlds.refuse_exposed()


def _make_default(worlds: Worlds, teller: Teller) -> None:
    from app.sandbox import worlds as sandbox

    settings = worlds.settings
    size = f"a world of {settings.default_size:,} citizens (seed {settings.default_seed})"
    teller.note(f"Making {size}; it is kept for the next start …")
    gc.enable()
    with teller.progress(f"Making {size}") as progress:
        sandbox.ensure_default(
            worlds, spec(settings), workers=os.cpu_count() or 1, progress=progress
        )
    gc.disable()


def _rekey(worlds: Worlds, teller: Teller) -> None:
    """Give random keys to every world whose keys can be guessed."""
    from app.sandbox import worlds as sandbox

    guessable = [facts.name for facts in worlds.list() if facts.secret is None]
    with teller.progress("Making random keys") as progress:
        for number, name in enumerate(guessable, 1):
            sandbox.rekey(worlds, name)
            progress(name, number / len(guessable))


def _free_port(settings: Settings) -> int:
    """Return the port to listen on, found free now: better told here than in a log."""
    host = settings.host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, settings.port))
        except OSError as error:
            if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
                raise CommandError(
                    f"{settings.host} is no address of this machine ({error.strerror})",
                    "Listen on 127.0.0.1, which is the default, or on 0.0.0.0 for every address.",
                    code="host-not-here",
                ) from None
            raise CommandError(
                f"cannot listen on {settings.host}:{settings.port} ({error.strerror})",
                f"Choose another port: dancu serve --port {settings.port + 1},"
                f" or PORT={settings.port + 1} make run.",
                code="port-taken",
            ) from None
        return int(probe.getsockname()[1])
