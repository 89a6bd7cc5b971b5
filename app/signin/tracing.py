"""Tracing: each leg of a sign-in, what it carried and why it failed, for whoever debugs a client.

A leg is written beside the work, with the next batch, and kept for a week; a world that keeps no
bodies keeps none of these. Secrets are cut to a few letters, enough to tell two apart; a passcode
is never here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import jwt
import msgspec
from sqlalchemy import insert, select

from app.platform import clock
from app.signin import secrecy
from app.signin.models import SignIn, SignInCode, SignInLeg, SignInPage, SignInRefresh

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select
    from sqlalchemy.orm import Session

    from app.platform.worlds import World
    from app.platform.writer import Lane

MOST: Final = 500
_LONGEST: Final = 300
_SHOWN: Final = 8
#: What is cut: whoever reads a leg can not use it.
_SECRETS: Final = frozenset(
    {
        "access_token",
        "auth_req_id",
        "client_assertion",
        "client_secret",
        "code",
        "code_verifier",
        "device_code",
        "id_token_hint",
        "refresh_token",
        "request_uri",
        "token",
    }
)
#: What is shown as it came; of any other parameter it is only said that it was there, for people
#: put passwords and numbers into the wrong ones.
_OPEN: Final = frozenset(
    {
        "acr_values",
        "act",
        "client_assertion_type",
        "client_id",
        "code_challenge",
        "code_challenge_method",
        "dpop_jkt",
        "grant_type",
        "max_age",
        "nonce",
        "prompt",
        "redirect_uri",
        "requested_expiry",
        "resource",
        "response_mode",
        "response_type",
        "scope",
        "state",
        "token_type_hint",
        "ui_locales",
    }
)
#: Members of an ID token that say nothing about the person but who it is to this system.
_OF_TOKEN: Final = frozenset(
    {
        "acr",
        "amr",
        "assurance",
        "at_hash",
        "aud",
        "auth_time",
        "exp",
        "iat",
        "iss",
        "nbf",
        "nonce",
        "sid",
        "sub",
    }
)


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One leg to note. `by` says how its sign-in is found: by which of its secrets or ids."""

    leg: str
    client_id: str | None
    carried: Mapping[str, str]
    gave: Mapping[str, Any]
    error: str | None = None
    why: str | None = None
    by: Mapping[str, str] = {}
    at: dt.datetime = msgspec.field(default_factory=clock.now)


class LegView(msgspec.Struct, frozen=True, kw_only=True):
    """A leg as it is shown; `sign_in` is None where it led to none."""

    id: int
    sign_in: str | None
    client_id: str | None
    at: dt.datetime
    leg: str
    carried: dict[str, Any]
    gave: dict[str, Any]
    error: str | None
    why: str | None


def note(world: World, leg: Leg) -> None:
    """Note a leg, soon; nobody waits for it."""
    if world.facts.retention_days == 0:
        return
    lane: Lane[Leg, None] = world.writer.lane("sign_in_leg", _write)
    world.writer.put_later(lane, leg)


def latest(
    session: Session, *, client_id: str | None = None, sign_in: str | None = None, limit: int = 100
) -> list[LegView]:
    """Return the latest legs, of one system or of one sign-in, the last first."""
    query = select(SignInLeg).order_by(SignInLeg.id.desc()).limit(min(limit, MOST))
    if client_id is not None:
        query = query.where(SignInLeg.client_id == client_id)
    if sign_in is not None:
        query = query.where(SignInLeg.sign_in_id == sign_in)
    return [
        LegView(
            id=row.id,
            sign_in=row.sign_in_id,
            client_id=row.client_id,
            at=row.at,
            leg=row.leg,
            carried=row.carried,
            gave=row.gave,
            error=row.error,
            why=row.why,
        )
        for row in session.scalars(query)
    ]


def shown(parameters: Mapping[str, str]) -> dict[str, str]:
    """Return what a request carried, as it may be shown: the names of all, the values of few."""
    return {name[:_LONGEST]: _shown(name, text) for name, text in parameters.items()}


def answered(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a system was given, as it may be shown: of an ID token, what it says itself."""
    told: dict[str, Any] = {}
    for name, value in answer.items():
        if name == "id_token":
            told[name] = _opened(str(value))
        elif isinstance(value, str) and name in _SECRETS:
            told[name] = _cut(value)
        else:
            told[name] = value
    return told


def _shown(name: str, text: str) -> str:
    if name in _OPEN:
        return text[:_LONGEST]
    return _cut(text) if name in _SECRETS else "…"


def _cut(text: str) -> str:
    return f"{text.rpartition(':')[2][:_SHOWN]}…"


def _opened(token: str) -> dict[str, Any]:
    """Read a token of ours without checking it: it may be wrong on purpose."""
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return {"unreadable": True}
    said = {name: value if name in _OF_TOKEN else "…" for name, value in claims.items()}
    return {"header": header, "claims": said}


def _write(connection: Connection, legs: list[Leg]) -> None:
    rows = [
        {
            "sign_in_id": _found(connection, leg.by),
            "client_id": leg.client_id,
            "at": leg.at,
            "leg": leg.leg,
            "carried": dict(leg.carried),
            "gave": dict(leg.gave),
            "error": leg.error,
            "why": leg.why,
        }
        for leg in legs
    ]
    connection.execute(insert(SignInLeg), rows)


def _found(connection: Connection, by: Mapping[str, str]) -> str | None:
    """Return the sign-in that one of these leads to."""
    for kind, text in by.items():
        found = connection.execute(_QUERIES[kind](text)).scalar()
        if found is not None:
            return str(found)
    return None


def _by_id(text: str) -> Select[str]:
    return select(SignIn.id).where(SignIn.id == text)


def _by_handle(text: str) -> Select[str]:
    return select(SignIn.id).where(SignIn.handle == secrecy.kept(text.rpartition(":")[2]))


def _by_code(text: str) -> Select[str]:
    return select(SignInCode.sign_in_id).where(SignInCode.code == secrecy.kept(text))


def _by_refresh(text: str) -> Select[str]:
    return select(SignInRefresh.sign_in_id).where(SignInRefresh.token == secrecy.kept(text))


def _by_page(text: str) -> Select[str]:
    return select(SignInPage.sign_in_id).where(SignInPage.id == text)


_QUERIES: Final = {
    "sign_in": _by_id,
    "request_uri": _by_handle,
    "device_code": _by_handle,
    "auth_req_id": _by_handle,
    "code": _by_code,
    "refresh_token": _by_refresh,
    "page": _by_page,
}
#: The parameters by which a sign-in is found.
NAMES: Final = tuple(_QUERIES)
