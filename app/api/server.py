"""The parts of one server process that routes may ask for; joined by `app.main`, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.api.control.advances import Advances
    from app.api.control.maker import Makings
    from app.api.housekeeping import Housekeeping
    from app.api.metrics import Metrics
    from app.platform.settings import Settings
    from app.platform.worlds import Worlds


@dataclass(frozen=True, slots=True)
class Server:
    """What one process has once, whatever the world."""

    version: str
    settings: Settings
    worlds: Worlds
    operator_token: str
    makings: Makings
    advances: Advances
    housekeeping: Housekeeping
    metrics: Metrics
