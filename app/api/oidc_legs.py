"""What the addresses for systems note of each leg, for whoever debugs a client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from app.exchange.oauth import OAuthError
from app.signin import tracing
from app.signin.tracing import Leg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.api.calls import Call


def note(
    call: Call, leg: str, carried: Mapping[str, str], outcome: msgspec.Struct | OAuthError
) -> None:
    """Note one request of a system, and what came of it."""
    error = outcome if isinstance(outcome, OAuthError) else None
    gave: dict[str, Any] = {} if error is not None else _members(outcome)
    texts = {**carried, **{name: text for name, text in gave.items() if isinstance(text, str)}}
    proof = {"dpop": "…"} if b"dpop" in call.headers else {}
    tracing.note(
        call.world,
        Leg(
            leg=leg,
            client_id=call.client_id,
            carried={**tracing.shown(carried), **proof},
            gave=tracing.answered(gave),
            error=None if error is None else error.error,
            why=None if error is None else error.error_description,
            by={name: texts[name] for name in tracing.NAMES if name in texts},
        ),
    )


def _members(outcome: msgspec.Struct) -> dict[str, Any]:
    members: dict[str, Any] = msgspec.to_builtins(outcome)
    return members
