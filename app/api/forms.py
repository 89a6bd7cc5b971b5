"""Forms: those that an answer can have, and which of them a caller wants (RFC 9110 §12)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.api import problems

if TYPE_CHECKING:
    from app.api.calls import Call

JOSE: Final = "application/jose"
JWT: Final = "application/jwt"
JSON: Final = "application/json"
XML: Final = "application/xml"


def wants_jose(call: Call) -> bool:
    """Whether the Accept header takes a signed answer, and no less than a plain one."""
    return _wants(call, JOSE)


def wants_jwt(call: Call) -> bool:
    """Whether it takes claims as a JWT (OpenID Connect Core §5.3.2), and no less than as JSON."""
    return _wants(call, JWT)


def wants_xml(call: Call) -> bool:
    """Whether it takes XML (QCVN 109:2017/BTTTT), and no less than JSON."""
    return _wants(call, XML)


def negotiated(call: Call) -> str:
    """Return what the headers choose of an answer: its media type and its language."""
    plain = XML if wants_xml(call) else JSON
    return f"{JOSE if wants_jose(call) else plain} {call.language}"


def _wants(call: Call, media_type: str) -> bool:
    accept = call.header(b"accept").lower()
    if media_type not in accept:
        return False
    weights = dict(map(_weighed, accept.split(",")))
    return 0 < weights.get(media_type, 0) >= weights.get(JSON, 0)


def _weighed(item: str) -> tuple[str, float]:
    media_type, _, parameters = item.partition(";")
    return media_type.strip(), problems.weight(parameters.rpartition(";")[2])
