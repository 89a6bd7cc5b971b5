"""How a page is rendered: one environment that escapes everything, one policy for all pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

if TYPE_CHECKING:
    from app.platform.worlds import World

router = APIRouter(include_in_schema=False)

_HERE: Final = Path(__file__).parent
_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def render(template: str, /, **values: object) -> HTMLResponse:
    """Return the page that `template` (a file name) makes of `values`."""
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(values), headers=_HEADERS)


def world_of(request: Request) -> World:
    """Return the world in the address, as the door found it."""
    world: World = request.state.world
    return world


@router.get("/assets/style.css")
def style() -> Response:
    """Give the one style sheet."""
    content = (_HERE / "static" / "style.css").read_bytes()
    return Response(content, media_type="text/css", headers={"Cache-Control": "max-age=3600"})
