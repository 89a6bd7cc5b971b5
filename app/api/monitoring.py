"""`/health` and `/metrics`: is the server ready, and what has it counted."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.api import exposition, health
from app.api.dependencies import ServerDep

router = APIRouter(tags=["server"])


@router.get(
    "/health",
    name="health",
    response_model=health.Health,
    responses={503: {"model": health.Health, "description": "Degraded"}},
)
def tell_health(server: ServerDep) -> Response:
    """Tell whether the server answers, and how each world is that it has open.

    503 when one of them cannot be read, or its log contradicts what was signed before.
    """
    return health.response(server)


@router.get("/metrics", include_in_schema=False)
def tell_metrics(server: ServerDep) -> Response:
    """Give what has been counted, for Prometheus to scrape."""
    return Response(exposition.text(server.metrics), media_type=exposition.CONTENT_TYPE)
