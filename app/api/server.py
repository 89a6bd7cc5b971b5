"""The parts of one server process that routes may ask for; joined by `app.main`, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from app.api.calls import Call
    from app.api.control.advances import Advances
    from app.api.control.maker import Makings
    from app.api.housekeeping import Housekeeping
    from app.api.metrics import Metrics
    from app.platform.errors import DancuError
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
    #: Makes a page of a problem, for browsers.
    page: Callable[[Call, DancuError], Response]
