"""What comes of an authorisation request: an answer to the system, a page, or a word on one.

Nothing but the code, or the error, goes back by the browser, with the issuer beside it (RFC 9207),
so that a system that knows several is never told by the wrong one.
"""

from __future__ import annotations

from urllib.parse import urlencode, urlsplit

import msgspec

from app.exchange.oauth import ErrorCode


class Redirect(msgspec.Struct, frozen=True, kw_only=True):
    """The browser goes back to the system, to an address that it has registered."""

    uri: str


class Halt(msgspec.Struct, frozen=True, kw_only=True):
    """The person is told; the browser goes nowhere, for no address has earned it."""

    error: ErrorCode
    description: str


class Walk(msgspec.Struct, frozen=True, kw_only=True):
    """The person has something to do on our pages; `secret` is for the browser's cookie."""

    page_id: str
    secret: str


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """There is nothing to go back to: the system waits on another device."""

    accepted: bool


def answer(issuer: str, redirect_uri: str, state: str | None, code: str) -> Redirect:
    """Give the system its code."""
    return _redirect(redirect_uri, {"code": code, "state": state, "iss": issuer})


def failure(
    issuer: str, redirect_uri: str, state: str | None, error: ErrorCode, description: str
) -> Redirect:
    """Tell the system why there is none (RFC 6749 §4.1.2.1)."""
    told = {"error": error.value, "error_description": description, "state": state}
    return _redirect(redirect_uri, {**told, "iss": issuer})


def _redirect(uri: str, parameters: dict[str, str | None]) -> Redirect:
    query = urlencode({name: value for name, value in parameters.items() if value is not None})
    return Redirect(uri=f"{uri}{'&' if urlsplit(uri).query else '?'}{query}")
