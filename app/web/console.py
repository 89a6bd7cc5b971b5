"""`/console`: pages for whoever holds the operator's token; here the legs of sign-ins.

A browser exchanges the token for a cookie that scripts cannot read and that opens this world's
console alone: it gives no way back to the token, and ends with the incarnation of the world.
"""

from __future__ import annotations

import hmac
import json
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request, Response

from app.sandbox import operator
from app.signin import tracing
from app.web import pages, sign_in
from app.web.browsers import RepeatedError, Visitor

if TYPE_CHECKING:
    from app.api.server import Server
    from app.signin.tracing import LegView

router = APIRouter(include_in_schema=False)

_PAGE: Final = "/console/sign-ins"
_COOKIE: Final = "console"
_BELOW: Final = "/console"
_SECONDS: Final = 8 * 3600


def is_open(visitor: Visitor) -> bool:
    """Whether the browser has shown the operator's token of this world."""
    return hmac.compare_digest((visitor.cookie(_COOKIE) or "").encode(), _key(visitor))


def ask(visitor: Visitor) -> Response:
    """Return the page that asks for the operator's token and then comes back."""
    return pages.render_form("console_enter.html", is_wrong=False, **sign_in.frame(visitor, None))


def show(request: Request) -> Response:
    """Show the latest sign-ins, leg by leg; ask for the operator's token first."""
    visitor = Visitor(request, _PAGE)
    if not is_open(visitor):
        return ask(visitor)
    frame = sign_in.frame(visitor, None)
    try:
        query = visitor.query()
    except RepeatedError:
        query = {}
    client_id = query.get("client_id") or None
    with visitor.world.session() as session:
        legs = tracing.latest(session, client_id=client_id, limit=200)
    return pages.render_form(
        "console_sign_ins.html", sign_ins=_grouped(legs), client_id=client_id, **frame
    )


def enter(request: Request) -> Response:
    """Exchange the operator's token for the console's cookie, and go on to the page asked for."""
    visitor = Visitor(request, _BELOW)
    try:
        claimed = dict(visitor.form()).get("token", "")
    except RepeatedError:
        claimed = ""
    server: Server = request.app.state.server
    if operator.scope(claimed, server.operator_token, visitor.world.id) is None:
        frame = sign_in.frame(visitor, None)
        return pages.render_form("console_enter.html", status=403, is_wrong=True, **frame)
    lang = visitor.query().get("lang")
    answer = visitor.to(visitor.path, **({} if lang is None else {"lang": lang}))
    visitor.keep(answer, _COOKIE, _key(visitor).decode(), path=_BELOW, seconds=_SECONDS)
    return answer


def _key(visitor: Visitor) -> bytes:
    server: Server = visitor.request.app.state.server
    token = operator.world_token(server.operator_token, visitor.world.id)
    return hmac.new(token.encode(), b"console", "sha256").hexdigest().encode()


def _grouped(legs: list[LegView]) -> list[dict[str, Any]]:
    """Put the legs of each sign-in together, in their order; those that led to none by themselves.

    The sign-in with the latest leg stands first.
    """
    latest: dict[str, int] = {}
    for leg in legs:
        latest.setdefault(_of(leg), leg.id)
    ordered = sorted(legs, key=lambda leg: (-latest[_of(leg)], leg.id))
    return [
        {"id": name, "legs": [_shown(leg) for leg in each]}
        for name, each in groupby(ordered, key=_of)
    ]


def _of(leg: LegView) -> str:
    return leg.sign_in or f"– {leg.id}"


def _shown(leg: LegView) -> dict[str, Any]:
    def written(value: dict[str, Any]) -> str:
        return json.dumps(value, ensure_ascii=False, indent=1) if value else ""

    return {
        "at": leg.at.isoformat(timespec="seconds"),
        "leg": leg.leg,
        "client_id": leg.client_id,
        "carried": written(leg.carried),
        "gave": written(leg.gave),
        "error": leg.error,
        "why": leg.why,
    }


router.add_route(_PAGE, show, methods=["GET"])
router.add_route(_PAGE, enter, methods=["POST"])
