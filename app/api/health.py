"""`/health` and `/metrics`: is the server ready, and what has it counted."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response
from sqlalchemy import select

from app.api import metrics, schemas
from app.api.server import ServerDep
from app.platform.errors import DancuError
from app.platform.worlds import World

router = APIRouter(tags=["server"])


class WorldHealth(schemas.Told):
    """How one open world is."""

    name: str
    ready: bool
    waiting_writes: int
    log_alarm: str | None = None


class Health(schemas.Told):
    """How the server is: `ok` when every world it has open answers."""

    status: Literal["ok", "degraded"]
    version: str
    simulated: Literal[True] = True
    worlds: list[WorldHealth]


@router.get(
    "/health",
    responses={503: {"model": Health, "description": "Degraded"}},
)
def health(server: ServerDep, response: Response) -> Health:
    """Tell whether the server answers, and how each world is that it has open.

    503 when one of them cannot be read, or its log contradicts what was signed before.
    """
    told = [
        WorldHealth(
            name=world.name,
            ready=_answers(world) and not alarm,
            waiting_writes=world.writer.waiting,
            log_alarm=alarm or None,
        )
        for world, alarm in server.housekeeping.alarms().items()
    ]
    is_ok = all(world.ready for world in told)
    response.status_code = 200 if is_ok else 503
    response.headers["Cache-Control"] = "no-store"
    return Health(status="ok" if is_ok else "degraded", version=server.version, worlds=told)


@router.get("/metrics", include_in_schema=False)
def prometheus(server: ServerDep) -> Response:
    """Give what has been counted, for Prometheus to scrape."""
    return Response(server.metrics.exposition(), media_type=metrics.CONTENT_TYPE)


def _answers(world: World) -> bool:
    try:
        with world.session() as session:
            session.execute(select(1))
    except DancuError:
        return False
    return True
