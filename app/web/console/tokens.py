"""The token debugger: what a JWT says, and whether this world signed it. Nothing is kept of it."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, Final

from app.exchange import tokens
from app.platform import clock, errors
from app.platform.errors import InvalidParam
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.platform.world import World

NOT_A_TOKEN = errors.declare(
    code="token-unreadable",
    kind="invalid",
    fault_of="caller",
    title_vi="Đây không phải là JWT",
    title_en="This is no JWT",
    next_vi="Dán cả ba phần của mã, cách nhau bằng dấu chấm; phần sau dấu ~ bị bỏ qua.",
    next_en="Paste all three parts of the token, with the dots; what follows a ~ is left out.",
)

_LONGEST: Final = 16_000
_ALGORITHMS: Final = ("ES256", "RS256", "PS256", "EdDSA")
#: Claims that are moments, in seconds since 1970 (RFC 7519 §2).
_MOMENTS: Final = ("iat", "nbf", "exp", "auth_time")


def _ask(_asked: Asked, _session: Session) -> Shown:
    """Ask for a token."""
    return Shown("console_tokens.html", {"told": None})


def _look(asked: Asked) -> Shown:
    """Show what a token says; where a signed answer or a credential was pasted, that of it."""
    import jwt  # noqa: PLC0415 - all of X.509 with it: who starts a server does not wait for that

    unverified_token = asked.form.get("token", "").strip().partition("~")[0]
    try:
        if len(unverified_token) > _LONGEST:
            raise jwt.DecodeError
        header = jwt.get_unverified_header(unverified_token)
        claims = jwt.decode(unverified_token, options={"verify_signature": False})
    except jwt.PyJWTError:
        wrong = InvalidParam("token", "header.payload.signature", "header.payload.signature")
        raise NOT_A_TOKEN.error(params=(wrong,)) from None
    return Shown(
        "console_tokens.html",
        {
            "told": {
                "header": _pretty(header),
                "claims": _pretty(claims),
                "moments": {name: _moment(claims[name]) for name in _MOMENTS if name in claims},
                "expired": _is_over(claims.get("exp")),
                "signer": _signer(asked.world, unverified_token, header.get("kid")),
                "ours": claims.get("iss") == asked.world.issuer,
                "issuer": claims.get("iss"),
            }
        },
    )


def _signer(world: World, unverified_token: str, kid: object) -> str | None:
    """Return the key of this world that signed it; None if none did, or it was changed since."""
    import jwt  # noqa: PLC0415 - as above

    for jwk in tokens.jwks(world)["keys"]:
        if jwk.get("kid") != kid:
            continue
        try:
            jwt.api_jws.decode(unverified_token, jwt.PyJWK(jwk), algorithms=list(_ALGORITHMS))
        except jwt.PyJWTError:
            return None
        return str(kid)
    return None


def _moment(value: Any) -> dt.datetime | None:
    try:
        return dt.datetime.fromtimestamp(value, dt.UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _is_over(value: Any) -> bool:
    moment = _moment(value)
    return moment is not None and moment <= clock.now()


def _pretty(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)


PAGE = Page(
    name="tokens",
    title=N_("Token debugger"),
    group="calls",
    order=5,
    views={"": _ask},
    acts={"/look": _look},
)
