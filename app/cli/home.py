"""What is on this machine: the settings, the worlds of the home folder, and the server on it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.cli.failing import USAGE, CommandError
from app.platform.errors import NotFoundError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.platform.settings import Settings
    from app.platform.worlds import World, Worlds

#: Where a running server leaves word of its address, and of who may reach it.
_CARD = "server.json"
_REACH = ("host", "public_url", "allowed_hosts", "allowed_origins")


def settings(**given: object) -> Settings:
    """Read the settings from `DANCU_…` variables; what is `given` and not None goes before."""
    from pydantic import ValidationError

    from app.platform.settings import Settings

    try:
        return Settings.model_validate(
            Settings().model_dump() | {k: v for k, v in given.items() if v is not None}
        )
    except ValidationError as error:
        wrong = "; ".join(
            f"DANCU_{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}"
            for each in error.errors(include_url=False, include_context=False)
        )
        raise CommandError(
            wrong,
            "Correct the variable or the option; docs/operations.md lists every setting.",
            code="setting-wrong",
            status=USAGE,
        ) from None


@contextmanager
def worlds(chosen: Settings | None = None) -> Iterator[Worlds]:
    """Open the worlds of the home folder or of the database server; safe beside a server."""
    from app.platform.worlds import Worlds

    chosen = chosen or settings()
    try:
        opened = Worlds(chosen)
        try:
            yield opened
        finally:
            opened.close_all()
    except UnavailableError as error:
        if chosen.database_url is None or error.code != "storage-unavailable":
            raise
        server = urlsplit(chosen.database_url)
        raise CommandError(
            f"no PostgreSQL server answers at {server.hostname}:{server.port or 5432}",
            "Start it, or correct DANCU_DATABASE_URL; without that, worlds are SQLite files.",
            code=error.code,
        ) from None


@contextmanager
def world(name: str | None, chosen: Settings | None = None) -> Iterator[World]:
    """Open one world; None is the default world."""
    with worlds(chosen) as opened:
        wanted = name or opened.settings.default_world
        try:
            found = opened.open(wanted)
        except NotFoundError:
            _tell_of_database(opened.settings)
            raise
        yield found


def number_of(who: str, world_name: str | None) -> str:
    """Return a number as it is given, or that of a persona of this name; raise that of no such."""
    if who.isdigit():
        return who
    from app.sandbox import personas

    with world(world_name) as opened, opened.session() as session:
        return personas.find(session, who).pin


def _tell_of_database(chosen: Settings) -> None:
    """Raise where the server of this home folder keeps its worlds, if it is not where we look."""
    if chosen.database_url is None and _card(chosen).get("storage") == "postgresql":
        raise CommandError(
            "the server of this home folder keeps its worlds in PostgreSQL",
            "Set DANCU_DATABASE_URL for commands as it is set for the server.",
            code="storage-other",
        )


def leave_card(chosen: Settings) -> None:
    """Leave word of the server that runs on this home folder."""
    reach = {name: getattr(chosen, name) for name in _REACH}
    (chosen.home / _CARD).write_text(
        json.dumps(
            {
                "url": chosen.own_base,
                "default_world": chosen.default_world,
                "storage": "sqlite" if chosen.database_url is None else "postgresql",
                **reach,
            }
        )
    )


def take_card(chosen: Settings) -> None:
    """Take the word back when the server stops."""
    (chosen.home / _CARD).unlink(missing_ok=True)


def server_url(chosen: Settings) -> str:
    """Return the address of the server on this home folder; nobody says that it still runs."""
    url = _card(chosen).get("url")
    return str(url) if url else chosen.own_base


def served_at(chosen: Settings, world: str) -> str | None:
    """Return the address of the server on this home folder whose `/v1/…` stands for that world."""
    card = _card(chosen)
    return str(card["url"]) if card.get("default_world") == world else None


def server_reach(chosen: Settings) -> dict[str, object]:
    """Return the settings that say who may reach that server.

    A world made beside it must not be easier to guess than one that it makes itself.
    """
    card = _card(chosen)
    return {name: card[name] for name in _REACH if name in card}


def _card(chosen: Settings) -> dict[str, object]:
    try:
        card = json.loads((chosen.home / _CARD).read_text())
    except (OSError, ValueError):
        return {}
    return card if isinstance(card, dict) else {}
