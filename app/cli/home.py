"""What is on this machine: the settings, the worlds of the home folder, and the server on it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.cli.failing import USAGE, CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.platform.settings import Settings
    from app.platform.worlds import World, Worlds

#: Where a running server leaves word of its address.
_CARD = "server.json"


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

    opened = Worlds(chosen or settings())
    try:
        yield opened
    finally:
        opened.close_all()


@contextmanager
def world(name: str | None, chosen: Settings | None = None) -> Iterator[World]:
    """Open one world; None is the default world."""
    with worlds(chosen) as opened:
        yield opened.open(name or opened.settings.default_world)


def leave_card(chosen: Settings) -> None:
    """Leave word of the server that runs on this home folder."""
    url = f"http://{_reachable(chosen.host)}:{chosen.port}"
    (chosen.home / _CARD).write_text(json.dumps({"url": url, "host": chosen.host}))


def take_card(chosen: Settings) -> None:
    """Take the word back when the server stops."""
    (chosen.home / _CARD).unlink(missing_ok=True)


def server_url(chosen: Settings) -> str:
    """Return the address of the server on this home folder; nobody says that it still runs."""
    return _card(chosen).get("url") or f"http://{_reachable(chosen.host)}:{chosen.port}"


def server_host(chosen: Settings) -> str:
    """Return where that server listens: a world made beside it must not be easier to guess."""
    return _card(chosen).get("host") or chosen.host


def _card(chosen: Settings) -> dict[str, str]:
    try:
        card = json.loads((chosen.home / _CARD).read_text())
    except (OSError, ValueError):
        return {}
    return {str(k): str(v) for k, v in card.items()} if isinstance(card, dict) else {}


def _reachable(host: str) -> str:
    """Return the address by which this machine reaches a server that listens on `host`."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104 - read, not listened on
    return everywhere.get(host, f"[{host}]" if ":" in host and not host.startswith("[") else host)
