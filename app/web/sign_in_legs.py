"""What the pages note of each leg of a sign-in, for whoever debugs a client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from app.signin import tracing
from app.signin.outcomes import Done, Halt, Redirect, Walk
from app.signin.tracing import Leg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.signin.walking import Moved
    from app.web.browsers import Visitor


def note(
    visitor: Visitor,
    leg: str,
    carried: Mapping[str, str],
    outcome: Redirect | Halt | Walk | Done | Moved,
) -> None:
    """Note what a browser brought, and where it was sent."""
    gave = _gave(outcome)
    page = {"page": visitor.request.path_params.get("page_id", "")}
    by = {name: text for name, text in {**page, **carried, **gave}.items() if text}
    if isinstance(outcome, Walk):
        by["page"] = outcome.page_id
    error = gave.get("error")
    tracing.note(
        visitor.world,
        Leg(
            leg=leg,
            client_id=carried.get("client_id"),
            carried=tracing.shown(carried),
            gave=tracing.answered(gave),
            error=error,
            why=gave.get("error_description"),
            by={name: by[name] for name in tracing.NAMES if isinstance(by.get(name), str)},
        ),
    )


def _gave(outcome: Redirect | Halt | Walk | Done | Moved) -> dict[str, Any]:
    if isinstance(outcome, Redirect):
        parts = urlsplit(outcome.uri)
        return {
            "to": f"{parts.scheme}://{parts.netloc}{parts.path}",
            **dict(parse_qsl(parts.query)),
        }
    if isinstance(outcome, Halt):
        return {"error": outcome.error.value, "error_description": outcome.description}
    if isinstance(outcome, Done):
        return {"accepted": outcome.accepted}
    return {"to": "pages" if isinstance(outcome, Walk) else "page"}
