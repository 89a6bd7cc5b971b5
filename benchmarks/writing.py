"""Has a scenario's file written, as a server does when a tester begins a run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.platform.settings import Settings
from app.platform.worlds import Worlds
from app.scenarios import making, parameters, scenario

if TYPE_CHECKING:
    from collections.abc import Callable

_AGENCY: Final = "viettel"


def story(home: str, into: str, name: str, rows: str) -> Callable[[], None]:
    """Return what makes and stores a file of so many rows, of the default world in that home."""
    worlds = Worlds(Settings(home=Path(home), port=0))
    world = worlds.open(worlds.settings.default_world)
    asked = parameters.of(scenario.find(name), size=int(rows))

    def run() -> None:
        made = making.make(world, Path(home), scenario.find(name), asked, _AGENCY)
        making.store(Path(into), made)

    return run
