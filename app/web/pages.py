"""How a page is rendered: one environment that escapes everything, one policy for all pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

if TYPE_CHECKING:
    from app.api.calls import Call
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


def render(template: str, /, *, status: int = 200, **values: object) -> HTMLResponse:
    """Return the page that `template` (a file name) makes of `values`."""
    content = _ENVIRONMENT.get_template(template).render(values)
    return HTMLResponse(content, status, headers=_HEADERS)


def world_of(request: Request) -> World | None:
    """Return the world in the address, as the door found it; None if the default one is gone."""
    call: Call = request.state.call
    return call.world if call.has_world else None


@router.get("/assets/style.css")
def style() -> Response:
    """Give the one style sheet."""
    content = (_HERE / "static" / "style.css").read_bytes()
    return Response(content, media_type="text/css", headers={"Cache-Control": "max-age=3600"})
