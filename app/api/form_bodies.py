"""Forms of `/oidc/…` as they are read, with or without the framework: by hand, and strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from app.exchange.oauth import ErrorCode, OAuthError, TokenRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.api.calls import Call

_MOST_PARAMETERS: Final = 64
_CLIENT: Final = frozenset(TokenRequest.__struct_fields__) - {"authorization"}


def read(call: Call) -> dict[str, str] | OAuthError:
    """Read the form of a request; an empty value is one that was not sent (RFC 6749 §3.2).

    By hand: the door has its bytes already, and a parameter sent twice matters.
    """
    try:
        pairs = parse_qsl(
            call.body.decode(),
            keep_blank_values=False,
            strict_parsing=bool(call.body),
            errors="strict",
            max_num_fields=_MOST_PARAMETERS,
        )
    except ValueError:
        return bad_request("The body is not a form of UTF-8 text.")
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        return bad_request("A parameter stands twice.")
    if any("\x00" in text for pair in pairs for text in pair):
        return bad_request("A parameter holds a NUL.")
    return parameters


def client(call: Call, form: Mapping[str, str]) -> TokenRequest:
    """Return what proves the client, and what the exchange's own grant type reads."""
    own = {name: text for name, text in form.items() if name in _CLIENT}
    return TokenRequest(**own, authorization=call.header(b"authorization") or None)


def bad_request(description: str) -> OAuthError:
    """Return `invalid_request`."""
    return OAuthError(error=ErrorCode.INVALID_REQUEST, error_description=description)
