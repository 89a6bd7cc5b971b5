"""The legs of sign-ins: what each carried, what it gave, and why one failed."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from app.signin import tracing
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.signin.tracing import LegView

_LEGS: Final = 200


def _show(asked: Asked, session: Session) -> Shown:
    """Show the latest sign-ins, leg by leg."""
    client_id = asked.query.get("client_id")
    legs = tracing.latest(session, client_id=client_id, limit=_LEGS)
    return Shown("console_sign_ins.html", {"sign_ins": _grouped(legs), "client_id": client_id})


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


PAGE = Page(name="sign-ins", title=N_("Sign-ins"), group="calls", order=2, views={"": _show})
