"""Forms: those that an answer can have, and which of them a caller wants (RFC 9110 §12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.api import problems

if TYPE_CHECKING:
    from app.api.calls import Call

JOSE: Final = "application/jose"
JSON: Final = "application/json"


def wants_jose(call: Call) -> bool:
    """Whether the Accept header takes a signed answer, and no less than a plain one."""
    accept = call.header(b"accept").lower()
    if JOSE not in accept:
        return False
    weights = dict(map(_weighed, accept.split(",")))
    return 0 < weights.get(JOSE, 0) >= weights.get(JSON, 0)


def negotiated(call: Call) -> str:
    """Return what the headers choose of an answer: its media type and its language."""
    return f"{JOSE if wants_jose(call) else JSON} {call.language}"


def _weighed(item: str) -> tuple[str, float]:
    media_type, _, parameters = item.partition(";")
    return media_type.strip(), problems.weight(parameters.rpartition(";")[2])
