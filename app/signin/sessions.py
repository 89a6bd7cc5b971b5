"""Sessions: a browser in which somebody is signed in, so that the next system need not ask again.

A browser never chooses its session: each proof of who somebody is begins a new one, with a secret
of its own, and ends the one before (session fixation, RFC 9700 §4.8). What the same person was
signed in to goes by the new one from then on, so that signing out ends all of it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import insert, select, update

from app.platform import fresh
from app.signin import secrecy
from app.signin.models import SignIn, SignInSession
from app.signin.sign_ins import Person

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

#: How long a browser stays signed in, from the last proof on.
LIFETIME: Final = dt.timedelta(hours=8)


class Browser(msgspec.Struct, frozen=True, kw_only=True):
    """A browser's session that counts: who is signed in, since when, and how well proved."""

    id: str
    person: Person


def begin(
    session: Session, person: Person, *, in_place_of: Iterable[Browser], now: dt.datetime
) -> tuple[Browser, str]:
    """Begin a session for somebody who has just proved who they are; return its secret, too.

    It takes over from those that the browser had. Another person's is signed out: nobody could do
    that in this browser any more.
    """
    session_id = fresh.hex128()
    for before in in_place_of:
        if before.person.citizen_id == person.citizen_id:
            _end(session, before.id, now)
            _go_on(session, before, session_id)
        else:
            end(session, before.id, now=now)
    secret, kept = secrecy.fresh()
    session.execute(
        insert(SignInSession).values(
            id=session_id,
            secret=kept,
            citizen_id=person.citizen_id,
            auth_time=person.auth_time,
            level=person.level,
            amr=list(person.amr),
            assurance=person.assurance,
            expires_at=now + LIFETIME,
            ended_at=None,
        )
    )
    of_session = msgspec.structs.replace(person, session_id=session_id)
    return Browser(id=session_id, person=of_session), secret


def of_browser(session: Session, unverified_secret: str, now: dt.datetime) -> Browser | None:
    """Return the session of the browser that shows this secret, if it still counts."""
    return _found(session, SignInSession.secret == secrecy.kept(unverified_secret), now)


def find(session: Session, session_id: str, now: dt.datetime) -> Browser | None:
    """Return a session by its id, which a walk on record names, if it still counts."""
    return _found(session, SignInSession.id == session_id, now)


def _found(session: Session, is_it: ColumnElement[bool], now: dt.datetime) -> Browser | None:
    row = session.execute(
        select(SignInSession.__table__).where(
            is_it, SignInSession.ended_at.is_(None), SignInSession.expires_at > now
        )
    ).one_or_none()
    if row is None:
        return None
    return Browser(
        id=row.id,
        person=Person(
            citizen_id=row.citizen_id,
            auth_time=row.auth_time,
            level=row.level,
            amr=tuple(row.amr),
            assurance=row.assurance,
            session_id=row.id,
        ),
    )


def end(session: Session, session_id: str, *, now: dt.datetime) -> None:
    """Sign a browser out, and end what it was signed in to while it was open.

    Tokens for use while the person is away stay (OpenID Connect RP-Initiated Logout 1.0 §2 leaves
    that to us): they were asked for just for that.
    """
    _end(session, session_id, now)
    stays = SignIn.request["scope"].as_string().contains("offline_access")
    session.execute(
        update(SignIn)
        .where(SignIn.session_id == session_id, SignIn.state.in_(("granted", "given")), ~stays)
        .values(state="revoked", ended_reason="signed-out")
    )


def _go_on(session: Session, before: Browser, session_id: str) -> None:
    """Have what was signed in to under one session go by another."""
    session.execute(
        update(SignIn)
        .where(
            SignIn.citizen_id == before.person.citizen_id,
            SignIn.session_id == before.id,
            SignIn.state.in_(("granted", "given")),
        )
        .values(session_id=session_id)
    )


def _end(session: Session, session_id: str, now: dt.datetime) -> None:
    session.execute(
        update(SignInSession)
        .where(SignInSession.id == session_id, SignInSession.ended_at.is_(None))
        .values(ended_at=now)
    )
