"""Walks: one browser on its way through the pages of one sign-in.

A walk belongs to the browser whose cookie holds its secret: whoever is sent the address of
somebody else's walk sees nothing of it and can do nothing in it. What the person does next is
worked out each time from what is on record, so that neither "back" nor a second tab leads past a
step.
"""

from __future__ import annotations

import datetime as dt
import hmac
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import insert, select, update

from app.platform import fresh
from app.signin import secrecy, sign_ins
from app.signin.models import SignInPage

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.signin.sign_ins import Known

LIFETIME: Final = dt.timedelta(seconds=sign_ins.PAGES_SECONDS)


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a walk is: the number that was typed, and what the phone was asked.

    `session_id` is the session that this walk goes by, once somebody proved who they are.
    """

    id: str
    sign_in_id: str
    number: str | None
    session_id: str | None
    approval: str | None
    approval_until: dt.datetime | None
    has_sent_code: bool
    notice: str | None


def begin(
    session: Session, known: Known, *, session_id: str | None, now: dt.datetime
) -> tuple[str, str]:
    """Begin a walk; return its id, for the address, and its secret, for the cookie."""
    page_id = fresh.hex128()
    secret, kept = secrecy.fresh()
    session.execute(
        insert(SignInPage).values(
            id=page_id,
            sign_in_id=known.id,
            secret=kept,
            expires_at=now + LIFETIME,
            is_over=False,
            number=known.request.login_hint,
            session_id=session_id,
            approval=None,
            approval_until=None,
            has_sent_code=False,
            notice=None,
        )
    )
    return page_id, secret


def find(session: Session, page_id: str, unverified_secret: str, now: dt.datetime) -> Place | None:
    """Return where the walk of this browser is; None for another's, or one that is over."""
    row = session.execute(
        select(SignInPage.__table__).where(
            SignInPage.id == page_id,
            SignInPage.is_over.is_(False),
            SignInPage.expires_at > now,
        )
    ).one_or_none()
    if row is None or not hmac.compare_digest(row.secret, secrecy.kept(unverified_secret)):
        return None
    return Place(
        id=row.id,
        sign_in_id=row.sign_in_id,
        number=row.number,
        session_id=row.session_id,
        approval=row.approval,
        approval_until=row.approval_until,
        has_sent_code=row.has_sent_code,
        notice=row.notice,
    )


def move(session: Session, page_id: str, **columns: object) -> None:
    """Note where the walk is now; what it told before is told no more, unless it is in here."""
    values = {"notice": None, **columns}
    session.execute(update(SignInPage).where(SignInPage.id == page_id).values(values))


def end(session: Session, page_id: str) -> None:
    """End a walk."""
    move(session, page_id, is_over=True)


def csrf(secret: str) -> str:
    """Return what every form of this walk carries: only our own pages can know it."""
    return hmac.new(secret.encode(), b"form", "sha256").hexdigest()


def is_ours(secret: str, unverified_csrf: str) -> bool:
    """Whether a form comes from a page of this walk; compares in constant time."""
    return hmac.compare_digest(csrf(secret).encode(), unverified_csrf.encode())
