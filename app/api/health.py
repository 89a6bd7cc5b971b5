"""How the server is: what `/health` tells, from the door or from its route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sqlalchemy import select
from starlette.responses import Response

from app.api import schemas
from app.platform.errors import DancuError

if TYPE_CHECKING:
    from app.api.server import Server
    from app.platform.worlds import World


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


def response(server: Server) -> Response:
    """Ask every open world: 503 when one of them is not ready. It may wait for a database."""
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
    health = Health(status="ok" if is_ok else "degraded", version=server.version, worlds=told)
    return Response(
        health.model_dump_json(),
        200 if is_ok else 503,
        {"Cache-Control": "no-store"},
        media_type="application/json",
    )


def _answers(world: World) -> bool:
    try:
        with world.session() as session:
            session.execute(select(1))
    except DancuError:
        return False
    return True
