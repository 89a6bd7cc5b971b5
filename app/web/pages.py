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
_POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action {forms}; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY.format(forms="'none'"),
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-store",
}


def render(template: str, /, *, status: int = 200, **values: object) -> HTMLResponse:
    """Return the page that `template` (a file name) makes of `values`."""
    content = _ENVIRONMENT.get_template(template).render(values)
    return HTMLResponse(content, status, headers=_HEADERS)


def render_form(
    template: str, /, *, forms_to: tuple[str, ...] = (), status: int = 200, **values: object
) -> HTMLResponse:
    """Return a page with forms: they go to this server, and on to `forms_to` at most.

    Browsers hold redirects after a form to the policy of its page, so these are origins. The
    page's address is told to this server alone; told to nobody, a form's origin would be `null`
    (Fetch §3.2), which the door refuses.
    """
    policy = _POLICY.format(forms=" ".join(("'self'", *forms_to)))
    headers = {
        **_HEADERS,
        "Content-Security-Policy": policy,
        "Referrer-Policy": "same-origin",
    }
    return HTMLResponse(_ENVIRONMENT.get_template(template).render(values), status, headers)


def world_of(request: Request) -> World | None:
    """Return the world in the address, as the door found it; None if the default one is gone."""
    call: Call = request.state.call
    return call.world if call.has_world else None


@router.get("/assets/style.css")
def style() -> Response:
    """Give the style sheet of every page."""
    return _asset("style.css", "text/css")


@router.get("/assets/sign-in.css")
def sign_in_style() -> Response:
    """Give what the pages of signing in have beside it."""
    return _asset("sign-in.css", "text/css")


@router.get("/assets/scorecard.css")
def scorecard_style() -> Response:
    """Give what scorecards have beside the style of signing in."""
    return _asset("scorecard.css", "text/css")


@router.get("/assets/icon.svg")
def icon() -> Response:
    """Give the icon that a browser shows beside a page's title."""
    return _asset("icon.svg", "image/svg+xml")


def _asset(name: str, media_type: str) -> Response:
    content = (_HERE / "static" / name).read_bytes()
    return Response(content, media_type=media_type, headers={"Cache-Control": "max-age=3600"})
